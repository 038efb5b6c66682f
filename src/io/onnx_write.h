// A graph as the bytes of an ONNX file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lenet/shape.h"

namespace lenet::onnx {

using AttributeValue = std::variant<std::int64_t, float, std::vector<std::int64_t>>;

struct NodeToWrite {
  std::string op, name;
  std::vector<std::string> inputs;
  std::string output;
  std::vector<std::pair<std::string, AttributeValue>> attributes = {};
};

struct TensorToWrite {
  std::string name;
  Shape dims;
  std::vector<float> values;
};

struct GraphToWrite {
  std::vector<NodeToWrite> nodes;
  std::vector<TensorToWrite> initializers;
  Shape input, output;  ///< without the batch
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// The names of the graph's input and output.
inline constexpr std::string_view kInputName = "input", kOutputName = "output";

/// A ModelProto of IR version 7 and opset 13.
std::string serialise(const GraphToWrite& graph);

}  // namespace lenet::onnx
