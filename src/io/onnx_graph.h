// What lenet reads of an ONNX file: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "lenet/error.h"
#include "lenet/shape.h"

namespace lenet::onnx {

/// TensorProto.DataType, as far as lenet knows it.
enum ElementType : std::int64_t {
  kFloat = 1,
  kUint8 = 2,
  kInt32 = 6,
  kInt64 = 7,
  kFloat16 = 10,
  kDouble = 11,
  kBFloat16 = 16,
};

/// Fields of the protobuf messages; graph.cc and the writer share them.
namespace field {
namespace model {
enum { kIrVersion = 1, kProducerName = 2, kGraph = 7, kOpsetImport = 8, kMetadata = 14 };
}
namespace opset {
enum { kDomain = 1, kVersion = 2 };
}
namespace entry {
enum { kKey = 1, kValue = 2 };
}
namespace graph {
enum { kNode = 1, kName = 2, kInitializer = 5, kInput = 11, kOutput = 12, kSparse = 15 };
}
namespace node {
enum { kInput = 1, kOutput = 2, kName = 3, kOperator = 4, kAttribute = 5, kDomain = 7 };
}
namespace attribute {
enum {
  kName = 1,
  kFloat = 2,
  kInt = 3,
  kString = 4,
  kTensor = 5,
  kFloats = 7,
  kInts = 8,
  kType = 20
};
}
namespace value {
enum { kName = 1, kType = 2 };
}
namespace type {
enum { kTensor = 1 };
}
namespace tensor_type {
enum { kElement = 1, kShape = 2 };
}
namespace shape {
enum { kDimension = 1 };
}
namespace dimension {
enum { kValue = 1, kParameter = 2 };
}
namespace tensor {
enum {
  kDims = 1,
  kType = 2,
  kFloats = 4,
  kInt32s = 5,
  kInt64s = 7,
  kName = 8,
  kRaw = 9,
  kDoubles = 10,
  kExternal = 13,
  kLocation = 14
};
}
}  // namespace field

struct MetadataEntry {
  std::string_view key, value;
};

/// A constant. Its values stay in the bytes of a file until they are asked for.
struct Tensor {
  std::string_view name;
  Shape dims;
  std::int64_t type = 0;
  std::string_view message;  ///< the whole TensorProto; empty where nodes computed the values

  /// Where the values are in another file: what the tensor says of it, and then its part of that
  /// file's bytes.
  std::vector<MetadataEntry> external = {};
  std::optional<std::string_view> raw = std::nullopt;

  /// What nodes computed.
  std::vector<std::int64_t> integers = {};
  std::vector<float> floats = {};
  std::optional<float> fill = std::nullopt;  ///< each value, in the place of `floats`
};

struct Attribute {
  std::string_view name;
  std::optional<float> number;
  std::optional<std::int64_t> integer;
  std::string_view text;
  std::vector<std::int64_t> integers;
  std::vector<float> numbers;
  std::optional<Tensor> tensor;
};

struct Node {
  std::string_view name, op, domain;
  std::vector<std::string_view> inputs, outputs;
  std::vector<Attribute> attributes;
};

/// An input or output of the graph.
struct Value {
  std::string_view name;
  std::int64_t type = 0;                     ///< of its elements, 0 if it is no tensor
  std::optional<Shape> dims = std::nullopt;  ///< a free size is -1
};

/// A model's main graph. All views point into the bytes that it was read from.
struct Graph {
  std::int64_t opset = 0;
  std::vector<Node> nodes;
  std::vector<Tensor> initializers;
  std::vector<Value> inputs, outputs;
  std::vector<MetadataEntry> metadata;
};

/// Reads a ModelProto. Subgraphs are not entered, so the depth is fixed; the memory is bounded by
/// limits on the number of nodes and names. Throws Error (kBadInput).
Graph read_graph(std::string_view bytes);

/// The product of the sizes. Throws Error (kBadInput) for a size below 0 or more than 2^29 values.
std::int64_t value_count(const Tensor& tensor);

/// The values of a tensor of float, float16, bfloat16 or double, in row-major order; all finite.
/// Throws Error (kBadInput), also if they are not as many as the shape says.
std::vector<float> read_floats(const Tensor& tensor);

/// The bytes of an element of this type; nothing for a type that lenet does not read.
std::optional<std::int64_t> element_bytes(std::int64_t type);

/// Whether it holds numbers that read_floats() takes, whether read_integers() does.
bool holds_floats(const Tensor& tensor);
bool holds_integers(const Tensor& tensor);

/// Stands for the number of images where it is free, among integers that nodes compute of a shape.
inline constexpr std::int64_t kBatch = std::numeric_limits<std::int64_t>::min();

/// More integers than a shape has are no shape.
inline constexpr std::int64_t kMostIntegers = 64;

/// The values of a list of at most kMostIntegers integers.
std::vector<std::int64_t> read_integers(const Tensor& tensor);

/// Throws Error (kBadInput).
[[noreturn]] void refuse(const std::string& message);

}  // namespace lenet::onnx
