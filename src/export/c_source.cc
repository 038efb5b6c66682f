#include "export/c_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/require.h"

namespace lenet {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 29;  // 2 GiB of floats

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::int64_t outputs_of(const Model& model) { return element_count(model.net.output_shape()); }

std::string class_name(const Model& model, std::int64_t k) {
  if (k >= std::ssize(model.class_names)) {
    return fmt::format("{} {}", model.origin.tells_classes() ? "class" : "output", k);
  }
  return model.class_names[static_cast<std::size_t>(k)];
}

/// Names, their last zeros, and pointers of 4 bytes to them.
std::int64_t class_bytes(const Model& model) {
  std::int64_t bytes = 0;
  for (std::int64_t k = 0; k < outputs_of(model); ++k)
    bytes += std::ssize(class_name(model, k)) + 5;
  return bytes;
}

std::string class_list(const Model& model) {
  std::string lines;
  for (std::int64_t k = 0; k < outputs_of(model); ++k) {
    lines += fmt::format("    {},\n", c_string(class_name(model, k)));
  }
  return lines;
}

}  // namespace

CSource::CSource(const std::vector<CFunction>& library, const CInterface& interface,
                 std::string_view element, std::int64_t element_bytes, Arena arena)
    : library_(library),
      interface_(interface),
      element_(element),
      element_bytes_(element_bytes),
      arena_(std::move(arena)) {}

void CSource::array(std::string_view type, std::string_view name,
                    const std::vector<std::string>& values, std::int64_t bytes) {
  constants_ += c_array(type, name, values) + '\n';
  constant_bytes_ += bytes;
}

void CSource::constant(std::string_view type, std::string_view name,
                       const std::vector<std::int64_t>& fields) {
  constants_ +=
      fmt::format("static const {} {} = {{{}}};\n\n", type, name, fmt::join(fields, ", "));
  constant_bytes_ += 4 * std::ssize(fields);
}

void CSource::window(const InferenceNode& o) {
  const auto& [kernel, stride, padding, dilation] = window_of(o);
  const Size2d& pad = padding.before;
  constant("Window", "window" + c_name(o),
           {o.input[0], o.input[1], o.input[2], o.output[0], o.output[1], o.output[2],
            kernel.height, kernel.width, stride.height, stride.width, pad.height, pad.width});
}

void CSource::call(std::string_view function, std::string_view arguments,
                   std::string_view comment) {
  for (const CFunction& f : library_) {
    if (f.name == function) used_.insert(f.name);
  }
  calls_ += fmt::format("  {}({});  /* {} */\n", function, arguments, comment);
}

void CSource::call_across(std::string_view function, const std::string& arguments,
                          const InferenceNode& o) {
  call(function, fmt::format("{}, {}, {}", arguments, at(o.inputs.front()), at(o.value)),
       to_string(o.output));
}

void CSource::call_in_place(std::string_view function, const std::string& arguments,
                            const InferenceNode& o) {
  copy(element_count(o.output), offset(o.inputs.front()), offset(o.value), o.output);
  call(function, fmt::format("{}, {}", arguments, at(o.value)), to_string(o.output));
}

void CSource::copy(std::int64_t count, std::int64_t from, std::int64_t to, const Shape& shape) {
  if (from == to) return;
  call("copy", fmt::format("{}, {}, {}", count, place(from), place(to)), to_string(shape));
}

std::string CSource::place(std::int64_t offset) {
  return offset == 0 ? "arena" : fmt::format("arena + {}", offset);
}

std::string CSource::inputs(const InferenceNode& o) const {
  std::vector<std::string> places;
  for (const std::int64_t input : o.inputs) places.push_back(at(input));
  return fmt::format("(const {} *const[]){{{}}}", element_, fmt::join(places, ", "));
}

namespace {

std::string_view scaling(const Model& model) {
  const bool standardised = !model.net.normalization().mean.empty();
  if (model.origin.float_images) return standardised ? "standardised" : "taken as they are";
  return standardised ? "scaled and standardised" : "scaled";
}

}  // namespace

