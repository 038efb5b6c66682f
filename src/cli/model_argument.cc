#include "cli/model_argument.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "lenet/error.h"
#include "lenet/onnx.h"
#include "lenet/safetensors.h"

namespace lenet::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostTextBytes = std::int64_t{64} * 1024;

/// The letters and digits of a file's stem.
std::string name_of(const fs::path& path) {
  std::string name;
  for (const char c : path.stem().string()) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_') name += c;
  }
  return name.empty() ? "custom" : name;
}

bool looks_like_text(const std::string& argument) {
  return argument.find_first_of(" (,#\n\t") != std::string::npos;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_onnx(const fs::path& path) { return path.extension() == ".onnx"; }

Sequential parse_file(const fs::path& path) {
  const std::string text = read_file(path, kMostTextBytes);
  try {
    return Sequential::parse(text);
  } catch (const Error& e) {
    throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", path.string(), e.what()));
  }
}

}  // namespace

fs::path saved_model_file(const fs::path& argument) {
  if (!is_folder(argument)) return argument;
  fs::path file = argument / "model.safetensors";
  std::error_code ignored;
  if (fs::exists(file, ignored)) return file;
  throw Error(ErrorKind::kIo,
              fmt::format("{}: not found; want the folder of a run that has saved its model, or a "
                          "model's file",
                          file.string()));
}

bool is_saved_model(const std::string& argument) {
  const std::string extension = fs::path(argument).extension().string();
  return is_folder(argument) || is_onnx(argument) || extension == ".safetensors" ||
         extension == ".pt" || extension == ".pth";
}

Model read_saved_model(const fs::path& argument) {
  const fs::path path = saved_model_file(argument);
  return is_onnx(path) ? load_onnx(path) : load_model(path);
}

std::optional<Model> find_saved_model(const fs::path& argument) {
  const fs::path path = saved_model_file(argument);
  if (!is_onnx(path)) {
    const Metadata metadata = read_safetensors(path).metadata;
    const auto known = [&](const char* key) { return metadata.contains(key); };
    if (!known("model") || !known("input_shape") || !known("pixel_scale")) return {};
  }
  return read_saved_model(path);
}

void read_weights(const fs::path& argument, Sequential& net) {
  const fs::path path = saved_model_file(argument);
  is_onnx(path) ? load_onnx_weights(path, net) : load_weights(path, net);
}

NamedNetwork parse_model_argument(const std::string& argument, std::int64_t classes) {
  if (auto preset = make_preset(argument, classes)) return {*std::move(preset), argument};
  if (is_saved_model(argument)) return {read_saved_model(argument).net, name_of(argument)};
  std::error_code ignored;
  if (fs::exists(argument, ignored)) return {parse_file(argument), name_of(argument)};
  if (looks_like_text(argument)) return {Sequential::parse(argument), "custom"};
  try {
    return {Sequential::parse(argument), "custom"};
  } catch (const Error& e) {
    throw Error(ErrorKind::kUsage,
                fmt::format("model '{}': no preset (there are {}), no file, and no model text:\n{}",
                            argument, fmt::join(preset_names(), ", "), e.what()));
  }
}

void add_model(const Command& command, ModelOptions& options) {
  command
      .option("MODEL", &options.path,
              "Saved model (model.safetensors), ONNX file, or the folder of a run")
      .required();
  const Option network =
      command.option("--model", &options.network,
                     "The network of a file of weights alone: preset, text file or model text");
  command
      .option("--input", &options.input,
              "Shape of an image, beside --model. Default: that of the file or of the data, else "
              "1x28x28")
      .needs(network);
}

Model open_model(const ModelOptions& options) {
  if (options.network.empty()) return read_saved_model(options.path);
  const std::optional<Model> own = find_saved_model(options.path);
  return with_network(options, own ? &*own : nullptr, {1, 28, 28});
}

Model with_network(const ModelOptions& options, const Model* own, const Shape& images,
                   std::int64_t classes) {
  if (own) classes = element_count(own->net.output_shape());
  Model model{parse_model_argument(options.network, classes).net, {}};
  Generator generator;
  model.net.build(!options.input.empty() ? parse_input_shape(options.input)
                  : own                  ? own->net.input_shape()
                                         : images,
                  generator);
  read_weights(options.path, model.net);
  if (!own) return model;
  model.net.set_normalization(own->net.normalization());
  model.class_names = own->class_names;
  model.data_sha256 = own->data_sha256;
  return model;
}

Shape parse_input_shape(const std::string& text) {
  long long channels = 0, height = 0, width = 0;
  char rest = 0;
  const int read = std::sscanf(text.c_str(), "%lldx%lldx%lld%c", &channels, &height, &width, &rest);
  if (read != 3 || channels < 1 || height < 1 || width < 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("input shape '{}': want CHANNELSxHEIGHTxWIDTH, as in 1x28x28", text));
  }
  return {channels, height, width};
}

void build_for(const std::optional<std::string>& input, Sequential& net, Generator& generator) {
  if (!net.built()) return net.build(parse_input_shape(input.value_or("1x28x28")), generator);
  if (!input) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("--input {}: a saved model has its own images, {}; leave --input out, or "
                          "give the network as text",
                          *input, to_string(net.input_shape())));
}

}  // namespace lenet::cli
