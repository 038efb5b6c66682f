// What a network still has to learn of another's outputs, pack by pack (Hinton et al. 2015,
// "Distilling the Knowledge in a Neural Network").
#pragma once

#include <cstdint>

#include "lenet/pack.h"

namespace lenet::kernels {

/// Of the logits x of a student and z of its teacher, both over the temperature T, lane by lane.
struct Softened {
  float student[kPack], teacher[kPack];  ///< logsumexp
  float divergence[kPack];               ///< Kullback and Leibler's, of q = softmax(z / T) from
                                         ///< p = softmax(x / T): sum of q log(q / p)
};

/// x, z: (classes, kPack), aligned to 64 bytes.
void soften(std::int64_t classes, float temperature, const float* x, const float* z,
            Softened& softened);

/// Overwrites z with factor (p - q), the gradient of factor T divergence by x; 0 in lanes from
/// `count` on.
void softened_backward(std::int64_t classes, float temperature, const Softened& softened,
                       std::int64_t count, float factor, const float* x, float* z);

}  // namespace lenet::kernels
