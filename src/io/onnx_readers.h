// How many nodes of an ONNX graph read each value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "io/onnx_fused.h"
#include "io/onnx_graph.h"

namespace lenet::onnx {

/// Where a Concat's first inputs are all those of one of several values before it, that one's
/// output in their place: PyTorch's dense blocks put all that they have side by side before each
/// layer.
void share_concats(Graph& graph);

/// A node reads a value as often as it is among its inputs, but nodes that are one layer read
/// theirs once; what a Shape reads does not count.
class Readers {
 public:
  Readers(const Graph& graph, const FusedNodes& fused);

  std::int64_t of(std::string_view value) const;

 private:
  std::map<std::string_view, std::int64_t> reads_;
};

}  // namespace lenet::onnx
