// Fields of a protobuf message, checked for the wire type that ONNX gives them.
#pragma once

#include <cstdint>
#include <protozero/pbf_reader.hpp>
#include <string_view>

#include "io/onnx_graph.h"

namespace lenet::onnx {

inline void require_wire_type(const protozero::pbf_reader& field, protozero::pbf_wire_type want) {
  if (field.wire_type() == want) return;
  refuse("a field has another type than ONNX gives it (is this ONNX, is it broken?)");
}

inline std::int64_t integer_of(protozero::pbf_reader& field) {
  require_wire_type(field, protozero::pbf_wire_type::varint);
  return field.get_int64();
}

inline float float_of(protozero::pbf_reader& field) {
  require_wire_type(field, protozero::pbf_wire_type::fixed32);
  return field.get_float();
}

inline double double_of(protozero::pbf_reader& field) {
  require_wire_type(field, protozero::pbf_wire_type::fixed64);
  return field.get_double();
}

/// A string, bytes or a message.
inline std::string_view view_of(protozero::pbf_reader& field) {
  require_wire_type(field, protozero::pbf_wire_type::length_delimited);
  const auto view = field.get_view();
  return {view.data(), view.size()};
}

inline protozero::pbf_reader message_of(std::string_view bytes) {
  return protozero::pbf_reader(bytes.data(), bytes.size());
}

/// A repeated number, which may be packed.
template <class Take>
void each_integer(protozero::pbf_reader& field, Take take) {
  if (field.wire_type() != protozero::pbf_wire_type::length_delimited) {
    return take(integer_of(field));
  }
  for (const std::int64_t value : field.get_packed_int64()) take(value);
}

template <class Take>
void each_float(protozero::pbf_reader& field, Take take) {
  if (field.wire_type() != protozero::pbf_wire_type::length_delimited) return take(float_of(field));
  for (const float value : field.get_packed_float()) take(value);
}

template <class Take>
void each_double(protozero::pbf_reader& field, Take take) {
  if (field.wire_type() != protozero::pbf_wire_type::length_delimited) {
    return take(double_of(field));
  }
  for (const double value : field.get_packed_double()) take(value);
}

}  // namespace lenet::onnx
