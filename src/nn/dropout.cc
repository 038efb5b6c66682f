#include "kernels/dropout.h"

#include <fmt/format.h>

#include <algorithm>

#include "lenet/error.h"
#include "lenet/layers.h"

namespace lenet {

Dropout::Dropout(double p) : p_(p) {
  if (!(p >= 0 && p <= 1)) {
    throw Error(ErrorKind::kUsage, fmt::format("p is {}, want a probability, 0 to 1", p));
  }
}

std::string Dropout::text() const { return fmt::format("Dropout({})", p_); }

Operation Dropout::operation() const { return DropoutOp{p_}; }

Shape Dropout::infer(const Shape& input) {
  count_ = element_count(input);
  return input;
}

void Dropout::forward(const ForwardPass& pass) const {
  if (pass.random) return kernels::dropout(p_, *pass.random, count_, pass.x, pass.y);
  std::copy_n(pass.x, count_ * kPack, pass.y);
}

void Dropout::backward(const BackwardPass& pass) const {
  if (!pass.dx) return;
  if (pass.random) return kernels::dropout(p_, *pass.random, count_, pass.dy, pass.dx);
  std::copy_n(pass.dy, count_ * kPack, pass.dx);
}

void Dropout::forward_image(const ImagePass& pass) const { std::copy_n(pass.x, count_, pass.y); }

}  // namespace lenet
