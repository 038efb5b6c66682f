// The JSON header of a safetensors file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/safetensors_dtype.h"
#include "lenet/safetensors.h"
#include "lenet/shape.h"

namespace lenet {

/// The format's own limit on the header.
inline constexpr std::int64_t kMaxHeaderBytes = 100'000'000;

/// The header's key that is no tensor.
inline constexpr std::string_view kMetadataKey = "__metadata__";

/// What the header says of one tensor; its bytes are data[begin, end).
struct TensorEntry {
  std::string name;
  Dtype dtype = Dtype::kF32;
  Shape shape;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

struct SafeTensorsHeader {
  std::vector<TensorEntry> tensors;  ///< in the order of the header
  Metadata metadata;
};

/// Reads the header. Throws Error (kBadInput) if it is not JSON of the format's form or holds a key
/// twice, the names of tensors excepted. What the entries say is not checked here.
SafeTensorsHeader parse_safetensors_header(std::string_view json, const std::string& source);

/// A name from a file as a message shows it: quoted, escaped, cut after 60 bytes.
std::string quoted_name(std::string_view name);

}  // namespace lenet
