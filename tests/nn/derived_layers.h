// Classes that a user derives from the layers of the library, none of which does what its base
// does.
#pragma once

#include <algorithm>

#include "base/aligned.h"
#include "lenet/layers.h"

namespace lenet::derived {

/// Twice what its base computes. The gradient is the base's by twice dy.
template <class Base>
class Doubled : public Base {
 public:
  using Base::Base;

  Shape infer(const Shape& input) override {
    const Shape output = Base::infer(input);
    outputs_ = element_count(output) * kPack;
    return output;
  }
  void forward(const ForwardPass& pass) const override {
    Base::forward(pass);
    for (std::int64_t i = 0; i < outputs_; ++i) pass.y[i] *= 2;
  }
  void backward(const BackwardPass& pass) const override {
    const AlignedFloats dy(outputs_);  // as the kernels want it
    for (std::int64_t i = 0; i < outputs_; ++i) dy.data()[i] = 2 * pass.dy[i];
    BackwardPass doubled = pass;
    doubled.dy = dy.data();
    Base::backward(doubled);
  }

 private:
  std::int64_t outputs_ = 0;
};

using DoubledConv2d = Doubled<Conv2d>;
using DoubledLinear = Doubled<Linear>;

/// y = x^2 of windows of one element. Reads x after it has written dx, and knows nothing of the
/// activation before it.
template <class Pool>
class SquaredPool : public Pool {
 public:
  SquaredPool() : Pool({.kernel = 1}) {}

  Shape infer(const Shape& input) override {
    count_ = element_count(input) * kPack;
    return Pool::infer(input);
  }
  void forward(const ForwardPass& pass) const override {
    for (std::int64_t i = 0; i < count_; ++i) pass.y[i] = pass.x[i] * pass.x[i];
  }
  void backward(const BackwardPass& pass) const override {
    if (!pass.dx) return;
    std::fill_n(pass.dx, count_, 0.0f);
    for (std::int64_t i = 0; i < count_; ++i) pass.dx[i] += 2 * pass.x[i] * pass.dy[i];
  }

 private:
  std::int64_t count_ = 0;
};

/// A pooling of the user's that is neither of the library's two.
class BarePool : public Pool2d {
 public:
  explicit BarePool(const Options& options) : Pool2d(Kind::kMaximum, options, true) {}
};

using SquaredAvgPool2d = SquaredPool<AvgPool2d>;
using SquaredMaxPool2d = SquaredPool<MaxPool2d>;
using SquaredBarePool = SquaredPool<BarePool>;

/// tanh under another name.
class OtherTanh : public FunctionLayer {
 public:
  OtherTanh() : FunctionLayer({Function::Kind::kTanh}) {}
};

/// x^3 in place of x sigmoid(x).
class Cube : public FunctionLayer {
 public:
  Cube() : FunctionLayer({Function::Kind::kSiLU}) {}

  std::string text() const override { return "Cube"; }
  Shape infer(const Shape& input) override {
    count_ = element_count(input) * kPack;
    return FunctionLayer::infer(input);
  }
  void forward(const ForwardPass& pass) const override {
    for (std::int64_t i = 0; i < count_; ++i) pass.y[i] = pass.x[i] * pass.x[i] * pass.x[i];
  }
  void backward(const BackwardPass& pass) const override {
    if (!pass.dx) return;
    std::fill_n(pass.dx, count_, 0.0f);
    for (std::int64_t i = 0; i < count_; ++i) {
      pass.dx[i] += 3 * pass.x[i] * pass.x[i] * pass.dy[i];
    }
  }

 private:
  std::int64_t count_ = 0;
};

/// Calls f with the name that messages give it and a network of one such layer, built, for each
/// class of the library that a user may derive from.
template <class F>
void for_each_derived(F f) {
  const auto with = [&]<class... L>(const char* name, L... layers) {
    Sequential net(std::move(layers)...);
    Generator generator(3);
    net.build({2, 4, 4}, generator);
    f(name, net);
  };
  with("Doubled<lenet::Conv2d>", DoubledConv2d({.out_channels = 2, .kernel = 3}));
  with("Doubled<lenet::Linear>", Flatten(), DoubledLinear(3));
  with("SquaredPool<lenet::AvgPool2d>", SquaredAvgPool2d());
  with("SquaredPool<lenet::MaxPool2d>", SquaredMaxPool2d());
  with("SquaredPool<lenet::derived::BarePool>", SquaredBarePool());
  with("OtherTanh", OtherTanh());
  with("Cube", Cube());
}

}  // namespace lenet::derived
