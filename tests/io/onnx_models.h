// ONNX models made field by field, as no exporter would.
#pragma once

#include <cstdint>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <vector>

#include "base/errors.h"
#include "io/onnx_graph.h"
#include "lenet/onnx.h"
#include "lenet/shape.h"

namespace lenet::onnx_test {

namespace f = onnx::field;
using Names = std::vector<std::string>;

/// A TensorProto of floats, or of integers.
inline std::string tensor(const std::string& name, const Shape& dims,
                          const std::vector<float>& values, std::int64_t type = onnx::kFloat) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_packed_int64(f::tensor::kDims, dims.begin(), dims.end());
  writer.add_int64(f::tensor::kType, type);
  writer.add_string(f::tensor::kName, name);
  if (type == onnx::kInt64) {
    std::vector<std::int64_t> whole(values.begin(), values.end());
    writer.add_packed_int64(f::tensor::kInt64s, whole.begin(), whole.end());
  } else {
    writer.add_packed_float(f::tensor::kFloats, values.begin(), values.end());
  }
  return bytes;
}

/// A TensorProto whose values are in another file; entries as "location", "w.data", ...
inline std::string external(const std::string& name, const Shape& dims, const Names& entries,
                            std::int64_t type = onnx::kFloat) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_packed_int64(f::tensor::kDims, dims.begin(), dims.end());
  writer.add_int64(f::tensor::kType, type);
  writer.add_string(f::tensor::kName, name);
  for (std::size_t i = 0; i + 1 < entries.size(); i += 2) {
    std::string entry;
    protozero::pbf_writer pair(entry);
    pair.add_string(f::entry::kKey, entries[i]);
    pair.add_string(f::entry::kValue, entries[i + 1]);
    writer.add_message(f::tensor::kExternal, entry);
  }
  writer.add_int64(f::tensor::kLocation, 1);
  return bytes;
}

inline std::string integer(const std::string& name, std::int64_t value) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_string(f::attribute::kName, name);
  writer.add_int64(f::attribute::kInt, value);
  return bytes;
}

inline std::string integers(const std::string& name, const std::vector<std::int64_t>& values) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_string(f::attribute::kName, name);
  writer.add_packed_int64(f::attribute::kInts, values.begin(), values.end());
  return bytes;
}

inline std::string number(const std::string& name, float value) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_string(f::attribute::kName, name);
  writer.add_float(f::attribute::kFloat, value);
  return bytes;
}

inline std::string text(const std::string& name, const std::string& value) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_string(f::attribute::kName, name);
  writer.add_string(f::attribute::kString, value);
  return bytes;
}

/// `value`: as tensor() makes it.
inline std::string tensor_attribute(const std::string& name, const std::string& value) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_string(f::attribute::kName, name);
  writer.add_message(f::attribute::kTensor, value);
  return bytes;
}

/// A NodeProto; attributes as the functions above make them.
inline std::string node(const std::string& op, const Names& inputs, const Names& outputs,
                        const Names& attributes = {}, const std::string& domain = "") {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  for (const auto& name : inputs) writer.add_string(f::node::kInput, name);
  for (const auto& name : outputs) writer.add_string(f::node::kOutput, name);
  writer.add_string(f::node::kName, "n");
  writer.add_string(f::node::kOperator, op);
  for (const auto& a : attributes) writer.add_message(f::node::kAttribute, a);
  writer.add_string(f::node::kDomain, domain);
  return bytes;
}

/// A ValueInfoProto; a size of -1 is free.
inline std::string value(const std::string& name, const Shape& dims,
                         std::int64_t type = onnx::kFloat) {
  std::string shape, tensor_type, whole, bytes;
  for (const std::int64_t n : dims) {
    std::string dimension;
    if (n >= 0) protozero::pbf_writer(dimension).add_int64(f::dimension::kValue, n);
    if (n < 0) protozero::pbf_writer(dimension).add_string(f::dimension::kParameter, "N");
    protozero::pbf_writer(shape).add_message(f::shape::kDimension, dimension);
  }
  protozero::pbf_writer(tensor_type).add_int64(f::tensor_type::kElement, type);
  protozero::pbf_writer(tensor_type).add_message(f::tensor_type::kShape, shape);
  protozero::pbf_writer(whole).add_message(f::type::kTensor, tensor_type);
  protozero::pbf_writer(bytes).add_string(f::value::kName, name);
  protozero::pbf_writer(bytes).add_message(f::value::kType, whole);
  return bytes;
}

struct Parts {
  Names nodes, initializers = {};
  Names inputs = {value("x", {-1, 2, 6, 6})}, outputs = {value("y", {})};
  std::int64_t opset = 13;
};

/// A ModelProto.
inline std::string model(const Parts& parts) {
  std::string graph, opset, bytes;
  protozero::pbf_writer writer(graph);
  for (const auto& n : parts.nodes) writer.add_message(f::graph::kNode, n);
  for (const auto& t : parts.initializers) writer.add_message(f::graph::kInitializer, t);
  for (const auto& v : parts.inputs) writer.add_message(f::graph::kInput, v);
  for (const auto& v : parts.outputs) writer.add_message(f::graph::kOutput, v);
  protozero::pbf_writer(opset).add_int64(f::opset::kVersion, parts.opset);
  protozero::pbf_writer all(bytes);
  all.add_message(f::model::kGraph, graph);
  all.add_message(f::model::kOpsetImport, opset);
  return bytes;
}

inline std::string relu(const std::string& from, const std::string& to) {
  return node("Relu", {from}, {to});
}
inline std::string add(const std::string& a, const std::string& b, const std::string& to) {
  return node("Add", {a, b}, {to});
}

inline Model read(const Parts& parts) { return parse_onnx(model(parts), "m.onnx"); }

inline std::string refusal(const Parts& parts) {
  return error_of(ErrorKind::kBadInput, [&] { read(parts); });
}

}  // namespace lenet::onnx_test
