#include "io/onnx_external.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/number_text.h"
#include "io/safetensors_header.h"

namespace lenet::onnx {
namespace {

namespace fs = std::filesystem;

std::optional<std::string_view> find_entry(const Tensor& tensor, std::string_view key) {
  const auto found = std::ranges::find(tensor.external, key, &MetadataEntry::key);
  return found == tensor.external.end() ? std::nullopt : std::optional(found->value);
}

/// The whole number under this key, which is 0 or more; `missing` where there is none.
std::int64_t number_of(const Tensor& tensor, std::string_view key, std::int64_t missing) {
  const std::optional<std::string_view> text = find_entry(tensor, key);
  if (!text) return missing;
  const auto number = number_in<std::int64_t>(*text);
  if (number && *number >= 0) return *number;
  refuse(fmt::format("external_data {} is {}, want a whole number", key, quoted_name(*text)));
}

/// The bytes that the shape takes.
std::int64_t bytes_of(const Tensor& tensor) {
  const std::optional<std::int64_t> size = element_bytes(tensor.type);
  if (!size) refuse(fmt::format("element type {}, want floats or integers", tensor.type));
  return value_count(tensor) * *size;
}

/// Whether `inner`, a path without links, lies in the folder or below.
bool is_inside(const fs::path& inner, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), inner.begin(), inner.end()).first ==
         folder.end();
}

/// All that lie in the initializers and in the nodes' attributes.
template <class Use>
void each_external(Graph& graph, Use use) {
  for (Tensor& tensor : graph.initializers) {
    if (!tensor.external.empty()) use(tensor);
  }
  for (Node& node : graph.nodes) {
    for (Attribute& attribute : node.attributes) {
      if (attribute.tensor && !attribute.tensor->external.empty()) use(*attribute.tensor);
    }
  }
}

}  // namespace

ExternalFiles::ExternalFiles(fs::path folder, std::int64_t most_bytes)
    : folder_(folder.empty() ? fs::path(".") : std::move(folder)), most_bytes_(most_bytes) {}

const std::string& ExternalFiles::file(std::string_view location) {
  const fs::path relative(location);
  std::error_code failed;
  const fs::path folder = fs::canonical(folder_, failed);
  const bool upwards = std::ranges::find(relative, fs::path("..")) != relative.end();
  if (location.empty() || relative.is_absolute() || upwards ||
      location.find('\0') != std::string_view::npos) {
    refuse(fmt::format("its values are in {}, want a file in the model's folder",
                       quoted_name(location)));
  }
  const fs::path path = fs::canonical(folder_ / relative, failed);
  if (failed) {
    refuse(
        fmt::format("its values are in {}, which is not there: want it in the model's folder, "
                    "{}",
                    quoted_name(location), folder_.string()));
  }
  if (!is_inside(path, folder)) {
    refuse(fmt::format("its values are in {}, a link to {}, want a file in the model's folder",
                       quoted_name(location), path.string()));
  }
  const auto found = files_.find(path);
  if (found != files_.end()) return found->second;
  std::string read = read_file(path, most_bytes_ - bytes_);
  bytes_ += std::ssize(read);
  return files_.emplace(path, std::move(read)).first->second;
}

void ExternalFiles::bring(Tensor& tensor) {
  const std::optional<std::string_view> location = find_entry(tensor, "location");
  if (!location) refuse("its values are in another file, want its location");
  const std::int64_t want = bytes_of(tensor), offset = number_of(tensor, "offset", 0),
                     length = number_of(tensor, "length", want);
  if (length != want) {
    refuse(fmt::format("{} bytes in {} for shape [{}], want {}", length, quoted_name(*location),
                       fmt::join(tensor.dims, ", "), want));
  }
  const std::string& bytes = file(*location);
  if (offset > std::ssize(bytes) || length > std::ssize(bytes) - offset) {
    refuse(fmt::format("{} bytes from {} on in {}, which has {} (is it cut off?)", length, offset,
                       quoted_name(*location), bytes.size()));
  }
  tensor.raw = std::string_view(bytes).substr(static_cast<std::size_t>(offset),
                                              static_cast<std::size_t>(length));
}

void ExternalFiles::bring(Graph& graph) {
  each_external(graph, [&](Tensor& tensor) {
    try {
      bring(tensor);
    } catch (const Error& e) {
      throw Error(e.kind(), fmt::format("tensor {}: {}", quoted_name(tensor.name), e.what()));
    }
  });
}

void require_no_external(Graph& graph) {
  each_external(graph, [](const Tensor& tensor) {
    refuse(fmt::format(
        "tensor {}: its values are in another file, {}, want the model's file and "
        "not its bytes alone (or onnx.save with save_as_external_data=False)",
        quoted_name(tensor.name), quoted_name(find_entry(tensor, "location").value_or(""))));
  });
}

}  // namespace lenet::onnx
