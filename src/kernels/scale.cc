#include "kernels/scale.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/scale.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

void ScaleForward(const ChannelShape& shape, const float* x, const float* gate, float* y) {
  const F32 d;
  for (std::int64_t c = 0; c < shape.channels; ++c, gate += kPack) {
    for (std::int64_t p = 0; p < shape.positions; ++p, x += kPack, y += kPack) {
      for (std::int64_t lane = 0; lane < kPack; lane += kLanes) {
        hn::Store(hn::Mul(hn::Load(d, x + lane), hn::Load(d, gate + lane)), d, y + lane);
      }
    }
  }
}

void ScaleBackwardGate(const ChannelShape& shape, const float* x, const float* dy, float* dgate) {
  const F32 d;
  for (std::int64_t c = 0; c < shape.channels; ++c, dgate += kPack) {
    Vec sum[kVectors];
    for (int v = 0; v < kVectors; ++v) sum[v] = hn::Zero(d);
    for (std::int64_t p = 0; p < shape.positions; ++p, x += kPack, dy += kPack) {
      for (int v = 0; v < kVectors; ++v) {
        const std::int64_t lane = v * kLanes;
        sum[v] = hn::MulAdd(hn::Load(d, x + lane), hn::Load(d, dy + lane), sum[v]);
      }
    }
    for (int v = 0; v < kVectors; ++v) hn::Store(sum[v], d, dgate + v * kLanes);
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(ScaleForward);
HWY_EXPORT(ScaleBackwardGate);

void scale_forward(const ChannelShape& shape, const float* x, const float* gate, float* y) {
  HWY_DYNAMIC_DISPATCH(ScaleForward)(shape, x, gate, y);
}

void scale_backward_gate(const ChannelShape& shape, const float* x, const float* dy, float* dgate) {
  HWY_DYNAMIC_DISPATCH(ScaleBackwardGate)(shape, x, dy, dgate);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
