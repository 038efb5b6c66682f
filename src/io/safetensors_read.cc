#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <utility>

#include "base/file.h"
#include "io/safetensors_dtype.h"
#include "io/safetensors_header.h"
#include "lenet/error.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

constexpr std::int64_t kMaxFileBytes = std::int64_t{1} << 30;
constexpr std::int64_t kPrefixBytes = 8;  // the header's length, little-endian

[[noreturn]] void bad_input(const std::string& source, const std::string& message) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", source, message));
}

/// A zip archive whose first file is an array of NumPy: data, no model.
bool is_npz(std::string_view bytes) {
  constexpr std::size_t kNameLength = 26, kName = 30;  // in the header of a zip's first file
  if (!bytes.starts_with("PK\003\004") || bytes.size() < kName) return false;
  const auto byte = [&](std::size_t i) { return std::size_t{static_cast<std::uint8_t>(bytes[i])}; };
  const std::size_t length = byte(kNameLength) + 256 * byte(kNameLength + 1);
  return bytes.substr(kName, length).ends_with(".npy");
}

/// Throws if the bytes or the name look like PyTorch's own format, which holds code as well.
void refuse_pytorch(std::string_view bytes, const std::string& source) {
  std::filesystem::path path(source);
  const std::string extension = path.extension().string();
  const bool zip = bytes.starts_with("PK\003\004") && !is_npz(bytes);
  const bool pickle = bytes.starts_with('\x80');
  if (!zip && !pickle && extension != ".pt" && extension != ".pth") return;
  const std::string target = path.replace_extension("safetensors").string();
  bad_input(source,
            fmt::format("looks like a file of torch.save, want safetensors. To convert it:\n"
                        "  import torch\n"
                        "  from safetensors.torch import save_file\n"
                        "  save_file(torch.load({:?}, map_location=\"cpu\"), {:?})",
                        source, target));
}

/// The JSON between the length and the data.
std::string_view header_text(std::string_view bytes, const std::string& source) {
  if (std::ssize(bytes) < kPrefixBytes) {
    refuse_pytorch(bytes, source);
    bad_input(source,
              fmt::format("{} bytes, want at least 8 (is this safetensors?)", bytes.size()));
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  const std::string_view rest = bytes.substr(kPrefixBytes);
  // Only now: a header of 640 bytes begins with 80 02, as a pickle does.
  if (length > rest.size() || !rest.substr(0, length).starts_with('{')) {
    refuse_pytorch(bytes, source);
  }
  if (length > rest.size() && !rest.empty() && !rest.starts_with('{')) {
    bad_input(source, fmt::format("no model's file: begins with {}, want safetensors",
                                  is_npz(bytes) ? "NumPy's arrays (.npz)"
                                                : quoted_name(bytes.substr(0, 8))));
  }
  if (length > std::uint64_t{kMaxHeaderBytes}) {
    bad_input(source, fmt::format("header of {} bytes, want at most {} (is this safetensors?)",
                                  length, kMaxHeaderBytes));
  }
  if (length > rest.size()) {
    bad_input(source, fmt::format("header of {} bytes, but only {} follow (is the file cut off?)",
                                  length, rest.size()));
  }
  const std::string_view text = rest.substr(0, length);
  if (!text.starts_with('{')) {
    bad_input(source, fmt::format("header begins with {}, want '{{' (is this safetensors?)",
                                  quoted_name(text.substr(0, 1))));
  }
  return text;
}

/// By sorting: names chosen to collide would make a hash table quadratic.
void check_names_differ(const std::vector<TensorEntry>& tensors, const std::string& source) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const TensorEntry& tensor : tensors) names.push_back(tensor.name);
  std::sort(names.begin(), names.end());
  const auto twin = std::adjacent_find(names.begin(), names.end());
  if (twin != names.end()) {
    bad_input(source, fmt::format("tensor {} is there twice", quoted_name(*twin)));
  }
}

