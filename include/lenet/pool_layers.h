// Poolings: PyTorch's.
#pragma once

#include <optional>
#include <string>

#include "lenet/export.h"
#include "lenet/library_layer.h"
#include "lenet/operation.h"

namespace LENET_PUBLIC lenet {

/// What AvgPool2d and MaxPool2d share: (C, H, W) to (C, H', W') with
/// H' = (H + 2 padding - kernel) / stride + 1, rounded down; with ceil_mode up, as long as the last
/// window begins on the image or the padding before it.
class Pool2d : public LibraryLayer {
 public:
  struct Options {
    Size2d kernel;
    std::optional<Size2d> stride = std::nullopt;  ///< the kernel's size if not given
    Size2d padding = 0;
    bool ceil_mode = false;
  };

  std::string text() const override;
  Shape infer(const Shape& input) override;

 protected:
  enum class Kind { kAverage, kMaximum };

  /// Throws Error (kUsage) for a size out of range.
  Pool2d(Kind kind, const Options& options, bool count_include_pad);

 private:
  Operation operation_over(const Window& window) const;

  Kind kind_;
  Options options_;
  bool count_include_pad_;
};

/// torch.nn.AvgPool2d: padding counts in the average, as 0, unless count_include_pad is false.
class AvgPool2d : public Pool2d {
 public:
  struct Options {
    Size2d kernel;
    std::optional<Size2d> stride = std::nullopt;  ///< the kernel's size if not given
    Size2d padding = 0;
    bool ceil_mode = false;
    bool count_include_pad = true;
  };

  explicit AvgPool2d(const Options& options);
  Operation operation() const override;
};

/// torch.nn.MaxPool2d: padding never is the maximum.
class MaxPool2d : public Pool2d {
 public:
  explicit MaxPool2d(const Options& options) : Pool2d(Kind::kMaximum, options, false) {}
  Operation operation() const override;
};

/// What AdaptiveAvgPool2d and AdaptiveMaxPool2d share: to `output_size` windows on each axis,
/// window i of n from i H / n to (i + 1) H / n, rounded outwards.
class AdaptivePool2d : public LibraryLayer {
 public:
  const Size2d& output_size() const { return output_size_; }

  std::string text() const override;
  Shape infer(const Shape& input) override;

  /// An AvgPool2dOp or MaxPool2dOp where all windows have one size.
  Operation operation() const override;

 private:
  friend class AdaptiveAvgPool2d;
  friend class AdaptiveMaxPool2d;

  /// Throws Error (kUsage) for a size out of range.
  AdaptivePool2d(const Operation& op, const Size2d& output_size);

  Size2d output_size_;
};

/// torch.nn.AdaptiveAvgPool2d; of 1, the mean of each channel.
class AdaptiveAvgPool2d final : public AdaptivePool2d {
 public:
  explicit AdaptiveAvgPool2d(const Size2d& output_size = 1)
      : AdaptivePool2d(AdaptiveAvgPool2dOp(), output_size) {}
};

/// torch.nn.AdaptiveMaxPool2d; of 1, the maximum of each channel.
class AdaptiveMaxPool2d final : public AdaptivePool2d {
 public:
  explicit AdaptiveMaxPool2d(const Size2d& output_size = 1)
      : AdaptivePool2d(AdaptiveMaxPool2dOp(), output_size) {}
};

}  // namespace lenet
