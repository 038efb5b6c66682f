// A graph as the bytes of an ONNX file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lenet/shape.h"

namespace lenet::onnx {

/// One of the four. Not a std::variant: libstdc++ 12 leaves it undefined where a copy of one runs
/// out of memory.
class AttributeValue {
 public:
  enum class Kind { kInt, kFloat, kText, kInts };

  AttributeValue(std::int64_t value) : kind_(Kind::kInt), int_(value) {}
  AttributeValue(float value) : kind_(Kind::kFloat), float_(value) {}
  AttributeValue(std::string text) : kind_(Kind::kText), text_(std::move(text)) {}
  AttributeValue(std::vector<std::int64_t> values) : kind_(Kind::kInts), ints_(std::move(values)) {}

  Kind kind() const { return kind_; }
  std::int64_t as_int() const { return int_; }
  float as_float() const { return float_; }
  const std::string& as_text() const { return text_; }
  const std::vector<std::int64_t>& as_ints() const { return ints_; }

 private:
  Kind kind_;
  std::int64_t int_ = 0;
  float float_ = 0;
  std::string text_ = {};
  std::vector<std::int64_t> ints_ = {};
};

struct NodeToWrite {
  std::string op, name;
  std::vector<std::string> inputs;
  std::string output;
  std::vector<std::pair<std::string, AttributeValue>> attributes = {};
};

/// Of floats, or of integers of 64 bits.
struct TensorToWrite {
  std::string name;
  Shape dims;
  std::vector<float> values;
  std::vector<std::int64_t> integers = {};
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
