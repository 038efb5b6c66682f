#include "kernels/fma_peak.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fma_peak.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/contraction-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

std::int64_t FmaPeak(std::int64_t rounds, float* sink) {
  const F32 d;
  constexpr int kChains = 12;  // two units of latency 4 need 8 under way
  Vec chain[kChains];
  for (int i = 0; i < kChains; ++i) chain[i] = hn::Set(d, static_cast<float>(i));
  const Vec factor = hn::Set(d, 0.999f), term = hn::Set(d, 0.001f);
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; ++i) chain[i] = hn::MulAdd(chain[i], factor, term);
  }
  Vec sum = chain[0];
  for (int i = 1; i < kChains; ++i) sum = hn::Add(sum, chain[i]);
  *sink = hn::GetLane(sum);
  return rounds * kChains * static_cast<std::int64_t>(hn::MaxLanes(d)) * 2;
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(FmaPeak);

std::int64_t fma_peak(std::int64_t rounds, float* sink) {
  return HWY_DYNAMIC_DISPATCH(FmaPeak)(rounds, sink);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
