#include "lenet/head.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/require.h"
#include "lenet/error.h"
#include "nn/layer_kind.h"

namespace lenet {
namespace {

/// Keeps outputs apart and in order.
bool goes_behind_a_head(const Layer& layer) {
  switch (kind_of(layer)) {
    case LayerKind::kDropout:
    case LayerKind::kFlatten:
    case LayerKind::kSigmoid:
    case LayerKind::kReLU:
    case LayerKind::kTanh:
    case LayerKind::kLeakyReLU:
    case LayerKind::kSiLU:
    case LayerKind::kScaledTanh:
      return true;
    case LayerKind::kConv2d:
    case LayerKind::kLeNet5C3:
    case LayerKind::kLinear:
    case LayerKind::kAvgPool2d:
    case LayerKind::kMaxPool2d:
    case LayerKind::kAdaptiveAvgPool2d:
    case LayerKind::kBatchNorm1d:
    case LayerKind::kBatchNorm2d:
    case LayerKind::kAffine2d:
    case LayerKind::kUser:
      return false;
  }
  unknown("layer");
}

const Linear& head_layer(const Sequential& net) { return as<Linear>(net[head_of(net)]); }

/// The rows of a tensor of the head in this order.
void reorder_rows(std::span<float> values, std::span<const Label> order) {
  const std::size_t columns = values.size() / order.size();
  const std::vector<float> before(values.begin(), values.end());
  for (std::size_t k = 0; k < order.size(); ++k) {
    std::copy_n(before.data() + order[k] * columns, columns, values.data() + k * columns);
  }
}

}  // namespace

std::optional<std::int64_t> find_head(const Sequential& net) {
  std::int64_t i = net.size() - 1;
  while (i >= 0 && goes_behind_a_head(net[i])) --i;
  if (i < 0 || kind_of(net[i]) != LayerKind::kLinear) return std::nullopt;
  return i;
}

std::int64_t head_of(const Sequential& net) {
  if (const std::optional<std::int64_t> head = find_head(net)) return *head;
  throw Error(ErrorKind::kUsage,
              fmt::format("the network has no Linear as its last layer with parameters, whose "
                          "outputs are the classes: {}",
                          net.text()));
}

std::vector<std::string> head_parameters(const Sequential& net) {
  const std::int64_t head = head_of(net);
  std::vector<std::string> names;
  for (const ParameterInfo& p : net[head].parameters()) {
    names.push_back(fmt::format("{}.{}", head, p.name));
  }
  return names;
}

Sequential with_new_head(const Sequential& net, std::int64_t classes) {
  const std::int64_t head = head_of(net);
  const Linear::Options options{.out_features = classes, .bias = head_layer(net).options().bias};
  std::vector<std::string> layers;
  for (std::int64_t i = 0; i < net.size(); ++i) {
    require(kind_of(net[i]) != LayerKind::kUser,
            fmt::format("layer {}, {}, which no text gives again", i, own_layer_text(net[i])));
    layers.push_back(i == head ? Linear(options).text() : net[i].text());
  }
  return Sequential::parse(fmt::format("{}", fmt::join(layers, " ")));
}

void reorder_outputs(Sequential& net, std::span<const Label> order) {
  net.require_built();
  std::vector<Label> sorted(order.begin(), order.end());
  std::ranges::sort(sorted);
  bool each_once = std::ssize(order) == head_layer(net).options().out_features;
  for (std::size_t k = 0; k < sorted.size(); ++k) each_once = each_once && sorted[k] == k;
  require(each_once, fmt::format("an order of {} outputs, want each of the network's {} once",
                                 order.size(), head_layer(net).options().out_features));
  const std::vector<std::string> names = head_parameters(net);
  for (const NamedParameter& p : net.named_parameters()) {
    if (std::ranges::find(names, p.name) != names.end()) reorder_rows(p.values, order);
  }
}

}  // namespace lenet
