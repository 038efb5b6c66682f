// What convolutions and linear layers share: a weight of (outputs, columns) with an optional bias
// behind it, updated by rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu/stage.h"
#include "nn/weight_matrix.h"

namespace lenet::cpu {

/// Parts of at most `rows` rows each, none of which crosses a multiple of kPack rows.
std::vector<UpdatePart> row_parts(const WeightMatrix& matrix, std::int64_t rows);

/// The weight, or the bias (null without one), within a layer's parameters.
const float* weight_of(std::span<const float> parameters);
const float* bias_of(const WeightMatrix& matrix, std::span<const float> parameters);

}  // namespace lenet::cpu
