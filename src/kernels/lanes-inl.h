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

/// Lanes of a vector: 16 on AVX-512, 8 on AVX2, 4 on 128-bit targets.
inline constexpr std::int64_t kLanes = hn::MaxLanes(F32());
static_assert(kLanes == 4 || kLanes == 8 || kLanes == 16,
              "the kernels are written for vectors of 4, 8 or 16 floats of a fixed length");

/// Vectors in a pack.
inline constexpr int kVectors = static_cast<int>(kPack / kLanes);

// What follows from the architecture and the lanes, never from a target's name: a new flavour of
// AVX-512 is AVX-512.
#if HWY_ARCH_X86
inline constexpr int kRegisters = kLanes == 16 ? 32 : 16;
inline constexpr bool kHasFma = HWY_TARGET <= HWY_AVX2;  // better targets have lower bits
#elif HWY_ARCH_ARM_A64
inline constexpr int kRegisters = 32;
inline constexpr bool kHasFma = true;
#else
#error "say how many vector registers this architecture has, and whether it fuses multiply and add"
#endif

/// The sum over the lanes of a vector, halves added first.
template <std::int64_t N>
HWY_INLINE float sum_vector(hn::Vec<hn::FixedTag<float, N>> v) {
  static_assert(N >= 4);
  if constexpr (N == 4) {
    v = hn::Add(v, hn::Shuffle1032(v));
    return hn::GetLane(hn::Add(v, hn::Shuffle2301(v)));
  } else {
    const hn::FixedTag<float, N / 2> half;
    return sum_vector<N / 2>(hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}

/// The sum over the lanes of a pack, halves added first: the same tree on every target.
HWY_INLINE float sum_lanes(const Vec (&v)[kVectors]) {
  Vec half[kVectors];
  for (int i = 0; i < kVectors; ++i) half[i] = v[i];
  for (int n = kVectors / 2; n > 0; n /= 2) {
    for (int i = 0; i < n; ++i) half[i] = hn::Add(half[i], half[i + n]);
  }
  return sum_vector<kLanes>(half[0]);
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LENET_KERNELS_LANES_INL_H_
