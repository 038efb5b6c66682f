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
    const float share = target.others ? target.shares[lane] : 1;
    logits[target.labels[lane] * kPack + lane] -= share * of_label;
    if (target.others) logits[target.others[lane] * kPack + lane] -= (1 - share) * of_label;
  }
}

/// The same with class weights, of which each lane has those of its label and a share of all.
void WeightedBackward(std::int64_t classes, const Target& target, float scale,
                      const SoftmaxStatistics& softmax, float* logits) {
  const F32 d;
  const float* weights = target.class_weights;
  const float whole = scale * target.weight_scale;
  const float of_all = whole * target.smoothing / static_cast<float>(classes);
  const float of_label = whole * (1 - target.smoothing);
  float all = 0;
  for (std::int64_t k = 0; k < classes; ++k) all += of_all * weights[k];
  alignas(64) float total[kPack] = {}, counts[kPack] = {};
  for (std::int64_t lane = 0; lane < target.count; ++lane) {
    total[lane] = all + of_label * weights[target.labels[lane]];
    counts[lane] = 1;
  }
  for (std::int64_t v = 0; v < kPack; v += kLanes) {
    const auto logsumexp = hn::LoadU(d, softmax.logsumexp + v);
    const auto of_lane = hn::Load(d, total + v);
    const auto has_image = hn::Gt(hn::Load(d, counts + v), hn::Zero(d));
    for (std::int64_t k = 0; k < classes; ++k) {
      float* p = logits + k * kPack + v;
      const auto probability = exp(d, hn::Sub(hn::Load(d, p), logsumexp));
      const auto surplus = hn::Sub(hn::Mul(probability, of_lane), hn::Set(d, of_all * weights[k]));
      hn::Store(hn::IfThenElseZero(has_image, surplus), d, p);
    }
  }
  for (std::int64_t lane = 0; lane < target.count; ++lane) {
    const Label label = target.labels[lane];
    logits[label * kPack + lane] -= of_label * weights[label];
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(CrossEntropyForward);
HWY_EXPORT(CrossEntropyBackward);
HWY_EXPORT(WeightedBackward);

void cross_entropy_forward(std::int64_t classes, const float* logits, SoftmaxStatistics& softmax) {
  HWY_DYNAMIC_DISPATCH(CrossEntropyForward)(classes, logits, softmax);
}

namespace {

float weighted(std::int64_t classes, const Target& target, std::int64_t lane,
               const SoftmaxStatistics& softmax, const float* logits) {
  const float* weights = target.class_weights;
  const auto loss_of = [&](std::int64_t k) {
    return weights[k] * (softmax.logsumexp[lane] - logits[k * kPack + lane]);
  };
  float all = 0;
  for (std::int64_t k = 0; k < classes && target.smoothing != 0; ++k) all += loss_of(k);
  return target.weight_scale * ((1 - target.smoothing) * loss_of(target.labels[lane]) +
                                target.smoothing * all / static_cast<float>(classes));
}

}  // namespace

float cross_entropy(std::int64_t classes, const Target& target, std::int64_t lane,
                    const SoftmaxStatistics& softmax, const float* logits) {
  if (target.class_weights) return weighted(classes, target, lane, softmax, logits);
  const auto loss_of = [&](std::int64_t k) {
    return softmax.logsumexp[lane] - logits[k * kPack + lane];
  };
  float loss = loss_of(target.labels[lane]);
  if (target.others) {
    const float share = target.shares[lane];
    loss = share * loss + (1 - share) * loss_of(target.others[lane]);
  }
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
  if (target.class_weights) {
    HWY_DYNAMIC_DISPATCH(WeightedBackward)(classes, target, scale, softmax, logits);
  } else {
    HWY_DYNAMIC_DISPATCH(CrossEntropyBackward)(classes, target, scale, softmax, logits);
  }
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
