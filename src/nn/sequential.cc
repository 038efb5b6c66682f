#include "lenet/sequential.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernels/self_check.h"
#include "lenet/error.h"
#include "nn/container.h"
#include "nn/limits.h"
#include "nn/user_layer.h"

namespace lenet {
namespace {

/// layer.infer(), of a layer whose text alone does not say which one it is.
Shape infer_within(Layer& layer, const Shape& input, const std::string& path) {
  try {
    return layer.infer(input);
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("layer {}, {}", path, e.what()));
  }
}

}  // namespace

void Sequential::add(std::unique_ptr<Layer> layer) {
  layers_.push_back(std::move(layer));
  shapes_.clear();
}

std::string Sequential::text() const {
  std::string text;
  for (const auto& layer : layers_) {
    if (!text.empty()) text += ' ';
    text += text_of(*layer);
  }
  return text;
}

void Sequential::add_group(Sequential&& layers) {
  std::vector<Sequential> branch;
  branch.push_back(std::move(layers));
  add(Container::of(Container::Kind::kGroup, std::move(branch)));
}

void Sequential::add_container(Container&& container) {
  add(std::unique_ptr<Layer>(new Container(std::move(container))));
}

void Sequential::build(const Shape& input, Generator& generator) {
  kernels::self_check();
  shapes_.clear();
  Totals totals{.values = element_count(input)};
  if (totals.values > kMostImageValues) {
    throw Error(ErrorKind::kUsage,
                fmt::format("input {}: too large: want at most 2^26 values", to_string(input)));
  }
  infer(input, "", totals);
  parameters_.assign(static_cast<std::size_t>(totals.parameters), 0.0f);
  buffers_.assign(static_cast<std::size_t>(totals.buffers), 0.0f);
  normalization_ = {};
  for (const NamedParameter& p : named_parameters()) {
    if (p.info.bound > 0) {
      generator.uniform(p.values, -p.info.bound, p.info.bound);
    } else {
      std::ranges::fill(p.values, p.info.initial);
    }
  }
  constrain();
  for (const NamedParameter& b : named_buffers()) std::ranges::fill(b.values, b.info.initial);
}

void Sequential::infer(const Shape& input, const std::string& path, Totals& totals) {
  shapes_.clear();  // from here on the layers may remember other sizes
  std::vector<Shape> shapes = {input};
  std::vector<ParameterRange> ranges, buffer_ranges;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Totals before = totals;
    const std::string at = fmt::format("{}{}", path, i);
    shapes.push_back(infer_layer(*layers_[i], shapes.back(), at, totals));
    ranges.push_back({before.parameters, totals.parameters});
    buffer_ranges.push_back({before.buffers, totals.buffers});
  }
  shapes_ = std::move(shapes);
  ranges_ = std::move(ranges);
  buffer_ranges_ = std::move(buffer_ranges);
}

Shape Sequential::infer_layer(Layer& layer, const Shape& input, const std::string& path,
                              Totals& totals) {
  if (Container* container = container_of(layer)) return container->infer(input, path, totals);
  const Shape output = totals.depth == 0 ? layer.infer(input) : infer_within(layer, input, path);
  totals.values += element_count(output);
  const std::int64_t count = total_size(layer.parameters());
  if (totals.values > kMostImageValues || count > kMostParameters - totals.parameters) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: too large: output {}, {} parameters; want at most 2^26 values "
                            "an image and 2^30 parameters in all layers",
                            layer.text(), to_string(output), count));
  }
  totals.parameters += count;
  totals.buffers += total_size(layer.buffers());
  return output;
}

void Sequential::require_built() const {
  if (built()) return;
  throw Error(ErrorKind::kUsage, "the network has no shapes yet: call build() first");
}

std::vector<NamedParameter> Sequential::named_parameters() & {
  require_built();
  return named(parameters_, [](const Layer& layer) { return layer.parameters(); });
}

void Sequential::constrain() {
  for (std::int64_t i = 0; i < size(); ++i) {
    const ParameterRange range = parameter_range(i);
    layers_[static_cast<std::size_t>(i)]->constrain(parameters().subspan(
        static_cast<std::size_t>(range.first), static_cast<std::size_t>(range.last - range.first)));
  }
}

std::vector<NamedParameter> Sequential::named_buffers() & {
  require_built();
  return named(buffers_, [](const Layer& layer) { return layer.buffers(); });
}

/// The tensors that `of` gives for each layer, one after the other in `values`.
template <class F>
std::vector<NamedParameter> Sequential::named(std::span<float> values, F of) const {
  std::vector<NamedParameter> named;
  std::size_t first = 0;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    for (ParameterInfo& info : of(*layers_[i])) {
      const auto count = static_cast<std::size_t>(element_count(info.shape));
      std::string name = fmt::format("{}.{}", i, info.name);
      named.push_back({std::move(name), std::move(info), values.subspan(first, count)});
      first += count;
    }
  }
  return named;
}

void Sequential::set_normalization(Normalization n) {
  require_built();
  const auto channels = static_cast<std::size_t>(input_shape().front());
  const bool none = n.mean.empty() && n.deviation.empty();
  const auto finite = [](float v) { return std::isfinite(v); };
  const auto positive = [](float v) { return std::isfinite(v) && v > 0; };
  if (!none &&
      (n.mean.size() != channels || n.deviation.size() != channels ||
       !std::ranges::all_of(n.mean, finite) || !std::ranges::all_of(n.deviation, positive))) {
    throw Error(ErrorKind::kUsage,
                fmt::format("normalization: {} means and {} deviations, want one finite mean and "
                            "one deviation above 0 for each of {} channels",
                            n.mean.size(), n.deviation.size(), channels));
  }
  normalization_ = std::move(n);
}

}  // namespace lenet
