// What a layer does, as sizes alone: the description of a network that every executor reads.
#pragma once

#include <cstdint>
#include <variant>

#include "lenet/export.h"
#include "lenet/function.h"
#include "lenet/shape.h"

namespace LENET_PUBLIC lenet {

/// What is added round an image: rows and columns before the first and after the last.
struct Padding {
  Size2d before = 0, after = 0;

  constexpr Padding() = default;  // no braces, which could be height and width as well
  static constexpr Padding both(const Size2d& size) { return sides(size, size); }
  static constexpr Padding sides(const Size2d& before, const Size2d& after) {
    Padding padding;
    padding.before = before;
    padding.after = after;
    return padding;
  }
  bool operator==(const Padding&) const = default;
};

/// A window that slides over height and width: its taps are `dilation` places from each other.
struct Window {
  Size2d kernel, stride = 1;
  Padding padding = {};
  Size2d dilation = 1;

  /// Places from its first tap to its last.
  Size2d span() const {
    return {(kernel.height - 1) * dilation.height + 1, (kernel.width - 1) * dilation.width + 1};
  }
  std::int64_t taps() const { return kernel.height * kernel.width; }
  bool operator==(const Window&) const = default;
};

/// weight (out, in / groups, kernel height, kernel width), bias (out) or none. Each group of output
/// channels sees a group of input channels alone.
struct Conv2dOp {
  Window window;
  bool bias = true;
  std::int64_t groups = 1;
  bool operator==(const Conv2dOp&) const = default;
};

/// weight (out, in), bias (out) or none.
struct LinearOp {
  bool bias = true;
  bool operator==(const LinearOp&) const = default;
};

/// The mean of each window, in which `counted` of the padding counts, as 0.
struct AvgPool2dOp {
  Window window;
  Padding counted;
  bool operator==(const AvgPool2dOp&) const = default;
};

struct MaxPool2dOp {
  Window window;
  bool operator==(const MaxPool2dOp&) const = default;
};

/// The mean of each of the output's windows, which share the input out and are not of one size:
/// window i of n goes from i H / n to (i + 1) H / n, rounded outwards.
struct AdaptiveAvgPool2dOp {
  bool operator==(const AdaptiveAvgPool2dOp&) const = default;
};

/// The maximum of each of such windows.
struct AdaptiveMaxPool2dOp {
  bool operator==(const AdaptiveMaxPool2dOp&) const = default;
};

/// (x - mean) / sqrt(variance + eps) * weight + bias, all (channels): the batch's mean and variance
/// in training, the running ones, which move towards those by `momentum`, elsewhere.
struct BatchNormOp {
  double eps, momentum;
  bool affine = true;  ///< has weight and bias
  bool operator==(const BatchNormOp&) const = default;
};

/// The same with the mean and the variance of a group of channels of one image, in training too.
struct GroupNormOp {
  std::int64_t groups;
  double eps;
  bool weight = true, bias = true;
  bool by_element = false;  ///< weight and bias are of the input's shape, not (channels)
  bool operator==(const GroupNormOp&) const = default;
};

/// x * weight + bias, both (channels).
struct AffineOp {
  bool operator==(const AffineOp&) const = default;
};

/// max(x, 0) + weight min(x, 0); weight (weights), one for all or one a channel.
struct PReLUOp {
  std::int64_t weights;
  bool operator==(const PReLUOp&) const = default;
};

/// Each element so many times.
struct UpsampleOp {
  Size2d scale;
  bool operator==(const UpsampleOp&) const = default;
};

struct FunctionOp {
  Function function;
  bool operator==(const FunctionOp&) const = default;
};

/// In training 0 with probability p, or else divided by 1 - p; elsewhere x.
struct DropoutOp {
  double p;
  bool operator==(const DropoutOp&) const = default;
};

/// Zeros round an image. Those in front of a convolution are its window's padding, and no
/// operation of their own.
struct ZeroPad2dOp {
  Padding padding;
  bool operator==(const ZeroPad2dOp&) const = default;
};

/// No change of memory.
struct FlattenOp {
  bool operator==(const FlattenOp&) const = default;
};

/// The sum of several values of one shape.
struct SumOp {
  bool operator==(const SumOp&) const = default;
};

/// Several values of one height and width as one, the channels of the first in front.
struct ConcatOp {
  bool operator==(const ConcatOp&) const = default;
};

/// The first value times the second, which is of its shape, or has one element a channel.
struct ScaleOp {
  bool operator==(const ScaleOp&) const = default;
};

/// What the forward() and backward() of a user's layer do, which nobody else knows.
struct UserOp {
  bool operator==(const UserOp&) const = default;
};

/// One of them. Executors visit it, so that one more is an error of the build wherever it has not
/// been thought of.
struct Operation : std::variant<Conv2dOp, LinearOp, AvgPool2dOp, MaxPool2dOp, AdaptiveAvgPool2dOp,
                                AdaptiveMaxPool2dOp, BatchNormOp, GroupNormOp, AffineOp, PReLUOp,
                                UpsampleOp, FunctionOp, DropoutOp, ZeroPad2dOp, FlattenOp, SumOp,
                                ConcatOp, ScaleOp, UserOp> {
  using variant::variant;
};

}  // namespace lenet
