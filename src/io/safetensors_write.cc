#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "io/byte_tensor.h"
#include "io/safetensors_header.h"
#include "lenet/error.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorKind::kUsage, message); }

std::string json_string(const std::string& text) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::type_error&) {
    refuse(fmt::format("{}: not UTF-8", quoted_name(text)));
  }
}

/// Bytes of the tensor's values, checked against its shape.
std::int64_t byte_count(const NamedTensor& tensor) {
  std::int64_t count = 1;
  bool fits = true;
  for (const std::int64_t size : tensor.shape) {
    fits = fits && size >= 0 && !__builtin_mul_overflow(count, size, &count);
  }
  if (!fits || count != std::ssize(tensor.values)) {
    refuse(fmt::format("tensor {}: {} values for shape [{}]", quoted_name(tensor.name),
                       tensor.values.size(), fmt::join(tensor.shape, ", ")));
  }
  return count * static_cast<std::int64_t>(sizeof(float));
}

void check_names(const std::vector<NamedTensor>& tensors) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const NamedTensor& tensor : tensors) names.push_back(tensor.name);
  std::sort(names.begin(), names.end());
  const auto twin = std::adjacent_find(names.begin(), names.end());
  if (twin != names.end()) refuse(fmt::format("tensor {} is there twice", quoted_name(*twin)));
  for (const std::string_view name : names) {
    if (name == kMetadataKey || name.find('\0') != std::string_view::npos) {
      refuse(fmt::format("tensor {}: this name is not allowed", quoted_name(name)));
    }
  }
}

std::string metadata_member(const Metadata& metadata) {
  std::vector<std::string> members;
  for (const auto& [key, value] : metadata) {
    members.push_back(json_string(key) + ":" + json_string(value));
  }
  return fmt::format("\"{}\":{{{}}}", kMetadataKey, fmt::join(members, ","));
}

/// With spaces, so that the data begins at a multiple of 8.
void pad(std::string& header) { header.resize((header.size() + 7) / 8 * 8, ' '); }

/// The JSON, padded.
std::string header_text(const std::vector<NamedTensor>& tensors, const Metadata& metadata) {
  std::string text = "{";
  if (!metadata.empty()) text += metadata_member(metadata);
  std::int64_t at = 0;
  for (const NamedTensor& tensor : tensors) {
    const std::int64_t end = at + byte_count(tensor);
    fmt::format_to(std::back_inserter(text),
                   "{}{}:{{\"dtype\":\"F32\",\"shape\":[{}],\"data_offsets\":[{},{}]}}",
                   text.size() > 1 ? "," : "", json_string(tensor.name),
                   fmt::join(tensor.shape, ","), at, end);
    at = end;
  }
  text += '}';
  pad(text);
  if (std::ssize(text) > kMaxHeaderBytes) {
    refuse(fmt::format("header of {} bytes, want at most {}", text.size(), kMaxHeaderBytes));
  }
  return text;
}

void append_bytes(std::string& bytes, const void* data, std::size_t size) {
  bytes.append(static_cast<const char*>(data), size);
}

}  // namespace

std::string serialise_bytes(const std::string& name, const Shape& shape,
                            std::span<const std::uint8_t> values) {
  std::string header =
      fmt::format("{{{}:{{\"dtype\":\"U8\",\"shape\":[{}],\"data_offsets\":[0,{}]}}}}",
                  json_string(name), fmt::join(shape, ","), values.size());
  pad(header);
  const std::uint64_t length = header.size();
  std::string bytes;
  bytes.reserve(sizeof length + header.size() + values.size());
  append_bytes(bytes, &length, sizeof length);
  bytes += header;
  append_bytes(bytes, values.data(), values.size());
  return bytes;
}

std::string serialise_safetensors(const std::vector<NamedTensor>& tensors,
                                  const Metadata& metadata) {
  check_names(tensors);
  const std::string header = header_text(tensors, metadata);
  const std::uint64_t length = header.size();
  std::size_t values = 0;
  for (const NamedTensor& tensor : tensors) values += tensor.values.size();
  std::string bytes;
  bytes.reserve(sizeof length + header.size() + values * sizeof(float));
  append_bytes(bytes, &length, sizeof length);
  bytes += header;
  for (const NamedTensor& tensor : tensors) {
    append_bytes(bytes, tensor.values.data(), tensor.values.size() * sizeof(float));
  }
  return bytes;
}

void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       const Metadata& metadata) {
  write_file(path, serialise_safetensors(tensors, metadata));
}

}  // namespace lenet
