#include "io/onnx_write.h"

#include <protozero/pbf_writer.hpp>

#include "io/onnx_graph.h"

namespace lenet::onnx {
namespace {

using protozero::pbf_writer;

constexpr std::int64_t kIrVersion = 7, kOpset = 13;

/// AttributeProto.AttributeType.
enum AttributeType {
  kAttributeFloat = 1,
  kAttributeInt = 2,
  kAttributeString = 3,
  kAttributeInts = 7
};

void write_attribute(pbf_writer message, const std::string& name, const AttributeValue& value) {
  namespace f = field::attribute;
  message.add_string(f::kName, name);
  switch (value.kind()) {
    case AttributeValue::Kind::kFloat:
      message.add_float(f::kFloat, value.as_float());
      message.add_enum(f::kType, kAttributeFloat);
      break;
    case AttributeValue::Kind::kInt:
      message.add_int64(f::kInt, value.as_int());
      message.add_enum(f::kType, kAttributeInt);
      break;
    case AttributeValue::Kind::kText:
      message.add_bytes(f::kString, value.as_text());
      message.add_enum(f::kType, kAttributeString);
      break;
    case AttributeValue::Kind::kInts:
      for (const std::int64_t i : value.as_ints()) message.add_int64(f::kInts, i);
      message.add_enum(f::kType, kAttributeInts);
      break;
  }
}

void write_node(pbf_writer message, const NodeToWrite& node) {
  namespace f = field::node;
  for (const std::string& input : node.inputs) message.add_string(f::kInput, input);
  message.add_string(f::kOutput, node.output);
  message.add_string(f::kName, node.name);
  message.add_string(f::kOperator, node.op);
  for (const auto& [name, value] : node.attributes) {
    write_attribute(pbf_writer(message, f::kAttribute), name, value);
  }
}

void write_tensor(pbf_writer message, const TensorToWrite& tensor) {
  namespace f = field::tensor;
  for (const std::int64_t size : tensor.dims) message.add_int64(f::kDims, size);
  const auto add_values = [&]<class T>(std::int32_t type, const std::vector<T>& values) {
    message.add_int32(f::kType, type);
    message.add_string(f::kName, tensor.name);
    message.add_bytes(f::kRaw, reinterpret_cast<const char*>(values.data()),
                      values.size() * sizeof(T));
  };
  if (tensor.integers.empty()) return add_values(kFloat, tensor.values);
  add_values(kInt64, tensor.integers);
}

/// (N, shape) of floats, N being free.
void write_value(pbf_writer message, std::string_view name, const Shape& image) {
  message.add_string(field::value::kName, name.data(), name.size());
  pbf_writer type(message, field::value::kType);
  pbf_writer tensor(type, field::type::kTensor);
  tensor.add_int32(field::tensor_type::kElement, kFloat);
  pbf_writer shape(tensor, field::tensor_type::kShape);
  pbf_writer(shape, field::shape::kDimension).add_string(field::dimension::kParameter, "N");
  for (const std::int64_t size : image) {
    pbf_writer(shape, field::shape::kDimension).add_int64(field::dimension::kValue, size);
  }
}

void write_graph(pbf_writer message, const GraphToWrite& graph) {
  namespace f = field::graph;
  for (const NodeToWrite& node : graph.nodes) write_node(pbf_writer(message, f::kNode), node);
  message.add_string(f::kName, "lenet");
  for (const TensorToWrite& tensor : graph.initializers) {
    write_tensor(pbf_writer(message, f::kInitializer), tensor);
  }
  write_value(pbf_writer(message, f::kInput), kInputName, graph.input);
  write_value(pbf_writer(message, f::kOutput), kOutputName, graph.output);
}

}  // namespace

std::string serialise(const GraphToWrite& graph) {
  namespace f = field::model;
  std::string bytes;
  pbf_writer model(bytes);
  model.add_int64(f::kIrVersion, kIrVersion);
  model.add_string(f::kProducerName, "lenet");
  write_graph(pbf_writer(model, f::kGraph), graph);
  pbf_writer(model, f::kOpsetImport).add_int64(field::opset::kVersion, kOpset);
  for (const auto& [key, value] : graph.metadata) {
    pbf_writer entry(model, f::kMetadata);
    entry.add_string(field::entry::kKey, key);
    entry.add_string(field::entry::kValue, value);
  }
  return bytes;
}

}  // namespace lenet::onnx
