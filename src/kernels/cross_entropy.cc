#include "kernels/cross_entropy.h"

#include <algorithm>
#include <cmath>

#include "lenet/pack.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cross_entropy.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/lanes-inl.h"
#include "kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

void CrossEntropyForward(std::int64_t classes, const float* logits, SoftmaxStatistics& softmax) {
  const F32 d;
  alignas(64) float largest[kPack], total[kPack];
  for (std::int64_t v = 0; v < kPack; v += kLanes) {
    auto max = hn::Load(d, logits + v);
    for (std::int64_t k = 1; k < classes; ++k) {
      max = hn::Max(max, hn::Load(d, logits + k * kPack + v));
    }
    auto sum = hn::Zero(d);
    for (std::int64_t k = 0; k < classes; ++k) {
      sum = hn::Add(sum, exp(d, hn::Sub(hn::Load(d, logits + k * kPack + v), max)));
    }
    hn::Store(max, d, largest + v);
    hn::Store(sum, d, total + v);
  }
  for (std::int64_t lane = 0; lane < kPack; ++lane) {
    softmax.logsumexp[lane] = largest[lane] + std::log(total[lane]);
    std::int32_t first = 0;
    while (first + 1 < classes && !(logits[first * kPack + lane] == largest[lane])) ++first;
    softmax.predicted[lane] = first;
  }
}

void CrossEntropyBackward(std::int64_t classes, const Target& target, float scale,
                          const SoftmaxStatistics& softmax, float* logits) {
  const F32 d;
  const auto of_all = hn::Set(d, target.smoothing / static_cast<float>(classes));
  alignas(64) float weight[kPack] = {};  // 0 in lanes without an image, whatever their logits
  std::fill_n(weight, target.count, scale);
  for (std::int64_t v = 0; v < kPack; v += kLanes) {
    const auto logsumexp = hn::LoadU(d, softmax.logsumexp + v);
    const auto lane_weight = hn::Load(d, weight + v);
    const auto counts = hn::Gt(lane_weight, hn::Zero(d));
    for (float* p = logits + v; p < logits + classes * kPack; p += kPack) {
      const auto probability = exp(d, hn::Sub(hn::Load(d, p), logsumexp));
      const auto surplus = hn::Sub(probability, of_all);
      hn::Store(hn::IfThenElseZero(counts, hn::Mul(surplus, lane_weight)), d, p);
    }
  }
  const float of_label = (1 - target.smoothing) * scale;
  for (std::int64_t lane = 0; lane < target.count; ++lane) {
    logits[target.labels[lane] * kPack + lane] -= of_label;
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(CrossEntropyForward);
HWY_EXPORT(CrossEntropyBackward);

void cross_entropy_forward(std::int64_t classes, const float* logits, SoftmaxStatistics& softmax) {
  HWY_DYNAMIC_DISPATCH(CrossEntropyForward)(classes, logits, softmax);
}

float cross_entropy(std::int64_t classes, const Target& target, std::int64_t lane,
                    const SoftmaxStatistics& softmax, const float* logits) {
  const float loss = softmax.logsumexp[lane] - logits[target.labels[lane] * kPack + lane];
  if (target.smoothing == 0) return loss;
  float mean = 0;
  for (std::int64_t k = 0; k < classes; ++k) {
    mean += softmax.logsumexp[lane] - logits[k * kPack + lane];
  }
  mean /= static_cast<float>(classes);
  return (1 - target.smoothing) * loss + target.smoothing * mean;
}

void cross_entropy_backward(std::int64_t classes, const Target& target, float scale,
                            const SoftmaxStatistics& softmax, float* logits) {
  HWY_DYNAMIC_DISPATCH(CrossEntropyBackward)(classes, target, scale, softmax, logits);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
