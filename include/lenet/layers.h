// The layers of the library: PyTorch's, less the input sizes, which are inferred.
//
// A class of yours that derives from one of them is a layer of your own: it runs on the CPU as its
// forward() and backward() say, and no card and no file of another format takes it for the
// library's.
#pragma once

#include <cstdint>

#include "lenet/activation_layers.h"
#include "lenet/export.h"
#include "lenet/library_layer.h"
#include "lenet/norm_layers.h"
#include "lenet/operation.h"
#include "lenet/pool_layers.h"

namespace LENET_PUBLIC lenet {

/// torch.nn.Conv2d: (C, H, W) to (out_channels, H', W') with
/// H' = (H + 2 padding - dilation (kernel - 1) - 1) / stride + 1, rounded down.
class Conv2d : public LibraryLayer {
 public:
  struct Options {
    std::int64_t out_channels;
    Size2d kernel;
    Size2d stride = 1;
    Size2d padding = 0;
    bool bias = true;
    std::int64_t in_channels = 0;  ///< that infer() wants; 0: any
    Size2d dilation = 1;
    std::int64_t groups = 1;  ///< that cut the channels of input and output
    bool same = false;        ///< padding='same': H' = H, with the odd zero behind the last row
  };

  /// Throws Error (kUsage) for a size out of range, groups that do not divide out_channels, or
  /// `same` with a padding or a stride.
  explicit Conv2d(const Options& options);

  const Options& options() const { return options_; }

  std::string text() const override;
  Shape infer(const Shape& input) override;
  Operation operation() const override;
  std::vector<ParameterInfo> parameters() const override;
  std::int64_t multiply_adds() const override;

 private:
  Options options_;
};

/// Layer C3 of LeNet-5 (LeCun 1998, table I): Conv2d(16, 5) on 6 channels, each output connected to
/// 3, 4 or 6 of them. The weight has Conv2d's shape; where nothing is connected it is and stays 0.
class LeNet5C3 final : public Conv2d {
 public:
  LeNet5C3() : Conv2d({.out_channels = 16, .kernel = 5}) {}

  std::string text() const override { return "LeNet5C3"; }
  Shape infer(const Shape& input) override;
  Operation operation() const override { return op_; }
  void constrain(std::span<float> parameters) const override;
};

/// y = x * weight + bias, a channel at a time: with AvgPool2d before it, the trainable subsampling
/// of LeNet-5.
class Affine2d final : public LibraryLayer {
 public:
  Affine2d() : LibraryLayer(AffineOp()) {}

  std::string text() const override { return "Affine2d"; }
  Shape infer(const Shape& input) override;
  Operation operation() const override { return op_; }
  std::vector<ParameterInfo> parameters() const override;
};

/// torch.nn.Linear: (in) to (out_features).
class Linear : public LibraryLayer {
 public:
  struct Options {
    std::int64_t out_features;
    bool bias = true;
    std::int64_t in_features = 0;  ///< that infer() wants; 0: any
  };

  explicit Linear(std::int64_t out_features) : Linear(Options{.out_features = out_features}) {}
  explicit Linear(const Options& options);

  const Options& options() const { return options_; }

  std::string text() const override;
  Shape infer(const Shape& input) override;
  Operation operation() const override;
  std::vector<ParameterInfo> parameters() const override;
  std::int64_t multiply_adds() const override;

 private:
  Options options_;
};

/// torch.nn.Dropout: in training, zero with probability p, or else divided by 1 - p. A trainer's
/// seed and step draw; the sequence is not PyTorch's.
class Dropout final : public LibraryLayer {
 public:
  /// Throws Error (kUsage) unless p is 0 to 1.
  explicit Dropout(double p = 0.5);

  double p() const { return p_; }

  std::string text() const override;
  Shape infer(const Shape& input) override;
  Operation operation() const override { return op_; }

 private:
  double p_;
};

/// torch.nn.ZeroPad2d: zeros round the image, as many on each side as it takes. In front of a
/// convolution they cost nothing.
class ZeroPad2d final : public LibraryLayer {
 public:
  /// Throws Error (kUsage) for a size out of range.
  explicit ZeroPad2d(const Padding& padding);

  std::string text() const override;
  Shape infer(const Shape& input) override;
  Operation operation() const override { return op_; }
};

/// torch.nn.Upsample to the nearest: each element scale_factor times on each axis.
class Upsample final : public LibraryLayer {
 public:
  /// Throws Error (kUsage) for a size out of range.
  explicit Upsample(const Size2d& scale_factor);

  std::string text() const override;
  Shape infer(const Shape& input) override;
  Operation operation() const override { return op_; }
};

/// (C, H, W) to (C * H * W), in that order.
class Flatten final : public LibraryLayer {
 public:
  Flatten() : LibraryLayer(FlattenOp()) {}

  std::string text() const override { return "Flatten"; }
  Shape infer(const Shape& input) override;
  Operation operation() const override { return op_; }
};

}  // namespace lenet
