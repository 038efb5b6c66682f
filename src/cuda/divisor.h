// Division by a number that is the same for all threads: a product and a shift in place of some
// twenty instructions.
#pragma once

#include <bit>

#include "cuda/host_device.h"

namespace lenet::cuda {

/// x / n and x % n for any x below 2^32 and n from 1 to 2^31 (Granlund, Montgomery: Division by
/// Invariant Integers using Multiplication; 1994).
class Divisor {
 public:
  struct Result {
    std::uint32_t quotient, remainder;
  };

  explicit Divisor(std::int64_t n)
      : n_(static_cast<std::uint32_t>(n)),
        shift_(static_cast<int>(std::bit_width(n_ - 1))),
        multiplier_(static_cast<std::uint32_t>(
            (std::uint64_t{1} << 32) * ((std::uint64_t{1} << shift_) - n_) / n_ + 1)) {}

  LENET_HOST_DEVICE std::uint32_t number() const { return n_; }

  LENET_HOST_DEVICE Result divide(std::uint32_t x) const {
    const std::uint64_t high = std::uint64_t{multiplier_} * x >> 32;
    const auto quotient = static_cast<std::uint32_t>((high + x) >> shift_);
    return {quotient, x - quotient * n_};
  }

 private:
  std::uint32_t n_;
  int shift_;
  std::uint32_t multiplier_;
};

}  // namespace lenet::cuda
