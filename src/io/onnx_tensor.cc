#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "io/onnx_fields.h"
#include "io/onnx_graph.h"
#include "io/safetensors_dtype.h"
#include "io/safetensors_header.h"

namespace lenet::onnx {
namespace {

constexpr std::int64_t kMostValues = std::int64_t{1} << 29;  // 2 GiB, protobuf's limit on a file

[[noreturn]] void refuse_tensor(const Tensor& tensor, const std::string& message) {
  refuse(fmt::format("tensor {}: {}", quoted_name(tensor.name), message));
}

std::optional<Dtype> dtype_of(std::int64_t type) {
  switch (type) {
    case kFloat:
      return Dtype::kF32;
    case kFloat16:
      return Dtype::kF16;
    case kBFloat16:
      return Dtype::kBF16;
    case kDouble:
      return Dtype::kF64;
    default:
      return std::nullopt;
  }
}

/// Values that arrive one by one, as many as the shape says.
template <class T>
class Filling {
 public:
  Filling(const Tensor& tensor, std::vector<T>& values) : tensor_(tensor), values_(values) {}

  void operator()(T value) {
    if (at_ == values_.size()) refuse_tensor(tensor_, "more values than its shape says");
    values_[at_++] = value;
  }
  void require_full() const {
    if (at_ == values_.size()) return;
    refuse_tensor(tensor_, fmt::format("{} values for shape [{}], want {}", at_,
                                       fmt::join(tensor_.dims, ", "), values_.size()));
  }

