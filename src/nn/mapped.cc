#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "kernels/mapping.h"
#include "lenet/error.h"
#include "lenet/layers.h"

namespace lenet {
namespace {

float finite_slope(double slope) {
  if (std::abs(slope) <= static_cast<double>(std::numeric_limits<float>::max())) {
    return static_cast<float>(slope);
  }
  throw Error(ErrorKind::kUsage, fmt::format("negative_slope is {}, want a finite float", slope));
}

}  // namespace

Shape MappedLayer::infer(const Shape& input) {
  count_ = element_count(input);
  return input;
}

void MappedLayer::forward(const ForwardPass& pass) const {
  kernels::mapping_forward(mapping_, count_ * kPack, pass.x, pass.y);
}

void MappedLayer::backward(const BackwardPass& pass) const {
  if (pass.dx) kernels::mapping_backward(mapping_, count_ * kPack, pass.x, pass.dy, pass.dx);
}

void MappedLayer::forward_image(const ImagePass& pass) const {
  kernels::mapping_forward(mapping_, (count_ + kPack - 1) / kPack * kPack, pass.x, pass.y);
}

LeakyReLU::LeakyReLU(double negative_slope)
    : MappedLayer({.kind = Mapping::Kind::kLeakyReLU, .a = finite_slope(negative_slope)}),
      negative_slope_(negative_slope) {}

std::string LeakyReLU::text() const {
  return negative_slope_ == 0.01 ? "LeakyReLU" : fmt::format("LeakyReLU({})", negative_slope_);
}

Operation LeakyReLU::operation() const {
  return FunctionOp{{Function::Kind::kLeakyReLU, mapping().a}};
}
Operation SiLU::operation() const { return FunctionOp{{Function::Kind::kSiLU}}; }
Operation ScaledTanh::operation() const { return FunctionOp{{Function::Kind::kScaledTanh}}; }

std::string ScaledTanh::text() const { return "ScaledTanh"; }

std::string SiLU::text() const { return "SiLU"; }

}  // namespace lenet
