#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/function_formula.h"
#include "lenet/activation_layers.h"
#include "lenet/error.h"

namespace lenet {
namespace {

float finite_slope(double slope) {
  if (std::abs(slope) <= static_cast<double>(std::numeric_limits<float>::max())) {
    return static_cast<float>(slope);
  }
  throw Error(ErrorKind::kUsage, fmt::format("negative_slope is {}, want a finite float", slope));
}

}  // namespace

std::string FunctionLayer::text() const { return name_of(std::get<FunctionOp>(op_).function.kind); }

Shape FunctionLayer::infer(const Shape& input) { return inferred(input, input); }

LeakyReLU::LeakyReLU(double negative_slope)
    : FunctionLayer({Function::Kind::kLeakyReLU, finite_slope(negative_slope)}),
      negative_slope_(negative_slope) {}

std::string LeakyReLU::text() const {
  const std::string name = FunctionLayer::text();
  return negative_slope_ == 0.01 ? name : fmt::format("{}({})", name, negative_slope_);
}

}  // namespace lenet
