#include "io/onnx_operator.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "io/safetensors_header.h"

namespace lenet::onnx {
namespace {

/// Two numbers of an attribute, or `missing` twice.
Size2d pair_of(const Operator& o, const char* name, std::int64_t missing) {
  constexpr std::int64_t kMost = (1 << 20) - 1;
  const std::vector<std::int64_t> sizes = o.integers(name);
  if (sizes.empty()) return missing;
  const bool good = sizes.size() == 2 && std::ranges::all_of(sizes, [](std::int64_t size) {
                      return size >= 1 && size <= kMost;
                    });
  if (good) return {sizes[0], sizes[1]};
  refuse(fmt::format("{} is [{}], want two numbers, 1 to {}", name, fmt::join(sizes, ", "), kMost));
}

/// What SAME_UPPER and SAME_LOWER come to on one axis.
std::int64_t same_padding(std::int64_t size, std::int64_t kernel, std::int64_t stride) {
  const std::int64_t out = (size + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>((out - 1) * stride + kernel - size, 0);
  if (total % 2 == 0) return total / 2;
  refuse(
      fmt::format("auto_pad comes to {} rows or columns of padding for a kernel of {} and a "
                  "stride of {} on {}, want the same on both sides",
                  total, kernel, stride, size));
}

Size2d padding_of(const Operator& o, const Size2d& kernel, const Size2d& stride,
                  const Shape& image) {
  const std::string_view automatic = o.text("auto_pad", "NOTSET");
  if (automatic == "VALID") return 0;
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    return {same_padding(image[1], kernel.height, stride.height),
            same_padding(image[2], kernel.width, stride.width)};
  }
  if (automatic != "NOTSET") refuse(fmt::format("auto_pad is {}", quoted_name(automatic)));
  const std::vector<std::int64_t> pads = o.integers("pads");
  if (pads.empty()) return 0;
  constexpr std::int64_t kMost = (1 << 20) - 1;
  const bool good = pads.size() == 4 && pads[0] == pads[2] && pads[1] == pads[3] &&
                    std::ranges::all_of(pads, [](std::int64_t p) { return p >= 0 && p <= kMost; });
  if (good) return {pads[0], pads[1]};
  refuse(fmt::format("pads is [{}], want the same padding on both sides of an axis",
                     fmt::join(pads, ", ")));
}

}  // namespace

std::string describe(const Node& node) {
  return fmt::format("node {} ({})", quoted_name(node.name), quoted_name(node.op));
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

Size2d kernel_of(const Operator& o) {
  if (o.integers("kernel_shape").empty()) refuse("no kernel_shape");
  return pair_of(o, "kernel_shape", 1);
}

Window window_of(const Operator& o, const Size2d& kernel, const Shape& image) {
  if (pair_of(o, "dilations", 1) != Size2d(1)) refuse("dilations other than 1");
  const Size2d stride = pair_of(o, "strides", 1);
  const Size2d padding = padding_of(o, kernel, stride, image);
  const auto rest = [](std::int64_t size, std::int64_t k, std::int64_t p, std::int64_t s) {
    return (size + 2 * p - k) % s;
  };
  if (o.integer("ceil_mode", 0) != 0 &&
      (rest(image[1], kernel.height, padding.height, stride.height) != 0 ||
       rest(image[2], kernel.width, padding.width, stride.width) != 0)) {
    refuse(fmt::format("ceil_mode: the windows reach over the edge of {}", to_string(image)));
  }
  return {kernel, stride, padding};
}

std::vector<float> joined(std::vector<float> first, const std::vector<float>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace lenet::onnx
