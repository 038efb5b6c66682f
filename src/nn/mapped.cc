#include <fmt/format.h>

#include <cmath>

#include "kernels/mapping.h"
#include "lenet/error.h"
#include "lenet/layers.h"

namespace lenet {

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
    : MappedLayer({.kind = Mapping::Kind::kLeakyReLU, .a = static_cast<float>(negative_slope)}),
      negative_slope_(negative_slope) {
  if (!std::isfinite(negative_slope)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("negative_slope is {}, want a finite number", negative_slope));
  }
}

std::string LeakyReLU::text() const {
  return negative_slope_ == 0.01 ? "LeakyReLU" : fmt::format("LeakyReLU({})", negative_slope_);
}

std::string ScaledTanh::text() const { return "ScaledTanh"; }

std::string SiLU::text() const { return "SiLU"; }

}  // namespace lenet
