// Random numbers that are a function of their place, so that any thread can draw them in any order.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>

#include "base/host_device.h"

namespace lenet {

/// Four words of a counter, or of its random numbers.
struct PhiloxWords {
  std::uint32_t of[4];

  bool operator==(const PhiloxWords&) const = default;
};

/// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3; 2011):
/// four random words for each counter and key, the same as Random123's.
LENET_HOST_DEVICE inline PhiloxWords philox(PhiloxWords counter, std::uint64_t key) {
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter.of[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter.of[2];
    counter = {
        {static_cast<std::uint32_t>(b >> 32) ^ counter.of[1] ^ k0, static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ counter.of[3] ^ k1, static_cast<std::uint32_t>(a)}};
  }
  return counter;
}

/// The numbers of one stream in sequence. A seed has a stream for each pair (a, b), such as epoch
/// and image; a stream holds 2^34 numbers.
class CounterRandom {
 public:
  /// The largest a and b.
  static constexpr std::uint64_t kMaxStream = (std::uint64_t{1} << 48) - 1;

  CounterRandom(std::uint64_t seed, std::uint64_t a, std::uint64_t b)
      : key_(seed), counter_{{0, low_word(a), low_word(b), high_word(a) | high_word(b) << 16}} {
    assert(a <= kMaxStream && b <= kMaxStream);
  }

  std::uint32_t next32() {
    if (used_ == 4) {
      words_ = philox(counter_, key_);
      ++counter_.of[0];
      used_ = 0;
    }
    return words_.of[used_++];
  }

  /// A float in [0, 1), a multiple of 2^-24.
  float uniform() { return static_cast<float>(next32() >> 8) * 0x1p-24f; }

  /// An integer in [0, n); n >= 1. Some come up more often than others by n in 2^32 at most.
  std::uint32_t below(std::uint32_t n) { return high_word(std::uint64_t{next32()} * n); }

 private:
  static constexpr std::uint32_t low_word(std::uint64_t value) {
    return static_cast<std::uint32_t>(value);
  }
  static constexpr std::uint32_t high_word(std::uint64_t value) {
    return static_cast<std::uint32_t>(value >> 32);
  }

  std::uint64_t key_;
  PhiloxWords counter_;  ///< block, low words of a and b, the rest of both
  PhiloxWords words_{};
  std::size_t used_ = 4;
};

}  // namespace lenet
