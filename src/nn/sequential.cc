#include "lenet/sequential.h"

#include <fmt/format.h>

#include "lenet/error.h"
#include "lenet/layers.h"

namespace lenet {

void Sequential::add(std::unique_ptr<Layer> layer) {
  layers_.push_back(std::move(layer));
  shapes_.clear();
}

std::string Sequential::text() const {
  std::string text;
  for (const auto& layer : layers_) {
    if (!text.empty()) text += ' ';
    text += layer->text();
  }
  return text;
}

void Sequential::build(const Shape& input, Generator& generator) {
  // 2^30 parameters are 4 GiB; 2^24 values of an image are 1 GiB a thread.
  constexpr std::int64_t kMostParameters = std::int64_t{1} << 30;
  constexpr std::int64_t kMostValues = std::int64_t{1} << 24;
  shapes_.clear();  // from here on the layers may remember other sizes
  std::int64_t values = element_count(input);
  if (values > kMostValues) {
    throw Error(ErrorKind::kUsage,
                fmt::format("input {}: too large: want at most 2^24 values", to_string(input)));
  }
  std::vector<Shape> shapes = {input};
  std::vector<ParameterRange> ranges;
  std::int64_t total = 0;
  for (const auto& layer : layers_) {
    shapes.push_back(layer->infer(shapes.back()));
    std::int64_t count = 0;
    for (const ParameterInfo& p : layer->parameters()) count += element_count(p.shape);
    values += element_count(shapes.back());
    if (values > kMostValues || count > kMostParameters - total) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: too large: output {}, {} parameters; want at most 2^24 values "
                              "an image and 2^30 parameters in all layers",
                              layer->text(), to_string(shapes.back()), count));
    }
    ranges.push_back({total, total + count});
    total += count;
  }
  parameters_.assign(static_cast<std::size_t>(total), 0.0f);
  shapes_ = std::move(shapes);
  ranges_ = std::move(ranges);
  for (const NamedParameter& p : named_parameters()) {
    generator.uniform(p.values, -p.info.bound, p.info.bound);
  }
}

void Sequential::require_built() const {
  if (built()) return;
  throw Error(ErrorKind::kUsage, "the network has no shapes yet: call build() first");
}

std::vector<NamedParameter> Sequential::named_parameters() {
  require_built();
  std::vector<NamedParameter> named;
  std::size_t first = 0;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    for (ParameterInfo& info : layers_[i]->parameters()) {
      const auto count = static_cast<std::size_t>(element_count(info.shape));
      std::string name = fmt::format("{}.{}", i, info.name);
      named.push_back(
          {std::move(name), std::move(info), std::span(parameters_).subspan(first, count)});
      first += count;
    }
  }
  return named;
}

Sequential make_lenet() {
  return Sequential(Conv2d({.out_channels = 6, .kernel = 5, .padding = 2}), Sigmoid(),
                    AvgPool2d({.kernel = 2}), Conv2d({.out_channels = 16, .kernel = 5}), Sigmoid(),
                    AvgPool2d({.kernel = 2}), Flatten(), Linear(120), Sigmoid(), Linear(84),
                    Sigmoid(), Linear(10));
}

}  // namespace lenet
