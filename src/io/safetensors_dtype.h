// The element types of safetensors files and their conversion to float.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace lenet {

enum class Dtype { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU64, kU32, kU16, kU8 };

/// The names that dtype_named knows, for messages.
inline constexpr std::string_view kDtypeNames =
    "F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8";

/// The type that a header calls `name`, if it is one of kDtypeNames.
std::optional<Dtype> dtype_named(std::string_view name);

/// Bytes of one element.
std::int64_t dtype_size(Dtype dtype);

/// Converts values.size() little-endian elements. Returns the index of the first one that does not
/// fit, if any: a finite F64 beyond the range of float, an integer beyond +-2^24.
std::optional<std::int64_t> decode(Dtype dtype, std::string_view bytes, std::span<float> values);

}  // namespace lenet