std::string CSource::summary(const Model& model, const std::string& name) const {
  return fmt::format(
      "/* A trained network, exported by lenet.\n"
      " *\n{}"
      " *\n"
      " * Input   {} {} of one image, {}{}; {} inside.\n"
      " * Output  {} {}, in the order of {}_{}.\n"
      " * Flash   {} bytes of constants, and up to 3 KB of code (Thumb-2) beside the C library's.\n"
      " * RAM     {} bytes: an arena of {} {}.\n"
      " *\n"
      " * C99, for an int of 32 bits or more. The arena is static: one call at a time.\n"
      " */\n",
      c_comment_lines(model.net.text()), element_count(model.net.input_shape()),
      interface_.input_text, to_string(model.net.input_shape()),
      model.net.input_shape().size() == 3 ? " (channels, height, width)" : "", scaling(model),
      outputs_of(model), interface_.output == "outputs" ? "numbers" : interface_.output, name,
      interface_.list, constant_bytes_ + class_bytes(model), arena_.size * element_bytes_,
      arena_.size, element_);
}

std::string CSource::predict(const std::string& name) const {
  return fmt::format(
      "static {} arena[{}];\n\n"
      "void {}_predict(const {} *{}, float *{}) {{\n{}}}\n",
      element_, arena_.size, name, interface_.input_type, interface_.input, interface_.output,
      calls_);
}

std::string CSource::c_file(const Model& model, const std::string& name,
                            const std::string& header) const {
  return fmt::format(
      "{0}\n#include {1}\n\n#include <math.h>\n\n{2}"
      "const char *const {3}_{4}[{5}_{6}] = {{\n{7}}};\n\n{8}{9}",
      summary(model, name), header, c_functions(library_, used_), name, interface_.list,
      upper(name), upper(std::string(interface_.list)), class_list(model), constants_,
      predict(name));
}

std::string CSource::h_file(const Model& model, const std::string& name) const {
  const std::string prefix = upper(name);
  const Shape& input = model.net.input_shape();
  std::string sizes = fmt::format("#define {}_INPUTS {}\n", prefix, element_count(input));
  if (input.size() == 3) {
    sizes +=
        fmt::format("#define {0}_CHANNELS {1}\n#define {0}_HEIGHT {2}\n#define {0}_WIDTH {3}\n",
                    prefix, input[0], input[1], input[2]);
  }
  return fmt::format(
      "/* A trained network, exported by lenet. */\n"
      "#ifndef {0}_H_\n#define {0}_H_\n\n#include <stdint.h>\n\n"
      "#ifdef __cplusplus\nextern \"C\" {{\n#endif\n\n"
      "{1}#define {0}_{10} {2}\n\n"
      "extern const char *const {3}_{9}[{0}_{10}];\n\n"
      "/* {6}: {0}_INPUTS {7}{4}; {8}: {0}_{10} floats, {11}.\n"
      " * Not to be called by two threads at a time. */\n"
      "void {3}_predict(const {5} *{6}, float *{8});\n\n"
      "#ifdef __cplusplus\n}}\n#endif\n\n#endif\n",
      prefix, sizes, outputs_of(model), name, input.size() == 3 ? " (channels, height, width)" : "",
      interface_.input_type, interface_.input, interface_.input_text, interface_.output,
      interface_.list, upper(std::string(interface_.list)), interface_.output_text);
}

std::string c_name(const InferenceNode& o) {
  std::string name = o.name;
  std::ranges::replace(name, '.', '_');
  return name;
}

void require_exportable(const std::vector<InferenceNode>& nodes) {
  for (const InferenceNode& o : nodes) {
    const std::int64_t most = std::max({element_count(o.input), element_count(o.output),
                                        static_cast<std::int64_t>(o.weight.size())});
    require(most < kMostElements,
            fmt::format("layer {}: {} values, but exported C holds fewer than {} in an array",
                        o.name, most, kMostElements));
  }
}

}  // namespace lenet
