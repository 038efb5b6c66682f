#include "kernels/dropout.h"

#include <algorithm>
#include <cmath>

#include "lenet/pack.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dropout.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

/// One word of the counter in each lane.
using Words = std::uint32_t[kPack];

/// Philox4x32-10 (Salmon et al. 2011) in every lane: counter becomes the four random words.
void philox_lanes(std::uint64_t key, Words (&counter)[4]) {
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    for (int i = 0; i < kPack; ++i) {
      const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0][i];
      const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2][i];
      counter[0][i] = static_cast<std::uint32_t>(b >> 32) ^ counter[1][i] ^ k0;
      counter[1][i] = static_cast<std::uint32_t>(b);
      counter[2][i] = static_cast<std::uint32_t>(a >> 32) ^ counter[3][i] ^ k1;
      counter[3][i] = static_cast<std::uint32_t>(a);
    }
  }
}

void Dropout(double p, const RandomPlace& place, std::int64_t elements, const float* x, float* y) {
  const auto threshold = static_cast<std::uint32_t>(std::min(p * 0x1p32, 0x1p32 - 1));
  const float scale = p < 1 ? static_cast<float>(1 / (1 - p)) : 0.0f;
  for (std::int64_t e = 0; e < elements; e += 4) {
    Words words[4];
    for (int i = 0; i < kPack; ++i) {
      words[0][i] = static_cast<std::uint32_t>(e / 4);
      words[1][i] = static_cast<std::uint32_t>(place.first_image + i);
      words[2][i] = static_cast<std::uint32_t>(place.step);
      words[3][i] = static_cast<std::uint32_t>(place.stage);
    }
    philox_lanes(place.seed, words);
    for (std::int64_t k = 0; k < std::min<std::int64_t>(4, elements - e); ++k) {
      const std::int64_t at = (e + k) * kPack;
      for (int i = 0; i < kPack; ++i) {
        y[at + i] = words[k][i] < threshold ? 0.0f : x[at + i] * scale;
      }
    }
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(Dropout);

void dropout(double p, const RandomPlace& place, std::int64_t elements, const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(Dropout)(p, place, elements, x, y);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
