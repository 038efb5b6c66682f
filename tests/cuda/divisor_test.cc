#include "cuda/divisor.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace lenet::cuda {
namespace {

void expect_division(std::uint32_t x, std::uint32_t n) {
  const Divisor::Result got = Divisor(n).divide(x);
  EXPECT_EQ(got.quotient, x / n) << x << " / " << n;
  EXPECT_EQ(got.remainder, x % n) << x << " % " << n;
}

TEST(Divisor, DividesAsTheLanguageDoes) {
  constexpr std::uint32_t kLargest = 0xffffffff, kLargestDivisor = 0x80000000;
  for (const std::uint32_t n : {1u, 2u, 3u, 5u, 6u, 7u, 14u, 28u, 641u, 65535u, 65536u, 65537u,
                                1000003u, kLargestDivisor - 1, kLargestDivisor}) {
    for (std::uint32_t x = 0; x < 3000; ++x) expect_division(x, n);
    for (std::uint32_t k = 0; k < 40; ++k) {  // about the multiples, where a quotient changes
      const std::uint32_t multiple = kLargest / n / (k + 1) * n;
      for (const std::uint32_t x : {multiple - 1, multiple, multiple + 1}) expect_division(x, n);
    }
    expect_division(kLargest, n);
  }
}

}  // namespace
}  // namespace lenet::cuda
