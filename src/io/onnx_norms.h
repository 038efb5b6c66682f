// The normalisations of ONNX.
#pragma once

#include "io/onnx_chain.h"

namespace lenet::onnx {

/// An attribute that an exporter rounded to float, as the number that was written: the shortest
/// decimal of 1e-5f is 1e-5.
double as_written(float value);

void add_batch_norm(const Operator& o, Chain& chain);
void add_group_norm(const Operator& o, Chain& chain);
void add_instance_norm(const Operator& o, Chain& chain);
void add_layer_norm(const Operator& o, Chain& chain);

/// One over these axes, the batch's 0, without weight and bias.
void add_layer_norm(const std::vector<std::int64_t>& axes, double eps, Chain& chain);

/// Makes the constant that is input `input` the weight, or a part of the bias, of a GroupNorm or
/// LayerNorm that is the last layer. Whether it could.
bool take_norm_weight(const Operator& o, std::size_t input, Chain& chain);
bool take_norm_bias(const Operator& o, std::size_t input, float sign, Chain& chain);

}  // namespace lenet::onnx
