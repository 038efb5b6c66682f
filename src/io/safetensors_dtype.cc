#include "io/safetensors_dtype.h"

#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <concepts>
#include <cstring>
#include <utility>

#include "base/require.h"

namespace lenet {
namespace {

static_assert(std::endian::native == std::endian::little, "the file's floats are little-endian");

struct DtypeRow {
  std::string_view name;
  std::int64_t size;
};

/// In the order of Dtype.
constexpr std::array<DtypeRow, 12> kDtypes = {{{"F64", 8},
                                               {"F32", 4},
                                               {"F16", 2},
                                               {"BF16", 2},
                                               {"I64", 8},
                                               {"I32", 4},
                                               {"I16", 2},
                                               {"I8", 1},
                                               {"U64", 8},
                                               {"U32", 4},
                                               {"U16", 2},
                                               {"U8", 1}}};

/// IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 mantissa bits.
struct Half {
  std::uint16_t bits;
};

/// The upper half of a float.
struct BFloat16 {
  std::uint16_t bits;
};

// to_float: false if the value does not fit.

bool to_float(float stored, float& value) {
  value = stored;
  return true;
}

bool to_float(double stored, float& value) {
  value = static_cast<float>(stored);
  return !std::isinf(value) || std::isinf(stored);
}

bool to_float(Half stored, float& value) {
  const std::uint32_t exponent = (stored.bits >> 10) & 0x1Fu;
  const std::uint32_t mantissa = stored.bits & 0x3FFu;
  if (exponent == 0) {  // zero or subnormal: mantissa * 2^-24
    value = static_cast<float>(mantissa) * 0x1p-24f;
  } else {  // inf and nan keep the exponent of ones; the others move from bias 15 to bias 127
    const std::uint32_t moved = exponent == 31 ? 255 : exponent + (127 - 15);
    value = std::bit_cast<float>(moved << 23 | mantissa << 13);
  }
  if (stored.bits >> 15 != 0) value = -value;
  return true;
}

bool to_float(BFloat16 stored, float& value) {
  value = std::bit_cast<float>(std::uint32_t{stored.bits} << 16);
  return true;
}

template <std::integral Integer>
bool to_float(Integer stored, float& value) {
  constexpr std::int32_t kLargest = 1 << 24;  // every integer up to here is a float
  value = static_cast<float>(stored);
  return !std::cmp_less(stored, -kLargest) && !std::cmp_greater(stored, kLargest);
}

template <typename Stored>
std::optional<std::int64_t> decode_as(std::string_view bytes, std::span<float> values) {
  assert(bytes.size() == values.size() * sizeof(Stored));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    if (!to_float(stored, values[i])) return static_cast<std::int64_t>(i);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Dtype> dtype_named(std::string_view name) {
  for (std::size_t i = 0; i < kDtypes.size(); ++i) {
    if (kDtypes[i].name == name) return static_cast<Dtype>(i);
  }
  return std::nullopt;
}

std::int64_t dtype_size(Dtype dtype) { return kDtypes[static_cast<std::size_t>(dtype)].size; }

std::optional<std::int64_t> decode(Dtype dtype, std::string_view bytes, std::span<float> values) {
  switch (dtype) {
    case Dtype::kF64:
      return decode_as<double>(bytes, values);
    case Dtype::kF32:
      return decode_as<float>(bytes, values);
    case Dtype::kF16:
      return decode_as<Half>(bytes, values);
    case Dtype::kBF16:
      return decode_as<BFloat16>(bytes, values);
    case Dtype::kI64:
      return decode_as<std::int64_t>(bytes, values);
    case Dtype::kI32:
      return decode_as<std::int32_t>(bytes, values);
    case Dtype::kI16:
      return decode_as<std::int16_t>(bytes, values);
    case Dtype::kI8:
      return decode_as<std::int8_t>(bytes, values);
    case Dtype::kU64:
      return decode_as<std::uint64_t>(bytes, values);
    case Dtype::kU32:
      return decode_as<std::uint32_t>(bytes, values);
    case Dtype::kU16:
      return decode_as<std::uint16_t>(bytes, values);
    case Dtype::kU8:
      return decode_as<std::uint8_t>(bytes, values);
  }
  unknown("dtype");
}

}  // namespace lenet
