// The windows of each pooling, as sizes that kernels take.
#pragma once

#include "base/pool_formula.h"
#include "base/visit.h"
#include "nn/inference.h"

namespace lenet {

template <class Op>
concept MeanPooling = OneOf<Op, AvgPool2dOp, AdaptiveAvgPool2dOp>;
template <class Op>
concept MaxPooling = OneOf<Op, MaxPool2dOp, AdaptiveMaxPool2dOp>;
template <class Op>
concept Pooling2d = MeanPooling<Op> || MaxPooling<Op>;

/// From an image {channels, height, width} to the output of that form.
Pool2dShape pool2d_shape(const AvgPool2dOp& op, const Shape& in, const Shape& out);
Pool2dShape pool2d_shape(const MaxPool2dOp& op, const Shape& in, const Shape& out);
Pool2dShape pool2d_shape(const AdaptiveAvgPool2dOp& op, const Shape& in, const Shape& out);
Pool2dShape pool2d_shape(const AdaptiveMaxPool2dOp& op, const Shape& in, const Shape& out);

/// Of a node that is a pooling.
Pool2dShape pool2d_shape(const InferenceNode& node);

}  // namespace lenet
