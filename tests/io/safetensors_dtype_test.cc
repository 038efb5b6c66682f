#include "io/safetensors_dtype.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "io/safetensors_bytes.h"

namespace lenet {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

/// Decodes one element given by its bits.
float decoded(Dtype dtype, std::uint64_t bits) {
  float value = -1;
  const std::string bytes = little_endian(bits, static_cast<int>(dtype_size(dtype)));
  EXPECT_FALSE(decode(dtype, bytes, {&value, 1}));
  return value;
}

bool fits(Dtype dtype, std::uint64_t bits) {
  float value = 0;
  return !decode(dtype, little_endian(bits, static_cast<int>(dtype_size(dtype))), {&value, 1});
}

/// Tells -0 from 0, and one nan from another.
std::uint32_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value); }

TEST(Dtype, NamesAreThoseOfTheFormat) {
  EXPECT_EQ(dtype_named("F32"), Dtype::kF32);
  EXPECT_EQ(dtype_named("BF16"), Dtype::kBF16);
  EXPECT_EQ(dtype_named("U8"), Dtype::kU8);
  EXPECT_EQ(dtype_named("f32"), std::nullopt);
  EXPECT_EQ(dtype_named(""), std::nullopt);
}

TEST(Dtype, F32KeepsEveryBit) {
  for (const std::uint32_t bits : {0u, 0x80000000u, 1u, 0x7f800000u, 0x7fc12345u, 0xffc00001u}) {
    EXPECT_EQ(bits_of(decoded(Dtype::kF32, bits)), bits);
  }
}

TEST(Dtype, F16Normals) {
  EXPECT_EQ(decoded(Dtype::kF16, 0x3c00), 1.0f);                 // exponent 15 - 15
  EXPECT_EQ(decoded(Dtype::kF16, 0xc000), -2.0f);                // exponent 16 - 15
  EXPECT_EQ(decoded(Dtype::kF16, 0x3555), 0.25f * 1365 / 1024);  // (1 + 0x155 / 1024) * 2^-2
  EXPECT_EQ(decoded(Dtype::kF16, 0x7bff), 65504.0f);             // (2 - 2^-10) * 2^15
  EXPECT_EQ(decoded(Dtype::kF16, 0x0400), 0x1p-14f);             // the smallest normal
}

TEST(Dtype, F16SubnormalsAreMultiplesOf2ToMinus24) {
  EXPECT_EQ(decoded(Dtype::kF16, 0x0001), 0x1p-24f);
  EXPECT_EQ(decoded(Dtype::kF16, 0x8001), -0x1p-24f);
  EXPECT_EQ(decoded(Dtype::kF16, 0x03ff), 1023 * 0x1p-24f);
}

TEST(Dtype, F16ZeroInfinityAndNan) {
  EXPECT_EQ(bits_of(decoded(Dtype::kF16, 0x0000)), 0u);
  EXPECT_EQ(bits_of(decoded(Dtype::kF16, 0x8000)), 0x80000000u);
  EXPECT_EQ(decoded(Dtype::kF16, 0x7c00), kInf);
  EXPECT_EQ(decoded(Dtype::kF16, 0xfc00), -kInf);
  EXPECT_TRUE(std::isnan(decoded(Dtype::kF16, 0x7e00)));
  EXPECT_TRUE(std::isnan(decoded(Dtype::kF16, 0x7c01)));
  EXPECT_TRUE(std::isnan(decoded(Dtype::kF16, 0xfe00)));
}

TEST(Dtype, BF16IsTheUpperHalfOfAFloat) {
  EXPECT_EQ(decoded(Dtype::kBF16, 0x3f80), 1.0f);
  EXPECT_EQ(decoded(Dtype::kBF16, 0xc040), -3.0f);
  EXPECT_EQ(decoded(Dtype::kBF16, 0x0001), 0x1p-133f);  // subnormal: 2^16 * 2^-149
  EXPECT_EQ(bits_of(decoded(Dtype::kBF16, 0x8000)), 0x80000000u);
  EXPECT_EQ(decoded(Dtype::kBF16, 0x7f80), kInf);
  EXPECT_EQ(decoded(Dtype::kBF16, 0xff80), -kInf);
  EXPECT_EQ(bits_of(decoded(Dtype::kBF16, 0x7fc0)), 0x7fc00000u);
}

TEST(Dtype, F64RoundsToTheNearestFloat) {
  const auto f64 = [](double value) {
    return decoded(Dtype::kF64, std::bit_cast<std::uint64_t>(value));
  };
  EXPECT_EQ(f64(-1.5), -1.5f);
  EXPECT_EQ(f64(1 + 0x1p-24), 1.0f);                // halfway: to even
  EXPECT_EQ(f64(1 + 0x1.8p-24), 1 + 0x1p-23f);      // above halfway
  EXPECT_EQ(f64(0x1p-149), 0x1p-149f);              // the smallest subnormal float
  EXPECT_EQ(bits_of(f64(-0x1p-151)), 0x80000000u);  // below half of it
  EXPECT_EQ(bits_of(f64(-0.0)), 0x80000000u);
  EXPECT_EQ(f64(kInf), kInf);
  EXPECT_EQ(f64(-kInf), -kInf);
  EXPECT_TRUE(std::isnan(f64(std::numeric_limits<double>::quiet_NaN())));
}

TEST(Dtype, F64BeyondTheRangeOfFloatDoesNotFit) {
  EXPECT_TRUE(fits(Dtype::kF64, std::bit_cast<std::uint64_t>(0x1.fffffep127)));
  EXPECT_FALSE(fits(Dtype::kF64, std::bit_cast<std::uint64_t>(0x1p128)));
  EXPECT_FALSE(fits(Dtype::kF64, std::bit_cast<std::uint64_t>(-1e300)));
}

TEST(Dtype, IntegersKeepTheirValue) {
  EXPECT_EQ(decoded(Dtype::kI8, 0x80), -128.0f);
  EXPECT_EQ(decoded(Dtype::kU8, 0x80), 128.0f);
  EXPECT_EQ(decoded(Dtype::kI16, 0x8000), -32768.0f);
  EXPECT_EQ(decoded(Dtype::kU16, 0xffff), 65535.0f);
  EXPECT_EQ(decoded(Dtype::kI32, 0xffffffff), -1.0f);
  EXPECT_EQ(decoded(Dtype::kU32, 0x00123456), 1193046.0f);
  EXPECT_EQ(decoded(Dtype::kI64, ~0ull), -1.0f);
  EXPECT_EQ(decoded(Dtype::kU64, 9), 9.0f);
}

TEST(Dtype, IntegersBeyond2To24DoNotFit) {
  for (const Dtype dtype : {Dtype::kI32, Dtype::kU32, Dtype::kI64, Dtype::kU64}) {
    EXPECT_TRUE(fits(dtype, 1u << 24));
    EXPECT_FALSE(fits(dtype, (1u << 24) + 1));
  }
  EXPECT_TRUE(fits(Dtype::kI64, 0 - (1ull << 24)));
  EXPECT_FALSE(fits(Dtype::kI64, 0 - (1ull << 24) - 1));
  EXPECT_FALSE(fits(Dtype::kU64, ~0ull));
  EXPECT_FALSE(fits(Dtype::kI64, 1ull << 63));
}

TEST(Dtype, DecodeTellsTheFirstElementThatDoesNotFit) {
  std::vector<float> values(3);
  const std::string bytes = little_endian(7, 4) + little_endian(~0u, 4) + little_endian(~0u, 4);
  EXPECT_EQ(decode(Dtype::kU32, bytes, values), 1);
}

}  // namespace
}  // namespace lenet
