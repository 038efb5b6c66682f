// How many nodes of an ONNX graph read each value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "io/onnx_graph.h"

namespace lenet::onnx {

/// Where a Concat's first inputs are all those of one of several values before it, that one's
/// output in their place: PyTorch's dense blocks put all that they have side by side before each
/// layer.
void share_concats(Graph& graph);

/// Refers to the graph. A node reads a value as often as it is among its inputs, and Sigmoid and
/// Mul that are x sigmoid(x) read x once; what a Shape reads does not count.
class Readers {
 public:
  explicit Readers(const Graph& graph);

  std::int64_t of(std::string_view value) const;

  /// The number of the only node that reads the first output of `node`, behind it in the file.
  std::optional<std::size_t> only_one(std::size_t node) const;

  /// The number of the Mul, where `node` is the Sigmoid of x sigmoid(x).
  std::optional<std::size_t> silu(std::size_t node) const;

 private:
  struct Reads {
    std::int64_t count = 0;
    std::size_t last = 0;  ///< a node that reads it
  };

  const Graph& graph_;
  std::map<std::string_view, Reads> reads_;
};

}  // namespace lenet::onnx
