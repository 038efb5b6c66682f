#include "lenet/activations.h"

#include <algorithm>

#include "base/packs.h"
#include "kernels/transpose.h"
#include "nn/container.h"
#include "nn/user_layer.h"
#include "train/forward.h"
#include "train/pack_runner.h"

namespace lenet {
namespace {

std::string text_of(const Node& node) {
  const Container* container = container_of(*node.layer);
  return container ? container->name() : lenet::text_of(*node.layer);
}

/// Where each value of the graph lies in an arena of a plan of all values.
std::vector<std::int64_t> offsets_of(const cpu::Plan& plan) {
  const std::vector<std::int64_t> memory = memory_of(plan.graph());
  std::vector<std::int64_t> offsets(memory.size(), plan.evaluation().input());
  for (std::size_t i = 0; i < plan.stages().size(); ++i) {
    const auto output = static_cast<std::size_t>(plan.stages()[i].node.output);
    offsets[output] = plan.evaluation().output(i);
  }
  for (std::size_t v = 0; v < offsets.size(); ++v) {
    offsets[v] = offsets[static_cast<std::size_t>(memory[v])];
  }
  return offsets;
}

std::vector<Activation> activations_of(const Sequential& net, const Batch& batch) {
  require_images(net, batch);
  PackForward runner(net, cpu::Plan(graph_of(net), {}, Values::kAll), 1, ArenaUse::kEvaluation);
  const Graph& graph = runner.plan().graph();
  const std::vector<std::int64_t> offsets = offsets_of(runner.plan());
  std::vector<Activation> all;
  for (const Node& node : graph.nodes) {
    const Shape& shape = graph.output_of(node);
    const std::int64_t floats = batch.size() * element_count(shape);
    all.push_back(
        {node.path, text_of(node), shape, std::vector<float>(static_cast<std::size_t>(floats))});
  }
  for (std::int64_t pack = 0; pack < packs_of(batch.size()); ++pack) {
    const PackTargets targets = runner.forward(batch, pack, 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::int64_t size = element_count(all[i].shape);
      const std::int64_t at = offsets[static_cast<std::size_t>(graph.nodes[i].output)];
      kernels::transpose(size, targets.count, {runner.arena(0) + at, kPack},
                         {all[i].values.data() + pack * kPack * size, size});
    }
  }
  return all;
}

}  // namespace

std::vector<Activation> activations(const Sequential& net, std::span<const float> values) {
  return activations_of(net, unlabelled(net, values));
}

std::vector<Activation> activations(const Sequential& net, const Dataset& data,
                                    std::span<const std::int32_t> indices) {
  return activations_of(net, Batch(data, indices));
}

Activation activation(const Sequential& net, const Dataset& data,
                      std::span<const std::int32_t> indices, std::string_view layer, int threads) {
  const Graph graph = graph_of(net);
  const Node& node = find_layer(graph, layer);
  PackRunner runner(net, cpu::Plan(part_up_to(graph, node)), threads, ArenaUse::kEvaluation);
  return {node.path, text_of(node), graph.output_of(node),
          outputs_of(runner, Batch(data, indices))};
}

std::vector<float> forward(const Sequential& net, std::span<const float> values,
                           std::string_view layer, int threads) {
  const Graph graph = graph_of(net);
  PackRunner runner(net, cpu::Plan(part_up_to(graph, find_layer(graph, layer))), threads,
                    ArenaUse::kEvaluation);
  return outputs_of(runner, unlabelled(net, values));
}

}  // namespace lenet
