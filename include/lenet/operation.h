// What a layer does, as sizes alone: the description of a network that every executor reads.
#pragma once

#include <variant>

#include "lenet/export.h"
#include "lenet/function.h"
#include "lenet/shape.h"

namespace LENET_PUBLIC lenet {

/// A window that slides over height and width.
struct Window {
  Size2d kernel, stride = 1, padding = 0;
  bool operator==(const Window&) const = default;
};

/// weight (out, in, kernel height, kernel width), bias (out) or none.
struct Conv2dOp {
  Window window;
  bool bias = true;
  bool operator==(const Conv2dOp&) const = default;
};

/// weight (out, in), bias (out) or none.
struct LinearOp {
  bool bias = true;
  bool operator==(const LinearOp&) const = default;
};

/// The mean of each window; padding counts.
struct AvgPool2dOp {
  Window window;
  bool operator==(const AvgPool2dOp&) const = default;
};

struct MaxPool2dOp {
  Window window;
  bool operator==(const MaxPool2dOp&) const = default;
};

/// (x - mean) / sqrt(variance + eps) * weight + bias, all (channels): the batch's mean and variance
/// in training, the running ones, which move towards those by `momentum`, elsewhere.
struct BatchNormOp {
  double eps, momentum;
  bool affine = true;  ///< has weight and bias
  bool operator==(const BatchNormOp&) const = default;
};

/// x * weight + bias, both (channels).
struct AffineOp {
  bool operator==(const AffineOp&) const = default;
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

/// What the forward() and backward() of a user's layer do, which nobody else knows.
struct UserOp {
  bool operator==(const UserOp&) const = default;
};

/// One of them. Executors visit it, so that one more is an error of the build wherever it has not
/// been thought of.
struct Operation : std::variant<Conv2dOp, LinearOp, AvgPool2dOp, MaxPool2dOp, BatchNormOp, AffineOp,
                                FunctionOp, DropoutOp, FlattenOp, SumOp, ConcatOp, UserOp> {
  using variant::variant;
};

}  // namespace lenet
