#include "run/model_argument.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "base/closest.h"
#include "base/file.h"
#include "base/require.h"
#include "base/shape_text.h"
#include "lenet/error.h"
#include "lenet/onnx.h"
#include "lenet/safetensors.h"
#include "run/option_words.h"

namespace lenet {
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

/// --model, --input and --weights-by say nothing else than the file.
void require_own_network(const ModelOptions& o, const Model& own) {
  const std::string text =
      parse_model_argument(o.network, element_count(own.net.output_shape())).net.text();
  require(text == own.net.text(),
          fmt::format("{}: it has its own network, {}; found --model {}, which is {}; --model is "
                      "for a file of weights alone: leave it out",
                      o.path, own.net.text(), o.network, text));
  require(o.input.empty() || parse_input_shape(o.input) == own.net.input_shape(),
          fmt::format("{}: its network takes images of {}; found --input {}, which is for a file "
                      "of weights alone: leave it out",
                      o.path, to_string(own.net.input_shape()), o.input));
  require(o.weights_by == WeightsBy::kName,
          fmt::format("{}: it has its own network, {}; --weights-by order is for a file of weights "
                      "alone: leave it out",
                      o.path, own.net.text()));
}

/// The outputs that a preset needs for the file's weights: those of its last layer there. Ten where
/// the file has none of that name, which read_weights() says.
std::int64_t outputs_for(const ModelOptions& o) {
  constexpr std::int64_t kUsual = 10;
  const std::optional<Sequential> preset = make_preset(o.network, kUsual);
  if (!preset) return kUsual;
  const std::string weight = fmt::format("{}.weight", preset->size() - 1);
  return outputs_in_weights(o.path, weight, o.weights_by).value_or(kUsual);
}

/// The weights of the file in the network, built for these images.
Sequential filled_network(const ModelOptions& o, const Shape& images) {
  Sequential net = parse_network(o);
  Generator generator;
  net.build(images, generator);
  read_weights(o.path, net, o.weights_by);
  return net;
}

}  // namespace

std::optional<std::int64_t> outputs_in_weights(const fs::path& argument,
                                               const std::string& head_weight, WeightsBy by) {
  const fs::path path = saved_model_file(argument);
  if (by == WeightsBy::kOrder) return last_outputs_by_order(path);
  for (const NamedTensor& t : read_safetensors(path).tensors) {
    const bool is_it = t.name == head_weight || t.name.ends_with("." + head_weight);
    if (is_it && !t.shape.empty() && t.shape[0] > 0) return t.shape[0];
  }
  return {};
}

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
    const bool is_model = known("model") && known("input_shape") && known("pixel_scale");
    if (!is_model && !known("state")) return {};  // a checkpoint is refused by name
  }
  return read_saved_model(path);
}

void read_weights(const fs::path& argument, Sequential& net, WeightsBy by) {
  const fs::path path = saved_model_file(argument);
  if (!is_onnx(path)) return load_weights(path, net, by);
  require(
      by == WeightsBy::kName,
      fmt::format("{}: --weights-by order is for safetensors, an ONNX file has a network of its "
                  "own: leave it out",
                  path.string()));
  load_onnx_weights(path, net);
}

bool fits(const std::function<void()>& read) {
  try {
    read();
    return true;
  } catch (const Error&) {
    return false;
  }
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
    const std::string likely = closest(argument, preset_names());
    throw Error(
        ErrorKind::kUsage,
        fmt::format("model '{}': {}no preset (there are {}), no file, and no model text:\n{}",
                    argument, likely.empty() ? "" : "did you mean " + likely + "? ",
                    fmt::join(preset_names(), ", "), e.what()));
  }
}

Model open_model(const ModelOptions& options) {
  std::optional<Model> own = open_own_model(options);
  return own ? *std::move(own) : with_network(options, {1, 28, 28});
}

std::optional<Model> open_own_model(const ModelOptions& options) {
  if (options.network.empty()) return read_saved_model(options.path);
  std::optional<Model> own = find_saved_model(options.path);
  if (own) require_own_network(options, *own);
  return own;
}

Sequential parse_network(const ModelOptions& options) {
  return parse_model_argument(options.network, outputs_for(options)).net;
}

Model with_network(const ModelOptions& options, const Shape& images) {
  const Shape input = options.input.empty() ? images : parse_input_shape(options.input);
  try {
    return {filled_network(options, input), {}};
  } catch (const Error& e) {
    ModelOptions ordered = options;
    ordered.weights_by = WeightsBy::kOrder;
    const bool would_fit =
        options.weights_by == WeightsBy::kName && fits([&] { filled_network(ordered, input); });
    throw Error(e.kind(), e.what() + std::string(would_fit ? kOrderOffer : ""));
  }
}

Shape parse_input_shape(const std::string& text) {
  const std::optional<Shape> shape = parse_shape(text);
  require(shape && shape->size() == 3,
          fmt::format("input shape '{}': want CHANNELSxHEIGHTxWIDTH, as in 1x28x28", text));
  return *shape;
}

void build_for(const std::optional<std::string>& input, Sequential& net, Generator& generator) {
  if (!net.built()) return net.build(parse_input_shape(input.value_or("1x28x28")), generator);
  if (!input) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("--input {}: a saved model has its own images, {}; leave --input out, or "
                          "give the network as text",
                          *input, to_string(net.input_shape())));
}

}  // namespace lenet
