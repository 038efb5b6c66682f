#include "lenet/summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "nn/container.h"
#include "nn/graph.h"
#include "nn/user_layer.h"

namespace lenet {
namespace {

/// 1234567 as "1,234,567".
std::string grouped(std::int64_t n) {
  std::string digits = fmt::format("{}", n);
  for (std::size_t i = digits.size(); i > 3;) digits.insert(i -= 3, 1, ',');
  return digits;
}

std::string indented(const LayerSummary& layer) {
  return std::string(static_cast<std::size_t>(2 * layer.depth), ' ') + layer.text;
}

void add_layers(const Sequential& net, const std::string& path, int depth,
                std::vector<LayerSummary>& layers) {
  for (std::int64_t i = 0; i < net.size(); ++i) {
    const Container* container = container_of(net[i]);
    const ParameterRange parameters = net.parameter_range(i);
    const std::string at = fmt::format("{}{}", path, i);
    std::string text = container ? container->name() : text_of(net[i]);
    if (text.empty()) text = "Sequential";
    layers.push_back({.name = text.substr(0, text.find('(')),
                      .text = text,
                      .output = net.output_shape(i),
                      .parameters = parameters.last - parameters.first,
                      .multiply_adds = net[i].multiply_adds(),
                      .path = at,
                      .depth = depth});
    if (!container) continue;
    for_each_branch(*container, at, [&](const Sequential& branch, const std::string& within) {
      add_layers(branch, within, depth + 1, layers);
    });
  }
}

}  // namespace

std::vector<LayerSummary> summarize(const Sequential& net) {
  net.require_built();
  std::vector<LayerSummary> layers;
  add_layers(net, "", 0, layers);
  return layers;
}

Work work_of(const Sequential& net) {
  const Graph graph = graph_of(net);
  std::vector<bool> trained(graph.values.size());  // whether parameters make the value
  Work work;
  for (const Node& node : graph.nodes) {
    const bool wants_dx = std::ranges::any_of(
        node.inputs, [&](std::int64_t value) { return trained[static_cast<std::size_t>(value)]; });
    const std::int64_t products = is_join(node.op) ? 0 : node.layer->multiply_adds();
    work.forward += products;
    work.training += (wants_dx ? 3 : 2) * products;
    trained[static_cast<std::size_t>(node.output)] =
        wants_dx || node.parameters.last > node.parameters.first;
  }
  return work;
}

std::string summary_table(const Sequential& net) {
  const std::vector<LayerSummary> layers = summarize(net);
  std::size_t number = 3, width = 5;
  for (const LayerSummary& layer : layers) {
    number = std::max(number, layer.path.size());
    width = std::max(width, indented(layer).size());
  }
  const auto row = [&](const std::string& path, const std::string& text, const std::string& output,
                       const std::string& parameters, const std::string& products) {
    return fmt::format("{:>{}}  {:<{}}  {:<14}  {:>12}  {:>14}\n", path, number, text, width,
                       output, parameters, products);
  };
  const std::string rule(number + width + 49, '-');
  std::string table = row("", "layer", "output", "parameters", "multiply-adds");
  table += rule + '\n';
  table += fmt::format("{:>{}}  {:<{}}  {:<14}\n", "", number, "(input)", width,
                       to_string(net.input_shape()));
  for (const LayerSummary& layer : layers) {
    table += row(layer.path, indented(layer), to_string(layer.output), grouped(layer.parameters),
                 grouped(layer.multiply_adds));
  }
  const Work work = work_of(net);
  const auto parameters = static_cast<std::int64_t>(net.parameters().size());
  table += rule + '\n';
  table += row("", "total", "", grouped(parameters), grouped(work.forward));
  table += fmt::format("{:>{}}  one training example: {} multiply-adds; weights: {:.1f} KiB\n", "",
                       number, grouped(work.training), static_cast<double>(parameters) * 4 / 1024);
  return table;
}

std::string summary_d2l(const Sequential& net) {
  std::string lines;
  for (const LayerSummary& layer : summarize(net)) {
    if (layer.depth > 0) continue;
    lines += fmt::format("{} output shape: \t torch.Size([1, {}])\n", layer.name,
                         fmt::join(layer.output, ", "));
  }
  return lines;
}

}  // namespace lenet
