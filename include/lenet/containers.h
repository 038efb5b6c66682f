// Layers in brackets: branches that read one value, and what becomes of theirs.
//
//   const Conv2d::Options narrow{.out_channels = 16, .kernel = 3, .padding = 1};
//   const Conv2d::Options wide{.out_channels = 32, .kernel = 3, .padding = 1};
//   Sequential net{Conv2d(narrow), ReLU(),
//                  Residual{Conv2d(narrow), BatchNorm2d()},
//                  Sum{Sequential{Conv2d(wide), BatchNorm2d()}, Sequential{Conv2d(wide)}},
//                  AdaptiveAvgPool2d(), Flatten(), Linear(10)};
//
// Each is a subclass of torch.nn.Sequential of three lines, and parameters have the names that it
// would have there: "2.0.weight" in a Residual, "3.1.0.weight" in branch 1 of a Sum or a Concat.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lenet/export.h"
#include "lenet/layer.h"
#include "lenet/sequential.h"

namespace LENET_PUBLIC lenet {

/// What brackets hold. It runs as a part of a network that is built, and not by itself.
class Container : public Layer {
 public:
  enum class Kind { kGroup, kResidual, kSum, kConcat, kScale };

  /// A group is a Sequential in another one, whose layers run where it stands. Throws Error
  /// (kUsage) without a layer or a second branch, and for a second one of a group, a Residual or a
  /// Scale.
  static std::unique_ptr<Container> of(Kind kind, std::vector<Sequential> branches);

  Kind kind() const { return kind_; }

  /// Sum and Concat have any number, the others one. One without layers gives what it reads.
  const std::vector<Sequential>& branches() const { return branches_; }

  /// The names of a branch's parameters begin with: "1." in a Sum or a Concat, or else nothing.
  std::string prefix(std::size_t branch) const;

  /// The values that meet: the branches', behind the input itself in a Residual or a Scale.
  std::int64_t joined() const;

  /// "Residual", "Sum", "Concat", "Scale"; a group has no name.
  std::string name() const;

  /// "Sum[ Conv2d(32, 3) ReLU | Conv2d(32, 3) ]".
  std::string text() const override;

  /// Throws Error (kUsage) where a layer cannot take its input, where the shapes of branches do not
  /// meet, and beyond kMaxDepth.
  Shape infer(const Shape& input) override;

  /// Throw Error (kUsage).
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;

  /// A ConcatOp, a ScaleOp or a SumOp. That of one value is the value.
  Operation operation() const override;

  std::vector<ParameterInfo> parameters() const override;
  void constrain(std::span<float> parameters) const override;
  std::vector<ParameterInfo> buffers() const override;
  std::int64_t multiply_adds() const override;

  static constexpr int kMaxDepth = 16;  ///< containers in one another

 protected:
  /// Throws Error as of() does.
  Container(Kind kind, std::vector<Sequential> branches);

  template <class... L>
  static Sequential chain(L&&... layers) {
    Sequential chain;
    (chain.take(std::move(layers)), ...);
    return chain;
  }

  template <class... S>
  static std::vector<Sequential> branches_of(S&&... branches) {
    std::vector<Sequential> all;
    (all.push_back(std::move(branches)), ...);
    return all;
  }

 private:
  friend class Sequential;

  /// For Sequential, which keeps what it is given. Nobody else moves one: Residual{Residual{...}}
  /// would be the inner one, in silence.
  Container(Container&&) = default;

  /// The same as a part of a network, where it has this path.
  Shape infer(const Shape& input, const std::string& path, Sequential::Totals& totals);

  Kind kind_;
  std::vector<Sequential> branches_;
};

/// x + f(x), where f is the layers one after the other.
class Residual final : public Container {
 public:
  template <NetworkElement... L>
  explicit Residual(L... layers)
      : Container(Kind::kResidual, branches_of(chain(std::move(layers)...))) {}
};

/// x * f(x), where f(x) is of x's shape or has one element for each channel: squeeze and excite (Hu
/// 2018) with AdaptiveAvgPool2d() in front and Sigmoid() at the end.
class Scale final : public Container {
 public:
  template <NetworkElement... L>
  explicit Scale(L... layers) : Container(Kind::kScale, branches_of(chain(std::move(layers)...))) {}
};

/// a(x) + b(x) + ..., from left to right.
class Sum final : public Container {
 public:
  template <std::same_as<Sequential>... S>
  explicit Sum(Sequential first, S... others)
      : Container(Kind::kSum, branches_of(std::move(first), std::move(others)...)) {}
};

/// torch.cat of a(x), b(x), ... along the channels, or features.
class Concat final : public Container {
 public:
  template <std::same_as<Sequential>... S>
  explicit Concat(Sequential first, S... others)
      : Container(Kind::kConcat, branches_of(std::move(first), std::move(others)...)) {}
};

}  // namespace lenet
