// From the model text to layers.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/closest.h"
#include "lenet/error.h"
#include "lenet/sequential.h"
#include "nn/container.h"
#include "nn/function_layer.h"
#include "nn/model_text.h"
#include "nn/parse_layer.h"

namespace lenet {
namespace {

using Form = LayerText::Form;

std::vector<LayerEntry> layers_of(Form form) {
  const std::span<const LayerEntry> entries = layer_entries();
  std::vector<LayerEntry> layers(entries.begin(), entries.end());
  for (const FunctionEntry& function : function_entries()) {
    if (!function.text.name.empty()) layers.push_back(function.text);
  }
  std::erase_if(layers, [=](const LayerEntry& entry) { return !entry.is_of(form); });
  return layers;
}

Error unknown_layer(const ModelText& model, const LayerText& layer) {
  const std::string prefix = layer.form == Form::kTorch ? "nn." : "";
  std::vector<std::string> known;
  for (const LayerEntry& entry : layers_of(layer.form)) {
    known.push_back(prefix + std::string(entry.name));
  }
  const std::string found = prefix + layer.name.substr(0, 40);
  if (layer.name == "Softmax" || layer.name == "LogSoftmax") {
    return model_text_error(model.text, layer.position,
                            found + " is part of the loss, leave it out");
  }
  const std::string likely = closest(found, known);
  const std::string last = std::exchange(known.back(), {});
  known.pop_back();
  return model_text_error(
      model.text, layer.position,
      fmt::format("unknown layer {}, {}want {} or {}", found,
                  likely.empty() ? "" : fmt::format("did you mean {}? ", likely),
                  fmt::join(known, ", "), last));
}

Sequential parse_layers(const ModelText& model, const std::vector<LayerText>& layers);

std::unique_ptr<Layer> parse_brackets(const ModelText& model, const LayerText& text) {
  const std::optional<Container::Kind> kind = container_of_name(text.name);
  if (!kind) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("found {:.40}[, want Residual[, Sum[, Concat[, Scale[ or [ alone", text.name));
  }
  std::vector<Sequential> branches;
  for (const std::vector<LayerText>& branch : text.branches) {
    branches.push_back(parse_layers(model, branch));
  }
  return Container::of(*kind, std::move(branches));
}

std::unique_ptr<Layer> parse_layer(const ModelText& model, const LayerText& layer) {
  if (layer.is_brackets()) return parse_brackets(model, layer);
  const std::vector<LayerEntry> layers = layers_of(layer.form);
  const auto entry = std::ranges::find(layers, layer.name, &LayerEntry::name);
  if (entry == layers.end()) throw unknown_layer(model, layer);
  return entry->parse(model, layer);
}

Sequential parse_layers(const ModelText& model, const std::vector<LayerText>& layers) {
  Sequential net;
  for (const LayerText& layer : layers) {
    std::unique_ptr<Layer> made;
    try {
      made = parse_layer(model, layer);
    } catch (const Error& e) {
      if (std::string_view(e.what()).starts_with("model text")) throw;
      throw model_text_error(model.text, layer.position, e.what());  // out of range: show where
    }
    net.add(std::move(made));
  }
  return net;
}

}  // namespace

Sequential Sequential::parse(std::string_view text) {
  const ModelText model = parse_model_text(text);
  return parse_layers(model, model.layers);
}

}  // namespace lenet
