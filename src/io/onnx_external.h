// The values of an ONNX file's tensors that lie in other files beside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "io/onnx_graph.h"

namespace lenet::onnx {

/// The bytes of those files, each read once.
class ExternalFiles {
 public:
  /// `folder`: the model's, which they have to be in. At most `most_bytes` in all.
  ExternalFiles(std::filesystem::path folder, std::int64_t most_bytes);

  /// Points each such tensor of the graph to its part of those bytes, as long as this lives. Throws
  /// Error: kIo, and kBadInput for a file outside the folder or a part outside the file.
  void bring(Graph& graph);

  /// How many were read.
  std::int64_t bytes() const { return bytes_; }

 private:
  void bring(Tensor& tensor);
  const std::string& file(std::string_view location);

  std::filesystem::path folder_;
  std::int64_t most_bytes_, bytes_ = 0;
  std::map<std::filesystem::path, std::string> files_;
};

/// Throws Error (kBadInput) if a tensor of the graph lies in another file.
void require_no_external(Graph& graph);

}  // namespace lenet::onnx
