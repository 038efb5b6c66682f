#include "kernels/dropout.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dropout.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

using U32 = hn::Rebind<std::uint32_t, F32>;
using Words = hn::Vec<U32>;  ///< a word of the counter, or a random one, of each lane

struct Product {
  Words low, high;
};

/// All 64 bits of a * b. x86 multiplies every other word.
HWY_INLINE Product multiply(Words a, Words b) {
  const U32 d;
  const hn::RepartitionToWide<U32> wide;
  const auto even = hn::MulEven(a, b);
  const auto odd = hn::MulEven(hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(wide, a))), b);
  return {hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(odd)), hn::BitCast(d, even)),
          hn::OddEven(hn::BitCast(d, odd), hn::BitCast(d, hn::ShiftRight<32>(even)))};
}

/// Philox4x32-10 (Salmon et al. 2011) in every lane: counter becomes the four random words.
HWY_INLINE void philox_lanes(std::uint64_t key, Words (&counter)[4]) {
  const U32 d;
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    const Product a = multiply(counter[0], hn::Set(d, 0xD2511F53u));
    const Product b = multiply(counter[2], hn::Set(d, 0xCD9E8D57u));
    counter[0] = hn::Xor(hn::Xor(b.high, counter[1]), hn::Set(d, k0));
    counter[1] = b.low;
    counter[2] = hn::Xor(hn::Xor(a.high, counter[3]), hn::Set(d, k1));
    counter[3] = a.low;
  }
}

void Dropout(double p, const RandomPlace& place, std::int64_t elements, const float* x, float* y) {
  const F32 d;
  const U32 words;
  const Words threshold =
      hn::Set(words, static_cast<std::uint32_t>(std::min(p * 0x1p32, 0x1p32 - 1)));
  const Vec scale = hn::Set(d, p < 1 ? static_cast<float>(1 / (1 - p)) : 0.0f);
  for (std::int64_t e = 0; e < elements; e += 4) {
    for (std::int64_t lane = 0; lane < kPack; lane += kLanes) {
      Words random[4] = {hn::Set(words, static_cast<std::uint32_t>(e / 4)),
                         hn::Iota(words, static_cast<std::uint32_t>(place.first_image + lane)),
                         hn::Set(words, static_cast<std::uint32_t>(place.step)),
                         hn::Set(words, static_cast<std::uint32_t>(place.stage))};
      philox_lanes(place.seed, random);
      for (std::int64_t k = 0; k < std::min<std::int64_t>(4, elements - e); ++k) {
        const std::int64_t at = (e + k) * kPack + lane;
        const auto dropped = hn::RebindMask(d, hn::Lt(random[k], threshold));
        const Vec kept = hn::Mul(hn::Load(d, x + at), scale);
        hn::Store(hn::IfThenZeroElse(dropped, kept), d, y + at);
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
