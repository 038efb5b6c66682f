#include "kernels/prelu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/prelu.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

void PreluForward(const ChannelShape& shape, const float* weight, const float* x, float* y) {
  const F32 d;
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    const Vec w = hn::Set(d, weight[c]);
    for (std::int64_t i = 0; i < shape.positions * kPack; i += kLanes, x += kLanes, y += kLanes) {
      const Vec v = hn::Load(d, x);
      hn::Store(hn::IfThenElse(hn::Gt(v, hn::Zero(d)), v, hn::Mul(w, v)), d, y);
    }
  }
}

void PreluBackward(const ChannelShape& shape, const float* weight, const float* x, const float* dy,
                   float* dx, float* dweight) {
  const F32 d;
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    const Vec w = hn::Set(d, weight[c]);
    Vec sum[kVectors];
    for (int v = 0; v < kVectors; ++v) sum[v] = hn::Zero(d);
    for (std::int64_t p = 0; p < shape.positions; ++p) {
      for (int v = 0; v < kVectors; ++v) {
        const std::int64_t at = (c * shape.positions + p) * kPack + v * kLanes;
        const Vec value = hn::Load(d, x + at), delta = hn::Load(d, dy + at);
        const auto above = hn::Gt(value, hn::Zero(d));
        sum[v] = hn::Add(sum[v], hn::IfThenZeroElse(above, hn::Mul(value, delta)));
        if (dx) hn::Store(hn::IfThenElse(above, delta, hn::Mul(w, delta)), d, dx + at);
      }
    }
    if (dweight) dweight[c] = sum_lanes(sum);
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(PreluForward);
HWY_EXPORT(PreluBackward);

void prelu_forward(const ChannelShape& shape, const float* weight, const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(PreluForward)(shape, weight, x, y);
}

void prelu_backward(const ChannelShape& shape, const float* weight, const float* x, const float* dy,
                    float* dx, float* dweight) {
  HWY_DYNAMIC_DISPATCH(PreluBackward)(shape, weight, x, dy, dx, dweight);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
