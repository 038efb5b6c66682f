#include "io/onnx_operator.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "io/safetensors_header.h"

namespace lenet::onnx {

std::string describe(const Node& node, std::size_t number) {
  if (!node.name.empty())
    return fmt::format("node {} ({})", quoted_name(node.name), quoted_name(node.op));
  return fmt::format("node {}, which gives {} ({})", number,
                     quoted_name(node.outputs.empty() ? "" : node.outputs[0]),
                     quoted_name(node.op));
}

const Attribute* Operator::find(std::string_view name) const {
  const auto found = std::ranges::find(node_.attributes, name, &Attribute::name);
  return found == node_.attributes.end() ? nullptr : &*found;
}

std::int64_t Operator::integer(std::string_view name, std::int64_t missing) const {
  const Attribute* attribute = find(name);
  if (!attribute) return missing;
  if (!attribute->integer) refuse(fmt::format("attribute {} is no integer", name));
  return *attribute->integer;
}

float Operator::number(std::string_view name, float missing) const {
  const Attribute* attribute = find(name);
  if (!attribute) return missing;
  if (!attribute->number) refuse(fmt::format("attribute {} is no float", name));
  return *attribute->number;
}

std::string_view Operator::text(std::string_view name, std::string_view missing) const {
  const Attribute* attribute = find(name);
  return attribute ? attribute->text : missing;
}

std::vector<std::int64_t> Operator::integers(std::string_view name) const {
  const Attribute* attribute = find(name);
  return attribute ? attribute->integers : std::vector<std::int64_t>();
}

std::vector<std::int64_t> Operator::axes(std::size_t i) const {
  if (has("axes")) return integers("axes");
  if (i >= node_.inputs.size() || node_.inputs[i].empty()) return {};
  return read_integers(constant(i, "axes"));
}

const Tensor* Operator::find_constant(std::size_t i) const {
  if (i >= node_.inputs.size() || node_.inputs[i].empty()) return nullptr;
  const auto found = constants_.find(node_.inputs[i]);
  if (found != constants_.end()) return &found->second;
  refuse(fmt::format("input {}, {}, is no constant", i, quoted_name(node_.inputs[i])));
}

const Tensor& Operator::constant(std::size_t i, const char* what) const {
  const Tensor* tensor = find_constant(i);
  if (!tensor) refuse(fmt::format("no input {}, want its {}", i, what));
  return *tensor;
}

std::vector<float> Operator::values(std::size_t i, std::int64_t count, const char* what) const {
  const Tensor& tensor = constant(i, what);
  if (value_count(tensor) != count) {
    refuse(fmt::format("its {}, {}, has shape [{}], want {} values", what, quoted_name(tensor.name),
                       fmt::join(tensor.dims, ", "), count));
  }
  return read_floats(tensor);
}

std::vector<float> joined(std::vector<float> first, const std::vector<float>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace lenet::onnx
