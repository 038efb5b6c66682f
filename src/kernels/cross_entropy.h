// The softmax cross-entropy of one pack, from logits.
#pragma once

#include <cstdint>

#include "lenet/label.h"
#include "lenet/pack.h"

namespace lenet::kernels {

/// What the logits of one pack say, lane by lane.
struct SoftmaxStatistics {
  float logsumexp[kPack];
  std::int32_t predicted[kPack];  ///< the class of the largest logit, the first of equals
};

/// logsumexp = max + log(sum over classes of e^(logit - max)). logits: (classes, kPack), aligned to
/// 64 bytes.
void cross_entropy_forward(std::int64_t classes, const float* logits, SoftmaxStatistics& softmax);

/// What the loss compares the outputs with: the label has probability 1 - smoothing, and
/// `smoothing` is spread evenly over all classes.
struct Target {
  const Label* labels;  ///< `count` of them
  std::int64_t count;   ///< lanes with an image
  float smoothing = 0;
  const float* class_weights = nullptr;  ///< of each class's share of the loss; null: 1
  float weight_scale = 1;                ///< of all of them
  const Label* others = nullptr;  ///< of mixed images: the second class of each; null: none has one
  const float* shares = nullptr;  ///< of the first
};

/// The loss of one lane from the SoftmaxStatistics of these logits.
float cross_entropy(std::int64_t classes, const Target& target, std::int64_t lane,
                    const SoftmaxStatistics& softmax, const float* logits);

/// logits = (e^(logit - logsumexp) - probability in the target) * scale, the gradient of the scaled
/// loss; 0 in lanes from target.count on. With class weights, t the probabilities times them:
/// (e^(logit - logsumexp) * sum of t - t) * scale.
void cross_entropy_backward(std::int64_t classes, const Target& target, float scale,
                            const SoftmaxStatistics& softmax, float* logits);

}  // namespace lenet::kernels
