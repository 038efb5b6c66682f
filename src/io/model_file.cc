#include "lenet/model_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "io/data_metadata.h"
#include "lenet/error.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

/// What the bytes of an image are multiplied by.
constexpr const char* kPixelScale = "1/255";

Error bad_file(const std::filesystem::path& path, const std::string& message) {
  return Error(ErrorKind::kBadInput, fmt::format("{}: {}", path.string(), message));
}

/// "1x28x28" as a shape.
Shape parse_shape(const std::filesystem::path& path, const std::string& text) {
  Shape shape;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (shape.size() < 4) {
    std::int64_t size = 0;
    const auto [stop, error] = std::from_chars(at, end, size);
    if (error != std::errc() || size < 1) break;
    shape.push_back(size);
    if (stop == end && (shape.size() == 1 || shape.size() == 3)) return shape;
    if (stop == end || *stop != 'x') break;
    at = stop + 1;
  }
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

/// What stands before the network's names in the file's: "net." where the file has "net.0.weight".
std::string prefix_of(const std::vector<NamedTensor>& tensors, const std::string& first_name) {
  const std::string ending = "." + first_name;
  for (const NamedTensor& t : tensors) {
    if (t.name == first_name) return "";
    if (t.name.ends_with(ending)) return t.name.substr(0, t.name.size() - first_name.size());
  }
  return "";
}

void copy_weights(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                  Sequential& net) {
  std::unordered_map<std::string, const NamedTensor*> found;
  for (const NamedTensor& t : tensors) found[t.name] = &t;
  std::vector<NamedParameter> parameters = named_tensors(net);
  const std::string prefix = parameters.empty() ? "" : prefix_of(tensors, parameters[0].name);
  std::vector<const NamedTensor*> sources;
  for (const NamedParameter& p : parameters) {
    const auto tensor = found.find(prefix + p.name);
    if (tensor == found.end()) {
      throw bad_file(path, fmt::format("no tensor {}{} of shape {}, which the network {} needs",
                                       prefix, p.name, to_string(p.info.shape), net.text()));
    }
    if (tensor->second->shape != p.info.shape) {
      throw bad_file(path, fmt::format("tensor {} has shape {}, want {}", tensor->first,
                                       to_string(tensor->second->shape), to_string(p.info.shape)));
    }
    require_finite(path, *tensor->second);
    sources.push_back(tensor->second);
    require_variance(path, *tensor->second);
    found.erase(tensor);
  }
  std::erase_if(found, [](const auto& t) { return t.first.ends_with(".num_batches_tracked"); });
  if (!found.empty()) {
    throw bad_file(path, fmt::format("tensor {} has no place in the network {}",
                                     found.begin()->first, net.text()));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    std::ranges::copy(sources[i]->values, parameters[i].values.begin());
  }
  net.constrain();
}

/// What the file knows of the data; both are optional.
void read_data_metadata(const std::filesystem::path& path, const Metadata& metadata, Model& model) {
  const auto names = metadata.find("class_names"), digest = metadata.find("data_sha256");
  try {
    if (names != metadata.end()) {
      model.class_names = parse_class_names(names->second, element_count(model.net.output_shape()));
    }
    if (digest != metadata.end()) model.data_sha256 = parse_data_sha256(digest->second);
  } catch (const Error& e) {
    throw bad_file(path, e.what());
  }
}

const std::string& require_metadata(const std::filesystem::path& path, const Metadata& metadata,
                                    const char* key) {
  const auto found = metadata.find(key);
  if (found != metadata.end()) return found->second;
  throw bad_file(
      path, fmt::format("no metadata \"{}\": not a model that lenet saved (weights alone go with "
                        "--model, and --weights where they are a start)",
                        key));
}

}  // namespace

void save_model(const std::filesystem::path& path, Sequential& net,
                const std::vector<std::string>& class_names, const std::string& data_sha256) {
  std::vector<NamedTensor> tensors;
  for (const NamedParameter& p : named_tensors(net)) {
    tensors.push_back({p.name, p.info.shape, {p.values.begin(), p.values.end()}});
  }
  Metadata metadata = {{"format", "pt"},
                       {"model", net.text()},
                       {"input_shape", to_string(net.input_shape())},
                       {"pixel_scale", kPixelScale}};
  if (const Normalization& n = net.normalization(); !n.mean.empty()) {
    metadata["normalization"] = nlohmann::json{{"mean", n.mean}, {"deviation", n.deviation}}.dump();
  }
  if (!class_names.empty()) metadata["class_names"] = class_names_text(class_names);
  if (!data_sha256.empty()) metadata["data_sha256"] = data_sha256;
  write_safetensors(path, tensors, metadata);
}

Model load_model(const std::filesystem::path& path) {
  const SafeTensors file = read_safetensors(path);
  const std::string& text = require_metadata(path, file.metadata, "model");
  const Shape input = parse_shape(path, require_metadata(path, file.metadata, "input_shape"));
  if (const auto& scale = require_metadata(path, file.metadata, "pixel_scale");
      scale != kPixelScale) {
    throw bad_file(path,
                   fmt::format("metadata pixel_scale is \"{:.60}\", want {}", scale, kPixelScale));
  }
  Model model;
  try {
    model.net = Sequential::parse(text);
    Generator generator;
    model.net.build(input, generator);
  } catch (const Error& e) {
    throw bad_file(path, fmt::format("metadata model: {}", e.what()));
  }
  copy_weights(path, file.tensors, model.net);
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

void load_weights(const std::filesystem::path& path, Sequential& net) {
  copy_weights(path, read_safetensors(path).tensors, net);
}

}  // namespace lenet
