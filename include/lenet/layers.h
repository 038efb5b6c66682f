// The layers of the library: PyTorch's, less the input sizes, which are inferred.
#pragma once

#include <cstdint>
#include <optional>

#include "lenet/layer.h"

namespace lenet {

/// A height and a width; one number means both.
struct Size2d {
  std::int64_t height, width;

  constexpr Size2d(std::int64_t both)
      : height(both), width(both) {}  // NOLINT: kernel = 5 reads as in PyTorch
  constexpr Size2d(std::int64_t h, std::int64_t w) : height(h), width(w) {}
  bool operator==(const Size2d&) const = default;
};

/// torch.nn.Conv2d: (C, H, W) to (out_channels, H', W') with H' = (H + 2 padding - kernel) / stride
/// + 1, rounded down.
class Conv2d : public Layer {
 public:
  struct Options {
    std::int64_t out_channels;
    Size2d kernel;
    Size2d stride = 1;
    Size2d padding = 0;
    bool bias = true;
  };

  /// Throws Error (kUsage) for a size out of range.
  explicit Conv2d(const Options& options);

  std::string text() const override;
  Shape infer(const Shape& input) override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  std::vector<ParameterInfo> parameters() const override;
  std::int64_t multiply_adds() const override;
  bool backward_in_place() const override { return true; }
  std::optional<std::int64_t> image_scratch() const override;
  void forward_image(const ImagePass& pass) const override;
  std::int64_t prepared_size() const override;
  void prepare(const UpdatePart& part, std::span<const float> parameters,
               float* prepared) const override;
  std::vector<UpdatePart> update_parts() const override;

 private:
  std::int64_t weight_size() const;

  Options options_;
  Shape input_, output_;
};

/// What AvgPool2d and MaxPool2d share.
class Pool2d : public Layer {
 public:
  struct Options {
    Size2d kernel;
    std::optional<Size2d> stride = std::nullopt;  ///< the kernel's size if not given
    Size2d padding = 0;
  };

  std::string text() const override;
  Shape infer(const Shape& input) override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  bool backward_in_place() const override { return takes_activation(); }
  bool takes_activation() const override;
  std::optional<std::int64_t> image_scratch() const override;
  void forward_image(const ImagePass& pass) const override;

 protected:
  enum class Kind { kAverage, kMaximum };
  Pool2d(Kind kind, const Options& options);

 private:
  Kind kind_;
  Options options_;
  Size2d stride_;
  Shape input_, output_;
};

/// torch.nn.AvgPool2d: padding counts in the average.
class AvgPool2d : public Pool2d {
 public:
  explicit AvgPool2d(const Options& options) : Pool2d(Kind::kAverage, options) {}
};

/// torch.nn.MaxPool2d.
class MaxPool2d : public Pool2d {
 public:
  explicit MaxPool2d(const Options& options) : Pool2d(Kind::kMaximum, options) {}
};

/// torch.nn.Linear: (in) to (out_features).
class Linear : public Layer {
 public:
  struct Options {
    std::int64_t out_features;
    bool bias = true;
  };

  explicit Linear(std::int64_t out_features) : Linear(Options{.out_features = out_features}) {}
  explicit Linear(const Options& options);

  std::string text() const override;
  Shape infer(const Shape& input) override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  std::vector<ParameterInfo> parameters() const override;
  std::int64_t multiply_adds() const override { return inputs_ * options_.out_features; }
  bool backward_in_place() const override { return true; }
  std::optional<std::int64_t> image_scratch() const override { return 0; }
  void forward_image(const ImagePass& pass) const override;
  std::int64_t prepared_size() const override { return multiply_adds(); }
  void prepare(const UpdatePart& part, std::span<const float> parameters,
               float* prepared) const override;
  std::vector<UpdatePart> update_parts() const override;
  bool gradient_over_batch() const override { return true; }
  void gradient_part(const UpdatePart& part, const BatchPanels& batch, bool accumulate,
                     std::span<float> dparameters) const override;

 private:
  Options options_;
  std::int64_t inputs_ = 0;
};

/// An activation: y = f(x), element by element. As a rule a network applies it in the memory of the
/// layer before, or hands it to the pooling after.
class ElementwiseLayer : public Layer {
 public:
  Activation activation() const { return activation_; }

  std::string text() const override;
  Shape infer(const Shape& input) override;
  void forward(const ForwardPass& pass) const final;
  void backward(const BackwardPass& pass) const final;

 protected:
  explicit ElementwiseLayer(Activation activation) : activation_(activation) {}

 private:
  Activation activation_;
  Shape shape_;
};

/// 1 / (1 + e^-x).
class Sigmoid final : public ElementwiseLayer {
 public:
  Sigmoid() : ElementwiseLayer(Activation::kSigmoid) {}
};

/// max(0, x).
class ReLU final : public ElementwiseLayer {
 public:
  ReLU() : ElementwiseLayer(Activation::kReLU) {}
};

class Tanh final : public ElementwiseLayer {
 public:
  Tanh() : ElementwiseLayer(Activation::kTanh) {}
};

/// (C, H, W) to (C * H * W), in that order.
class Flatten final : public Layer {
 public:
  std::string text() const override { return "Flatten"; }
  Shape infer(const Shape& input) override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  bool backward_in_place() const override { return true; }

 private:
  std::int64_t size_ = 0;
};

}  // namespace lenet
