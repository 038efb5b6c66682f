#include "lenet/model_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/shape_text.h"
#include "io/data_metadata.h"
#include "io/weights.h"
#include "lenet/error.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

Error bad_file(const std::filesystem::path& path, const std::string& message) {
  return Error(ErrorKind::kBadInput, fmt::format("{}: {}", path.string(), message));
}

Shape parse_input_shape(const std::filesystem::path& path, const std::string& text) {
  const std::optional<Shape> shape = parse_shape(text);
  if (shape && (shape->size() == 1 || shape->size() == 3)) return *shape;
  throw bad_file(path, fmt::format("metadata input_shape is \"{:.60}\", want CxHxW", text));
}

void require_finite(const std::filesystem::path& path, const NamedTensor& tensor) {
  const auto bad =
      std::ranges::find_if_not(tensor.values, [](float value) { return std::isfinite(value); });
  if (bad == tensor.values.end()) return;
  throw bad_file(path, fmt::format("tensor {}: value {} is {}, want finite numbers", tensor.name,
                                   bad - tensor.values.begin(), *bad));
}

/// A square root is taken of a running variance.
void require_variance(const std::filesystem::path& path, const NamedTensor& tensor) {
  if (!tensor.name.ends_with("running_var")) return;
  const auto bad = std::ranges::find_if(tensor.values, [](float value) { return value < 0; });
  if (bad == tensor.values.end()) return;
  throw bad_file(path, fmt::format("tensor {}: value {} is {}, want 0 or more", tensor.name,
                                   bad - tensor.values.begin(), *bad));
}

/// Parameters and buffers: what a state_dict holds.
std::vector<NamedParameter> named_tensors(Sequential& net) {
  std::vector<NamedParameter> tensors = net.named_parameters();
  for (NamedParameter& buffer : net.named_buffers()) tensors.push_back(std::move(buffer));
  return tensors;
}

/// {"mean": [...], "deviation": [...]}, a number a channel.
Normalization parse_normalization(const std::filesystem::path& path, const std::string& text) {
  const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
  const auto numbers = [&](const char* key) {
    const auto list = document.find(key);
    const bool good = list != document.end() && list->is_array() && list->size() <= 65536 &&
                      std::ranges::all_of(*list, [](const auto& v) { return v.is_number(); });
    if (good) return list->template get<std::vector<float>>();
    throw bad_file(path, fmt::format("metadata normalization: want a JSON object with \"mean\" and "
                                     "\"deviation\", each a list of numbers"));
  };
  return {numbers("mean"), numbers("deviation")};
}

void copy_weights(const std::filesystem::path& path, const SafeTensors& file, Sequential& net,
                  WeightsBy by = WeightsBy::kName) {
  std::vector<NamedParameter> wanted = named_tensors(net);
  std::vector<const NamedTensor*> sources;
  try {
    sources = by == WeightsBy::kName ? weights_by_name(file, wanted, net.text())
                                     : weights_by_order(file, wanted, net);
  } catch (const Error& e) {
    throw bad_file(path, e.what());
  }
  for (const NamedTensor* source : sources) {
    require_finite(path, *source);
    require_variance(path, *source);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::ranges::copy(sources[i]->values, wanted[i].values.begin());
  }
  net.constrain();
}

/// What the file knows of the data; all is optional.
void read_data_metadata(const std::filesystem::path& path, const Metadata& metadata, Model& model) {
  const auto text = [&](const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : found->second;
  };
  try {
    if (metadata.contains("class_names")) {
      model.class_names =
          parse_class_names(text("class_names"), element_count(model.net.output_shape()));
    }
    model.origin.data_sha256 = parse_data_sha256(text("data_sha256"));
    model.origin.loss = parse_loss(text("loss"));
  } catch (const Error& e) {
    throw bad_file(path, e.what());
  }
}

const std::string& require_metadata(const std::filesystem::path& path, const Metadata& metadata,
                                    const char* key) {
  const auto found = metadata.find(key);
  if (found != metadata.end()) return found->second;
  if (metadata.contains("run") && metadata.contains("state")) {
    throw bad_file(path,
                   "a checkpoint, from which lenet train --resume goes on; want a model, as "
                   "model.safetensors beside it once the run has ended");
  }
  throw bad_file(
      path, fmt::format("no metadata \"{}\": not a model that lenet saved (weights alone go with "
                        "--model, and --weights where they are a start)",
                        key));
}

}  // namespace

void save_model(const std::filesystem::path& path, Sequential& net,
                const std::vector<std::string>& class_names, const ModelOrigin& origin) {
  std::vector<NamedTensor> tensors;
  for (const NamedParameter& p : named_tensors(net)) {
    tensors.push_back({p.name, p.info.shape, {p.values.begin(), p.values.end()}});
  }
  Metadata metadata = {
      {"format", "pt"},
      {"model", net.text()},
      {"input_shape", to_string(net.input_shape())},
      {"pixel_scale", std::string(origin.float_images ? kFloatScale : kByteScale)}};
  if (const Normalization& n = net.normalization(); !n.mean.empty()) {
    metadata["normalization"] = nlohmann::json{{"mean", n.mean}, {"deviation", n.deviation}}.dump();
  }
  if (!class_names.empty()) metadata["class_names"] = class_names_text(class_names);
  if (!origin.data_sha256.empty()) metadata["data_sha256"] = origin.data_sha256;
  if (origin.loss) metadata["loss"] = to_string(*origin.loss);
  write_safetensors(path, tensors, metadata);
}

Model load_model(const std::filesystem::path& path) {
  const SafeTensors file = read_safetensors(path);
  const std::string& text = require_metadata(path, file.metadata, "model");
  const Shape input = parse_input_shape(path, require_metadata(path, file.metadata, "input_shape"));
  const std::string& scale = require_metadata(path, file.metadata, "pixel_scale");
  Model model;
  try {
    model.origin.float_images = is_float_scale(scale);
  } catch (const Error& e) {
    throw bad_file(path, e.what());
  }
  try {
    model.net = Sequential::parse(text);
    Generator generator;
    model.net.build(input, generator);
  } catch (const Error& e) {
    throw bad_file(path, fmt::format("metadata model: {}", e.what()));
  }
  copy_weights(path, file, model.net);
  if (const auto found = file.metadata.find("normalization"); found != file.metadata.end()) {
    const Normalization normalization = parse_normalization(path, found->second);
    try {
      model.net.set_normalization(normalization);
    } catch (const Error& e) {
      throw bad_file(path, fmt::format("metadata {}", e.what()));
    }
  }
  read_data_metadata(path, file.metadata, model);
  return model;
}

void load_weights(const std::filesystem::path& path, Sequential& net, WeightsBy by) {
  copy_weights(path, read_safetensors(path), net, by);
}

std::optional<std::int64_t> last_outputs_by_order(const std::filesystem::path& path) {
  const SafeTensors file = read_safetensors(path);
  try {
    return last_linear_outputs(file);
  } catch (const Error& e) {
    throw bad_file(path, e.what());
  }
}

}  // namespace lenet
