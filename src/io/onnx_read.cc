#include <fmt/format.h>

#include <string>
#include <utility>

#include "io/onnx_fields.h"
#include "io/onnx_graph.h"

namespace lenet::onnx {
namespace {

// Far above any chain of layers. They bound what a small file can make this program hold.
constexpr std::size_t kMostNodes = 1 << 14;
constexpr std::size_t kMostNames = 64;  // inputs, outputs and attributes of a node, sizes of a list
constexpr std::size_t kMostDims = 8;

template <class T>
void append(std::vector<T>& list, T value, std::size_t most, const char* what) {
  if (list.size() == most) refuse(fmt::format("more than {} {}", most, what));
  list.push_back(std::move(value));
}

MetadataEntry read_entry(std::string_view bytes) {
  MetadataEntry entry;
  auto message = message_of(bytes);
  while (message.next()) {
    if (message.tag() == field::entry::kKey) {
      entry.key = view_of(message);
    } else if (message.tag() == field::entry::kValue) {
      entry.value = view_of(message);
    } else {
      message.skip();
    }
  }
  return entry;
}

Tensor read_tensor(std::string_view bytes) {
  namespace f = field::tensor;
  Tensor tensor{.name = {}, .dims = {}, .message = bytes};
  bool elsewhere = false;
  auto message = message_of(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case f::kName:
        tensor.name = view_of(message);
        break;
      case f::kDims:
        each_integer(message, [&](std::int64_t size) {
          append(tensor.dims, size, kMostDims, "dimensions of a tensor");
        });
        break;
      case f::kType:
        tensor.type = integer_of(message);
        break;
      case f::kExternal:
        append(tensor.external, read_entry(view_of(message)), kMostNames, "external_data entries");
        break;
      case f::kLocation:
        elsewhere = integer_of(message) != 0;
        break;
      default:
        message.skip();
    }
  }
  if (!elsewhere) tensor.external.clear();
  if (elsewhere && tensor.external.empty()) {
    refuse("a tensor whose values are in another file, which it does not name");
  }
  return tensor;
}

Attribute read_attribute(std::string_view bytes) {
  namespace f = field::attribute;
  Attribute attribute{.name = {},
                      .number = {},
                      .integer = {},
                      .text = {},
                      .integers = {},
                      .numbers = {},
                      .tensor = {}};
  auto message = message_of(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case f::kName:
        attribute.name = view_of(message);
        break;
      case f::kFloat:
        attribute.number = float_of(message);
        break;
      case f::kInt:
        attribute.integer = integer_of(message);
        break;
      case f::kString:
        attribute.text = view_of(message);
        break;
      case f::kTensor:
        attribute.tensor = read_tensor(view_of(message));
        break;
      case f::kInts:
        each_integer(message, [&](std::int64_t value) {
          append(attribute.integers, value, kMostNames, "integers in an attribute");
        });
        break;
      case f::kFloats:
        each_float(message, [&](float value) {
          append(attribute.numbers, value, kMostNames, "numbers in an attribute");
        });
        break;
      default:
        message.skip();
    }
  }
  return attribute;
}

Node read_node(std::string_view bytes) {
  namespace f = field::node;
  Node node{.name = {}, .op = {}, .domain = {}, .inputs = {}, .outputs = {}, .attributes = {}};
  auto message = message_of(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case f::kInput:
        append(node.inputs, view_of(message), kMostNames, "inputs of a node");
        break;
      case f::kOutput:
        append(node.outputs, view_of(message), kMostNames, "outputs of a node");
        break;
      case f::kName:
        node.name = view_of(message);
        break;
      case f::kOperator:
        node.op = view_of(message);
        break;
      case f::kDomain:
        node.domain = view_of(message);
        break;
      case f::kAttribute:
        append(node.attributes, read_attribute(view_of(message)), kMostNames,
               "attributes of a node");
        break;
      default:
        message.skip();
    }
  }
  return node;
}

Shape read_dims(std::string_view bytes) {
  Shape dims;
  auto message = message_of(bytes);
  while (message.next(field::shape::kDimension)) {
    std::int64_t size = -1;
    auto dimension = message_of(view_of(message));
    while (dimension.next(field::dimension::kValue)) size = integer_of(dimension);
    append(dims, size, kMostDims, "dimensions of a tensor");
  }
  return dims;
}

void read_tensor_type(std::string_view bytes, Value& value) {
  namespace f = field::tensor_type;
  auto message = message_of(bytes);
  while (message.next()) {
    if (message.tag() == f::kElement) {
      value.type = integer_of(message);
    } else if (message.tag() == f::kShape) {
      value.dims = read_dims(view_of(message));
    } else {
      message.skip();
    }
  }
}

Value read_value(std::string_view bytes) {
  Value value{.name = {}};
  auto message = message_of(bytes);
  while (message.next()) {
    if (message.tag() == field::value::kName) {
      value.name = view_of(message);
    } else if (message.tag() == field::value::kType) {
      auto type = message_of(view_of(message));
      while (type.next(field::type::kTensor)) read_tensor_type(view_of(type), value);
    } else {
      message.skip();
    }
  }
  return value;
}

void read_main_graph(std::string_view bytes, Graph& graph) {
  namespace f = field::graph;
  auto message = message_of(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case f::kNode:
        append(graph.nodes, read_node(view_of(message)), kMostNodes, "nodes");
        break;
      case f::kInitializer:
        append(graph.initializers, read_tensor(view_of(message)), kMostNodes, "initializers");
        break;
      case f::kInput:
        append(graph.inputs, read_value(view_of(message)), kMostNodes, "inputs");
        break;
      case f::kOutput:
        append(graph.outputs, read_value(view_of(message)), kMostNames, "outputs");
        break;
      case f::kSparse:
        refuse("a sparse initializer, want dense ones");
      default:
        message.skip();
    }
  }
}

void read_opset(std::string_view bytes, Graph& graph) {
  std::string_view domain;
  std::int64_t version = 0;
  auto message = message_of(bytes);
  while (message.next()) {
    if (message.tag() == field::opset::kDomain) {
      domain = view_of(message);
    } else if (message.tag() == field::opset::kVersion) {
      version = integer_of(message);
    } else {
      message.skip();
    }
  }
  if (domain.empty() || domain == "ai.onnx") graph.opset = version;
}

}  // namespace

void refuse(const std::string& message) { throw Error(ErrorKind::kBadInput, message); }

Graph read_graph(std::string_view bytes) {
  namespace f = field::model;
  Graph graph;
  auto message = message_of(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case f::kGraph:
        read_main_graph(view_of(message), graph);
        break;
      case f::kOpsetImport:
        read_opset(view_of(message), graph);
        break;
      case f::kMetadata:
        append(graph.metadata, read_entry(view_of(message)), kMostNodes, "metadata entries");
        break;
      default:
        message.skip();
    }
  }
  return graph;
}

}  // namespace lenet::onnx
