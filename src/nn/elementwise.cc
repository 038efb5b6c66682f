#include <algorithm>

#include "base/require.h"
#include "kernels/activation.h"
#include "lenet/layers.h"

namespace lenet {

std::string ElementwiseLayer::text() const {
  switch (activation_) {
    case Activation::kNone:
      return "Identity";
    case Activation::kSigmoid:
      return "Sigmoid";
    case Activation::kReLU:
      return "ReLU";
    case Activation::kTanh:
      return "Tanh";
  }
  unknown("activation");
}

Shape ElementwiseLayer::infer(const Shape& input) { return shape_ = input; }

void ElementwiseLayer::forward(const ForwardPass& pass) const {
  const std::int64_t count = element_count(shape_) * kPack;
  std::copy_n(pass.x, count, pass.y);
  kernels::activation_forward(activation_, count, pass.y);
}

void ElementwiseLayer::backward(const BackwardPass& pass) const {
  if (!pass.dx) return;
  const std::int64_t count = element_count(shape_) * kPack;
  std::copy_n(pass.x, count, pass.dx);
  kernels::activation_forward(activation_, count, pass.dx);
  kernels::activation_backward(activation_, count, pass.dy, pass.dx);
}

Operation Sigmoid::operation() const { return FunctionOp{{Function::Kind::kSigmoid}}; }
Operation ReLU::operation() const { return FunctionOp{{Function::Kind::kReLU}}; }
Operation Tanh::operation() const { return FunctionOp{{Function::Kind::kTanh}}; }

Operation Flatten::operation() const { return FlattenOp(); }

Shape Flatten::infer(const Shape& input) {
  size_ = element_count(input);
  return {size_};
}

void Flatten::forward(const ForwardPass& pass) const { std::copy_n(pass.x, size_ * kPack, pass.y); }

void Flatten::backward(const BackwardPass& pass) const {
  if (pass.dx) std::copy_n(pass.dy, size_ * kPack, pass.dx);
}

}  // namespace lenet
