// A pack of sixteen lanes as vectors of the target being compiled.

#if defined(LENET_KERNELS_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENET_KERNELS_LANES_INL_H_
#undef LENET_KERNELS_LANES_INL_H_
#else
#define LENET_KERNELS_LANES_INL_H_
#endif

#include <hwy/highway.h>

#include "lenet/pack.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, kPack>;
using Vec = hn::Vec<F32>;

/// Vectors in a pack: 1 on AVX-512, 2 on AVX2, 4 on 128-bit targets.
inline constexpr int kVectors = static_cast<int>(kPack / hn::MaxLanes(F32()));

/// The sum over the lanes of a pack, halves added first: the same tree on every target.
HWY_INLINE float sum_lanes(const Vec (&v)[kVectors]) {
  Vec half[kVectors];
  for (int i = 0; i < kVectors; ++i) half[i] = v[i];
  for (int n = kVectors / 2; n > 0; n /= 2) {
    for (int i = 0; i < n; ++i) half[i] = hn::Add(half[i], half[i + n]);
  }
#if HWY_TARGET == HWY_AVX3
  const hn::FixedTag<float, 8> d8;
  const hn::FixedTag<float, 4> d4;
  const auto v8 = hn::Add(hn::LowerHalf(d8, half[0]), hn::UpperHalf(d8, half[0]));
  auto v4 = hn::Add(hn::LowerHalf(d4, v8), hn::UpperHalf(d4, v8));
#elif HWY_TARGET == HWY_AVX2
  const hn::FixedTag<float, 4> d4;
  auto v4 = hn::Add(hn::LowerHalf(d4, half[0]), hn::UpperHalf(d4, half[0]));
#else
  auto v4 = half[0];
#endif
  v4 = hn::Add(v4, hn::Shuffle1032(v4));
  return hn::GetLane(hn::Add(v4, hn::Shuffle2301(v4)));
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LENET_KERNELS_LANES_INL_H_
