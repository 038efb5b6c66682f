// The softmax cross-entropy of one pack, from logits.
#pragma once

#include <cstdint>

#include "lenet/pack.h"

namespace lenet::kernels {

/// What the logits of one pack say, lane by lane.
struct Verdict {
  float logsumexp[kPack];
  std::int32_t predicted[kPack];  ///< the class of the largest logit, the first of equals
};

/// logsumexp = max + log(sum over classes of e^(logit - max)). logits: (classes, kPack), aligned to
/// 64 bytes.
void cross_entropy_forward(std::int64_t classes, const float* logits, Verdict& verdict);

/// logits = (e^(logit - logsumexp) - [class is the label]) * scale, the gradient of the scaled
/// loss; 0 in lanes from `count` on. labels: `count` of them.
void cross_entropy_backward(std::int64_t classes, const std::uint8_t* labels, std::int64_t count,
                            float scale, const Verdict& verdict, float* logits);

}  // namespace lenet::kernels
