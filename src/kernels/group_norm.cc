#include "kernels/group_norm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/group_norm.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

/// Of a group, in the lanes of one vector of the pack.
struct GroupStatistics {
  Vec mean, inverse;
};

/// `lane`: the vector's first in the pack.
HWY_INLINE GroupStatistics statistics_of(const GroupShape& shape, const float* x,
                                         std::int64_t lane) {
  const F32 d;
  const std::int64_t values = shape.channels * shape.positions;
  const Vec count = hn::Set(d, static_cast<float>(values));
  const Vec origin = hn::Load(d, x + lane);  // differences from it, lest the squares cancel
  Vec sum = hn::Zero(d);
  for (std::int64_t i = 0; i < values; ++i) {
    sum = hn::Add(sum, hn::Sub(hn::Load(d, x + i * kPack + lane), origin));
  }
  const Vec mean = hn::Add(origin, hn::Div(sum, count));
  Vec squares = hn::Zero(d);
  for (std::int64_t i = 0; i < values; ++i) {
    const Vec centred = hn::Sub(hn::Load(d, x + i * kPack + lane), mean);
    squares = hn::MulAdd(centred, centred, squares);
  }
  const Vec variance = hn::Add(hn::Div(squares, count), hn::Set(d, static_cast<float>(shape.eps)));
  return {mean, hn::Div(hn::Set(d, 1.0f), hn::Sqrt(variance))};
}

void GroupNormForward(const GroupShape& shape, const float* weight, const float* bias,
                      const float* x, float* y) {
  const F32 d;
  const std::int64_t size = shape.channels * shape.positions * kPack;
  for (std::int64_t g = 0; g < shape.groups; ++g, x += size, y += size) {
    for (std::int64_t lane = 0; lane < kPack; lane += kLanes) {
      const GroupStatistics by = statistics_of(shape, x, lane);
      for (std::int64_t c = 0; c < shape.channels; ++c) {
        const Vec scale = hn::Mul(by.inverse, hn::Set(d, weight[g * shape.channels + c]));
        const Vec shift = hn::Set(d, bias[g * shape.channels + c]);
        for (std::int64_t p = 0; p < shape.positions; ++p) {
          const std::int64_t at = (c * shape.positions + p) * kPack + lane;
          hn::Store(hn::MulAdd(hn::Sub(hn::Load(d, x + at), by.mean), scale, shift), d, y + at);
        }
      }
    }
  }
}

/// Of one group. The sums of dy and of dy * normalised x over a channel's positions are the lanes'
/// shares of the gradients by bias and weight.
void GroupNormBackward(const GroupShape& shape, const float* weight, const float* x,
                       const float* dy, float* dx, float* dweight, float* dbias) {
  const F32 d;
  const std::int64_t size = shape.channels * shape.positions * kPack;
  const Vec count = hn::Set(d, static_cast<float>(shape.channels * shape.positions));
  for (std::int64_t g = 0; g < shape.groups; ++g, x += size, dy += size) {
    GroupStatistics by[kVectors];
    Vec mean_dy[kVectors], mean_product[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      by[v] = statistics_of(shape, x, v * kLanes);
      mean_dy[v] = mean_product[v] = hn::Zero(d);
    }
    for (std::int64_t c = 0; c < shape.channels; ++c) {
      Vec sum[kVectors], product[kVectors];
      const Vec w = hn::Set(d, weight[g * shape.channels + c]);
      for (int v = 0; v < kVectors; ++v) {
        sum[v] = product[v] = hn::Zero(d);
        for (std::int64_t p = 0; p < shape.positions; ++p) {
          const std::int64_t at = (c * shape.positions + p) * kPack + v * kLanes;
          const Vec delta = hn::Load(d, dy + at);
          const Vec centred = hn::Sub(hn::Load(d, x + at), by[v].mean);
          sum[v] = hn::Add(sum[v], delta);
          product[v] = hn::MulAdd(centred, delta, product[v]);
        }
        product[v] = hn::Mul(product[v], by[v].inverse);
        mean_dy[v] = hn::MulAdd(w, sum[v], mean_dy[v]);
        mean_product[v] = hn::MulAdd(w, product[v], mean_product[v]);
      }
      if (dweight) dweight[g * shape.channels + c] = sum_lanes(product);
      if (dbias) dbias[g * shape.channels + c] = sum_lanes(sum);
    }
    if (!dx) continue;
    for (int v = 0; v < kVectors; ++v) {
      const Vec base = hn::Div(mean_dy[v], count);
      const Vec slope = hn::Mul(hn::Div(mean_product[v], count), by[v].inverse);
      for (std::int64_t c = 0; c < shape.channels; ++c) {
        const Vec w = hn::Set(d, weight[g * shape.channels + c]);
        for (std::int64_t p = 0; p < shape.positions; ++p) {
          const std::int64_t at = (c * shape.positions + p) * kPack + v * kLanes;
          const Vec centred = hn::Sub(hn::Load(d, x + at), by[v].mean);
          const Vec rest = hn::Sub(hn::Mul(w, hn::Load(d, dy + at)), base);
          hn::Store(hn::Mul(hn::NegMulAdd(centred, slope, rest), by[v].inverse), d, dx + at);
        }
      }
    }
    dx += size;
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(GroupNormForward);
HWY_EXPORT(GroupNormBackward);

void group_norm_forward(const GroupShape& shape, const float* weight, const float* bias,
                        const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(GroupNormForward)(shape, weight, bias, x, y);
}

void group_norm_backward(const GroupShape& shape, const float* weight, const float* x,
                         const float* dy, float* dx, float* dweight, float* dbias) {
  HWY_DYNAMIC_DISPATCH(GroupNormBackward)(shape, weight, x, dy, dx, dweight, dbias);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
