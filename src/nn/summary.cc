#include "lenet/summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

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

}  // namespace

std::vector<LayerSummary> summarize(const Sequential& net) {
  net.require_built();
  const Graph graph = graph_of(net);
  std::vector<LayerSummary> layers;
  for (const Node& node : graph.nodes) {
    const std::string text = text_of(*node.layer);
    layers.push_back({text.substr(0, text.find('(')), text, graph.output_of(node),
                      node.parameters.last - node.parameters.first, node.layer->multiply_adds()});
  }
  return layers;
}

Work work_of(const Sequential& net) {
  Work work;
  for (const LayerSummary& layer : summarize(net)) {
    const bool first = work.forward == 0;  // nobody needs the gradient by its input
    work.forward += layer.multiply_adds;
    work.training += (first ? 2 : 3) * layer.multiply_adds;
  }
  return work;
}

std::string summary_table(const Sequential& net) {
  const std::vector<LayerSummary> layers = summarize(net);
  std::size_t width = 5;
  for (const LayerSummary& layer : layers) width = std::max(width, layer.text.size());
  const std::string rule(width + 52, '-');
  std::string table = fmt::format("{:>3}  {:<{}}  {:<14}  {:>12}  {:>14}\n", "", "layer", width,
                                  "output", "parameters", "multiply-adds");
  table += rule + '\n';
  table +=
      fmt::format("{:>3}  {:<{}}  {:<14}\n", "", "(input)", width, to_string(net.input_shape()));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerSummary& layer = layers[i];
    table += fmt::format("{:>3}  {:<{}}  {:<14}  {:>12}  {:>14}\n", i, layer.text, width,
                         to_string(layer.output), grouped(layer.parameters),
                         grouped(layer.multiply_adds));
  }
  const Work work = work_of(net);
  const auto parameters = static_cast<std::int64_t>(net.parameters().size());
  table += rule + '\n';
  table += fmt::format("{:>3}  {:<{}}  {:<14}  {:>12}  {:>14}\n", "", "total", width, "",
                       grouped(parameters), grouped(work.forward));
  table += fmt::format("{:>3}  one training example: {} multiply-adds; weights: {:.1f} KiB\n", "",
                       grouped(work.training), static_cast<double>(parameters) * 4 / 1024);
  return table;
}

std::string summary_d2l(const Sequential& net) {
  std::string lines;
  for (const LayerSummary& layer : summarize(net)) {
    lines += fmt::format("{} output shape: \t torch.Size([1, {}])\n", layer.name,
                         fmt::join(layer.output, ", "));
  }
  return lines;
}

}  // namespace lenet
