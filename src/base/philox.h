// Random numbers that are a function of their place, so that any thread can draw them in any order.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>

namespace lenet {

/// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3; 2011):
/// four random words for each counter and key, the same as Random123's.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key);

/// The numbers of one stream in sequence. A seed has a stream for each pair (a, b), such as epoch
/// and image; a stream holds 2^34 numbers.
class CounterRandom {
 public:
  /// The largest a and b.
  static constexpr std::uint64_t kMaxStream = (std::uint64_t{1} << 48) - 1;

  CounterRandom(std::uint64_t seed, std::uint64_t a, std::uint64_t b)
      : key_{low_word(seed), high_word(seed)},
        counter_{0, low_word(a), low_word(b), high_word(a) | high_word(b) << 16} {
    assert(a <= kMaxStream && b <= kMaxStream);
  }

  std::uint32_t next32() {
    if (used_ == words_.size()) {
      words_ = philox(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return words_[used_++];
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

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;  ///< block, low words of a and b, the rest of both
  std::array<std::uint32_t, 4> words_{};
  std::size_t used_ = 4;
};

}  // namespace lenet