/// The offsets of a tensor must span what its shape and type take.
void check_size(const TensorEntry& tensor, const std::string& source) {
  std::int64_t want = dtype_size(tensor.dtype);
  bool overflow = false;
  for (const std::int64_t size : tensor.shape) {
    overflow = overflow || __builtin_mul_overflow(want, size, &want);
  }
  if (overflow) {
    bad_input(source, fmt::format("tensor {}: shape [{}] takes more than 2^63 bytes",
                                  quoted_name(tensor.name), fmt::join(tensor.shape, ", ")));
  }
  if (tensor.begin > tensor.end || tensor.end - tensor.begin != want) {
    bad_input(source, fmt::format("tensor {}: data_offsets [{}, {}], want {} bytes for shape [{}]",
                                  quoted_name(tensor.name), tensor.begin, tensor.end, want,
                                  fmt::join(tensor.shape, ", ")));
  }
}

/// The tensors must cover the data in some order: from its first byte to its last, without holes.
void check_layout(const std::vector<TensorEntry>& tensors, std::int64_t data_bytes,
                  const std::string& source) {
  std::vector<const TensorEntry*> by_offset;
  by_offset.reserve(tensors.size());
  for (const TensorEntry& tensor : tensors) by_offset.push_back(&tensor);
  std::sort(by_offset.begin(), by_offset.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  std::int64_t at = 0;
  for (const TensorEntry* tensor : by_offset) {
    if (tensor->begin != at) {
      bad_input(source, fmt::format("tensor {}: data begins at {}, {} {}",
                                    quoted_name(tensor->name), tensor->begin,
                                    tensor->begin < at ? "inside the data before, which ends at"
                                                       : "leaving a hole from",
                                    at));
    }
    at = tensor->end;
  }
  if (at != data_bytes) {
    bad_input(source, fmt::format("the tensors take {} bytes, the file has {} after its header{}",
                                  at, data_bytes, at > data_bytes ? " (is it cut off?)" : ""));
  }
}

/// Whether tensors of one type stand together, those of each in the order of their names.
bool sorted_by_name(const std::vector<TensorEntry>& tensors) {
  std::vector<Dtype> types;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const bool first = i == 0 || tensors[i].dtype != tensors[i - 1].dtype;
    if (first && std::ranges::find(types, tensors[i].dtype) != types.end()) return false;
    if (first) {
      types.push_back(tensors[i].dtype);
    } else if (tensors[i].name < tensors[i - 1].name) {
      return false;
    }
  }
  return true;
}

TensorOrder order_of(const std::vector<TensorEntry>& tensors) {
  const bool as_data = std::ranges::is_sorted(tensors, {}, &TensorEntry::begin);
  if (!as_data) return TensorOrder::kNone;
  return sorted_by_name(tensors) ? TensorOrder::kSorted : TensorOrder::kWriter;
}

NamedTensor read_tensor(TensorEntry&& entry, std::string_view data, const std::string& source) {
  const std::int64_t bytes = entry.end - entry.begin;
  NamedTensor tensor{.name = std::move(entry.name), .shape = std::move(entry.shape), .values = {}};
  tensor.values.resize(static_cast<std::size_t>(bytes / dtype_size(entry.dtype)));
  const std::string_view stored =
      data.substr(static_cast<std::size_t>(entry.begin), static_cast<std::size_t>(bytes));
  if (const auto bad = decode(entry.dtype, stored, tensor.values)) {
    bad_input(source, fmt::format("tensor {}: element {} does not fit float32 (integers do up to "
                                  "2^24, F64 up to 3.4e38)",
                                  quoted_name(tensor.name), *bad));
  }
  return tensor;
}

}  // namespace

SafeTensors parse_safetensors(std::string_view bytes, const std::string& source) {
  const std::string_view text = header_text(bytes, source);
  const std::string_view data = bytes.substr(kPrefixBytes + text.size());
  SafeTensorsHeader header = parse_safetensors_header(text, source);
  check_names_differ(header.tensors, source);
  for (const TensorEntry& tensor : header.tensors) check_size(tensor, source);
  check_layout(header.tensors, std::ssize(data), source);
  SafeTensors file{
      .tensors = {}, .metadata = std::move(header.metadata), .order = order_of(header.tensors)};
  file.tensors.reserve(header.tensors.size());
  for (TensorEntry& entry : header.tensors) {
    file.tensors.push_back(read_tensor(std::move(entry), data, source));
  }
  return file;
}

SafeTensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path, kMaxFileBytes), path.string());
}

}  // namespace lenet
