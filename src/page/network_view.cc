#include "page/network_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/require.h"
#include "lenet/activations.h"
#include "lenet/predictor.h"
#include "lenet/safetensors.h"
#include "lenet/summary.h"
#include "run/output_name.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

std::vector<NamedTensor> tensors_of(std::vector<Activation> activations) {
  constexpr std::size_t kMostValues = 1'000'000;
  std::vector<NamedTensor> tensors;
  for (Activation& a : activations) {
    if (a.values.size() > kMostValues) continue;
    tensors.push_back({std::move(a.path), std::move(a.shape), std::move(a.values)});
  }
  return tensors;
}

/// A data set of one image, whose label counts for nothing.
Dataset one_image(std::string_view bytes, const Shape& shape) {
  auto pixels = std::make_unique<std::uint8_t[]>(bytes.size());
  std::ranges::copy(bytes, pixels.get());
  return Dataset(std::move(pixels), 0, shape, {0}, 1);
}

}  // namespace

Json network_of(const ModelSnapshot& model) {
  Json layers = Json::array();
  for (const LayerSummary& layer : summarize(model.net)) {
    layers.push_back({{"path", layer.path},
                      {"text", layer.text},
                      {"depth", layer.depth},
                      {"shape", layer.output},
                      {"parameters", layer.parameters},
                      {"multiply_adds", layer.multiply_adds}});
  }
  Json dead = Json::array();
  for (const DeadUnits& d : model.dead) {
    if (d.dead > 0) dead.push_back({{"path", d.path}, {"units", d.units}, {"dead", d.dead}});
  }
  Json outputs = Json::array();
  const std::int64_t count = element_count(model.net.output_shape());
  for (std::int64_t k = 0; k < count; ++k) {
    outputs.push_back(output_name(model.names, k, model.images->has_classes()));
  }
  Json network = {{"epoch", model.epoch},
                  {"input", model.net.input_shape()},
                  {"bytes", model.images->has_bytes()},
                  {"test_images", model.images->size()},
                  {"outputs", std::move(outputs)},
                  {"layers", std::move(layers)},
                  {"dead", std::move(dead)}};
  const Normalization& normalization = model.net.normalization();
  if (!normalization.mean.empty()) {
    network["normalization"] = {{"mean", normalization.mean},
                                {"deviation", normalization.deviation}};
  }
  return network;
}

std::string layers_file(const ModelSnapshot& model, std::int64_t i) {
  require(i >= 0 && i < model.images->size(),
          fmt::format("image {}: want 0 to {}", i, model.images->size() - 1));
  const std::int32_t image[] = {static_cast<std::int32_t>(i)};
  return serialise_safetensors(tensors_of(activations(model.net, *model.images, image)));
}

std::string prediction_file(const ModelSnapshot& model, std::string_view bytes) {
  const Shape& shape = model.net.input_shape();
  require(model.images->has_bytes(), "the network takes images of floats");
  require(
      std::ssize(bytes) == element_count(shape),
      fmt::format("{} bytes, want {}: {}", bytes.size(), element_count(shape), to_string(shape)));
  const Dataset image = one_image(bytes, shape);
  constexpr std::int32_t kFirst[] = {0};
  std::vector<NamedTensor> tensors = tensors_of(activations(model.net, image, kFirst));
  if (model.images->has_classes()) {
    std::vector<float> said = probabilities(model.net, image, 1);
    tensors.push_back({"probabilities", {std::ssize(said)}, std::move(said)});
  }
  return serialise_safetensors(tensors);
}

std::string parameters_file(const ModelSnapshot& model) {
  constexpr std::size_t kMostValues = 4'000'000;
  const Sequential& net = model.net;
  require(net.parameters().size() <= kMostValues,
          fmt::format("{} parameters, shown are up to {}", net.parameters().size(), kMostValues));
  std::vector<NamedTensor> tensors;
  for (const NamedParameter& p : model.parameters) {
    tensors.push_back({p.name, p.info.shape, {p.values.begin(), p.values.end()}});
  }
  return serialise_safetensors(tensors);
}

}  // namespace lenet