 private:
  const Tensor& tensor_;
  std::vector<T>& values_;
  std::size_t at_ = 0;
};

/// raw_data: the elements as they lie in memory, little-endian.
void decode_raw(const Tensor& tensor, Dtype dtype, std::string_view raw,
                std::vector<float>& values) {
  const std::int64_t want = std::ssize(values) * dtype_size(dtype);
  if (std::ssize(raw) != want) {
    refuse_tensor(tensor, fmt::format("{} bytes for shape [{}], want {}", raw.size(),
                                      fmt::join(tensor.dims, ", "), want));
  }
  if (const auto bad = decode(dtype, raw, values)) {
    refuse_tensor(tensor, fmt::format("value {} does not fit a float", *bad));
  }
}

/// int32_data: the bits of a float16 or bfloat16 each.
float from_bits(Dtype dtype, std::int64_t bits) {
  const auto half = static_cast<std::uint16_t>(bits);
  std::array<char, sizeof half> bytes;
  std::memcpy(bytes.data(), &half, sizeof half);
  float value = 0;
  decode(dtype, {bytes.data(), bytes.size()}, {&value, 1});
  return value;
}

void read_values(const Tensor& tensor, Dtype dtype, std::vector<float>& values) {
  namespace f = field::tensor;
  if (tensor.raw) return decode_raw(tensor, dtype, *tensor.raw, values);
  Filling<float> fill(tensor, values);
  auto message = message_of(tensor.message);
  while (message.next()) {
    if (message.tag() == f::kRaw) {
      return decode_raw(tensor, dtype, view_of(message), values);
    } else if (message.tag() == f::kFloats && dtype == Dtype::kF32) {
      each_float(message, [&](float value) { fill(value); });
    } else if (message.tag() == f::kDoubles && dtype == Dtype::kF64) {
      each_double(message, [&](double value) { fill(static_cast<float>(value)); });
    } else if (message.tag() == f::kInt32s && dtype_size(dtype) == 2) {
      each_integer(message, [&](std::int64_t bits) { fill(from_bits(dtype, bits)); });
    } else {
      message.skip();
    }
  }
  fill.require_full();
}

/// The bytes that hold the values in the file: no tensor takes more memory than eight times that.
void require_bytes(const Tensor& tensor, std::int64_t count) {
  const std::size_t bytes = tensor.raw ? tensor.raw->size() : tensor.message.size();
  if (std::cmp_less_equal(count, bytes)) return;
  refuse_tensor(tensor, fmt::format("shape [{}] in {} bytes (is the file cut off?)",
                                    fmt::join(tensor.dims, ", "), bytes));
}

void require_finite(const Tensor& tensor, const std::vector<float>& values) {
  const auto bad = std::ranges::find_if_not(values, [](float v) { return std::isfinite(v); });
  if (bad == values.end()) return;
  refuse_tensor(tensor,
                fmt::format("value {} is {}, want finite numbers", bad - values.begin(), *bad));
}

/// raw_data of integers, little-endian.
void decode_integers(std::string_view raw, std::size_t size, Filling<std::int64_t>& fill) {
  for (std::size_t at = 0; at + size <= raw.size(); at += size) {
    std::int64_t wide = 0;
    std::int32_t narrow = 0;
    std::memcpy(size == sizeof wide ? static_cast<void*>(&wide) : &narrow, raw.data() + at, size);
    fill(size == sizeof wide ? wide : narrow);
  }
}

/// The values of the message.
void decode_integers(const Tensor& tensor, Filling<std::int64_t>& fill) {
  namespace f = field::tensor;
  const bool wide = tensor.type == kInt64;
  auto message = message_of(tensor.message);
  while (message.next()) {
    const auto tag = message.tag();
    if (tag == f::kRaw) {
      decode_integers(view_of(message), wide ? 8 : 4, fill);
    } else if (tag == (wide ? f::kInt64s : f::kInt32s)) {
      each_integer(message, [&](std::int64_t value) { fill(value); });
    } else {
      message.skip();
    }
  }
}

}  // namespace

std::int64_t value_count(const Tensor& tensor) {
  std::int64_t count = 1;
  for (const std::int64_t size : tensor.dims) {
    if (size < 0 || __builtin_mul_overflow(count, size, &count) || count > kMostValues) {
      refuse_tensor(tensor, fmt::format("shape [{}], want at most 2^29 values",
                                        fmt::join(tensor.dims, ", ")));
    }
  }
  return count;
}

std::optional<std::int64_t> element_bytes(std::int64_t type) {
  if (type == kInt64) return 8;
  if (type == kInt32) return 4;
  const std::optional<Dtype> dtype = dtype_of(type);
  return dtype ? std::optional(dtype_size(*dtype)) : std::nullopt;
}

bool holds_floats(const Tensor& tensor) { return dtype_of(tensor.type).has_value(); }

bool holds_integers(const Tensor& tensor) { return tensor.type == kInt64 || tensor.type == kInt32; }

std::vector<float> read_floats(const Tensor& tensor) {
  const std::optional<Dtype> dtype = dtype_of(tensor.type);
  if (!dtype) {
    refuse_tensor(tensor, fmt::format("element type {}, want float (1), float16 (10), double (11) "
                                      "or bfloat16 (16)",
                                      tensor.type));
  }
  const std::int64_t count = value_count(tensor);
  if (tensor.fill) return std::vector<float>(static_cast<std::size_t>(count), *tensor.fill);
  if (tensor.message.empty()) return tensor.floats;
  require_bytes(tensor, count);
  std::vector<float> values(static_cast<std::size_t>(count));
  read_values(tensor, *dtype, values);
  require_finite(tensor, values);
  return values;
}

std::vector<std::int64_t> read_integers(const Tensor& tensor) {
  const std::int64_t count = value_count(tensor);
  if (!holds_integers(tensor) || count > kMostIntegers) {
    refuse_tensor(tensor, fmt::format("element type {}, shape [{}], want at most {} integers of 32 "
                                      "or 64 bits",
                                      tensor.type, fmt::join(tensor.dims, ", "), kMostIntegers));
  }
  if (tensor.message.empty()) return tensor.integers;
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  Filling<std::int64_t> fill(tensor, values);
  if (tensor.raw) {
    decode_integers(*tensor.raw, tensor.type == kInt64 ? 8 : 4, fill);
  } else {
    decode_integers(tensor, fill);
  }
  fill.require_full();
  return values;
}

}  // namespace lenet::onnx
