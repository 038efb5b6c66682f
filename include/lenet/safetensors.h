// Named tensors in a file that Python's safetensors and PyTorch read and write. The format:
// https://github.com/huggingface/safetensors#format
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lenet/export.h"
#include "lenet/shape.h"

namespace LENET_PUBLIC lenet {

/// A tensor under its name; `values` in row-major order, as many as the product of `shape`, which
/// may be {} (one value) or hold zeros (none).
struct NamedTensor {
  std::string name;
  Shape shape;
  std::vector<float> values;
};

using Metadata = std::map<std::string, std::string>;

/// What the order of a file's tensors says.
enum class TensorOrder {
  kWriter,  ///< it is the writer's own
  kSorted,  ///< by type and then by name, as Python's safetensors sorts whatever it is given
  kNone,    ///< the header, a JSON object, has another than the data
};

/// What a safetensors file holds, the tensors in the order of its header.
struct SafeTensors {
  std::vector<NamedTensor> tensors;
  Metadata metadata;
  TensorOrder order = TensorOrder::kWriter;
};

/// Reads a file of at most 1 GiB. Every type becomes float: F32 bit for bit, F16 and BF16 exactly,
/// F64 rounded; I8 to I64 and U8 to U64 exactly. Throws Error: kIo if the file cannot be read,
/// kBadInput if any rule of the format is broken, if the type is another one, or if a value does
/// not fit: a finite F64 beyond the range of float, an integer beyond +-2^24.
SafeTensors read_safetensors(const std::filesystem::path& path);

/// The same from memory; `source` names the bytes in messages.
SafeTensors parse_safetensors(std::string_view bytes, const std::string& source);

/// Writes the tensors as F32 in the given order, the file whole or not at all. Throws Error: kIo if
/// it cannot be written, kUsage as serialise_safetensors does.
void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       const Metadata& metadata = {});

/// The bytes that write_safetensors writes: the same input gives the same bytes. Throws Error
/// (kUsage) if a name is given twice, is "__metadata__", holds a NUL, if text is not UTF-8, if the
/// values of a tensor are not as many as its shape says, or if the header exceeds 100 MB.
std::string serialise_safetensors(const std::vector<NamedTensor>& tensors,
                                  const Metadata& metadata = {});

}  // namespace lenet
