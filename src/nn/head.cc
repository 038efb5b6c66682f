#include "lenet/head.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/require.h"
#include "base/visit.h"
#include "lenet/error.h"
#include "lenet/layers.h"
#include "nn/container.h"
#include "nn/user_layer.h"

namespace lenet {
namespace {

/// Keeps outputs apart and in order.
bool goes_behind_a_head(const Layer& layer) {
  return std::visit([]<class Op>(const Op&) { return OneOf<Op, DropoutOp, FlattenOp, FunctionOp>; },
                    layer.operation());
}

bool is_linear(const Layer& layer) { return std::holds_alternative<LinearOp>(layer.operation()); }

const Linear& head_layer(const Sequential& net) {
  return static_cast<const Linear&>(net[head_of(net)]);
}

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
  if (i < 0 || !is_linear(net[i])) return std::nullopt;
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
  for_each_layer(net, [](const Layer& layer, const std::string& path) {
    require(!is_user_layer(layer),
            fmt::format("layer {}, {}, which no text gives again", path, own_layer_text(layer)));
  });
  for (std::int64_t i = 0; i < net.size(); ++i) {
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
