// The loop nest that convolutions and linear layers share, for the target being compiled.

// Included once a target: no include guard, only Highway's toggle.
#if defined(LENET_KERNELS_CONTRACTION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENET_KERNELS_CONTRACTION_INL_H_
#undef LENET_KERNELS_CONTRACTION_INL_H_
#else
#define LENET_KERNELS_CONTRACTION_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// v, kept in a register: GCC would repeat a load in each instruction that uses it, and a core
/// loads only one vector of 512 bits a cycle (Zen 4: weight gradients at 75 % of the FMA peak,
/// against 90 % with this).
HWY_INLINE Vec in_register(Vec v) {
#if HWY_COMPILER_GCC_ACTUAL && HWY_ARCH_X86
  asm("" : "+v"(v.raw));
#endif
  return v;
}

/// Channels that a block may hold when it spans `positions` packs: the sums, the packs and a weight
/// share the registers. More than 24 sums have nothing left to hide.
constexpr int max_block(int positions) {
  const int most = (kRegisters - 1) / (positions * kVectors) - 1;
  return std::clamp(most, 0, 24);
}

/// y[j][p] = bias[j] + sum over (c, h, w) of weight[c][h][w][j] * x[c][h][w][p]
///
/// for j < B channels and p < P positions, in that order of summation whatever B and P are. Strides
/// in floats; the channels of a weight are adjacent.
struct Contraction {
  std::int64_t nc, nh, nw;      ///< trip counts of the sum
  std::int64_t xc, xh, xw, xp;  ///< strides of x
  std::int64_t wc, wh, ww;      ///< strides of weight
  std::int64_t yj, yp;          ///< strides of y
  bool resume;                  ///< the sums go on from y in place of bias
};

template <int B, int P>
void contract_block(const Contraction& k, const float* HWY_RESTRICT weight,
                    const float* HWY_RESTRICT bias, const float* HWY_RESTRICT x,
                    float* HWY_RESTRICT y) {
  const F32 d;
  Vec sum[B][P * kVectors];
#pragma GCC unroll 32
  for (int j = 0; j < B; ++j) {
    const Vec start = bias ? hn::Set(d, bias[j]) : hn::Zero(d);
#pragma GCC unroll 32
    for (int p = 0; p < P * kVectors; ++p) {
      const float* at = y + j * k.yj + p / kVectors * k.yp + p % kVectors * kLanes;
      sum[j][p] = k.resume ? hn::LoadU(d, at) : start;
    }
  }
  for (std::int64_t c = 0; c < k.nc; ++c) {
    for (std::int64_t h = 0; h < k.nh; ++h) {
      const float* wp = weight + c * k.wc + h * k.wh;
      const float* xp = x + c * k.xc + h * k.xh;
      for (std::int64_t w = 0; w < k.nw; ++w, wp += k.ww, xp += k.xw) {
        Vec in[P * kVectors];
#pragma GCC unroll 32
        for (int p = 0; p < P * kVectors; ++p) {
          in[p] = hn::LoadU(d, xp + p / kVectors * k.xp + p % kVectors * kLanes);
        }
#pragma GCC unroll 32
        for (int j = 0; j < B; ++j) {
          const Vec wj = hn::Set(d, wp[j]);
#pragma GCC unroll 32
          for (int p = 0; p < P * kVectors; ++p) sum[j][p] = hn::MulAdd(wj, in[p], sum[j][p]);
        }
      }
    }
  }
#pragma GCC unroll 32
  for (int j = 0; j < B; ++j) {
#pragma GCC unroll 32
    for (int p = 0; p < P * kVectors; ++p) {
      hn::StoreU(sum[j][p], d, y + j * k.yj + p / kVectors * k.yp + p % kVectors * kLanes);
    }
  }
}

using ContractBlock = void (*)(const Contraction&, const float*, const float*, const float*,
                               float*);

/// contract_block<1..max_block(P), P>, indexed by B - 1.
template <int P, int... kB>
constexpr auto contract_blocks(std::integer_sequence<int, kB...>) {
  return std::array<ContractBlock, sizeof...(kB)>{&contract_block<kB + 1, P>...};
}

template <int P>
inline constexpr auto kContractBlocks =
    contract_blocks<P>(std::make_integer_sequence<int, max_block(P)>());

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LENET_KERNELS_CONTRACTION_INL_H_
