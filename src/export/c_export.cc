#include "lenet/c_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "base/require.h"
#include "base/text.h"
#include "export/c_network.h"
#include "export/deployed.h"
#include "lenet/error.h"

namespace lenet {
namespace {

/// C99 compilers need not take a longer string (5.2.4.1).
constexpr std::size_t kLongestString = 4095;

void require_c_strings(const std::vector<std::string>& class_names) {
  for (std::size_t k = 0; k < class_names.size(); ++k) {
    const std::string& name = class_names[k];
    if (name.size() <= kLongestString && name.find('\0') == std::string::npos) continue;
    throw Error(ErrorKind::kBadInput,
                fmt::format("class name {}: {} bytes, want at most {} without a zero byte", k,
                            name.size(), kLongestString));
  }
}

/// The names of both files and of what they define.
struct Names {
  std::filesystem::path c_file, h_file;
  std::string identifier;
};

Names names_of(const std::filesystem::path& path, const COptions& options) {
  const std::string stem = path.stem().string();
  require(
      path.extension() == ".c",
      fmt::format("{}: want a name that ends in .c, beside which the header goes", path.string()));
  require(std::ranges::none_of(
              stem, [](char c) { return is_control(c) || c == '"' || c == '\\' || c == '?'; }),
          fmt::format("{}: want a name that C can include, without quotes, backslashes, question "
                      "marks and control characters",
                      path.string()));
  const std::string name = options.name.empty() ? to_c_identifier(stem) : options.name;
  require(is_c_identifier(name),
          fmt::format("name '{}': want a C identifier, a letter and then letters, digits and "
                      "underscores",
                      name));
  return {path, std::filesystem::path(path).replace_extension(".h"), name};
}

void write_both(const Names& names, const Model& model, const CSource& source) {
  const std::string header = fmt::format("\"{}\"", names.h_file.filename().string());
  AtomicFile h(names.h_file), c(names.c_file);  // both or, on a full disk, none
  h.write(source.h_file(model, names.identifier));
  c.write(source.c_file(model, names.identifier, header));
  h.commit();
  c.commit();
}

}  // namespace

void export_c(const std::filesystem::path& path, const Model& model, const COptions& options) {
  const Names names = names_of(path, options);
  require_c_strings(model.class_names);
  const std::vector<InferenceNode> nodes = deployed_nodes(model.net);
  require_exportable(nodes);
  write_both(names, model, float_source(model, nodes));
}

void export_c(const std::filesystem::path& path, const Model& model,
              const QuantizedNetwork& quantized, const COptions& options) {
  const Names names = names_of(path, options);
  require_c_strings(model.class_names);
  require(model.origin.float_images != quantized.state().image.takes_bytes(),
          fmt::format("integers: calibrated on images of {}, the network takes images of {}",
                      quantized.state().image.takes_bytes() ? "bytes" : "floats",
                      model.origin.float_images ? "floats" : "bytes"));
  require_exportable(deployed_nodes(model.net));
  write_both(names, model, int8_source(model, quantized.state()));
}

}  // namespace lenet
