#include <algorithm>
#include <numeric>
#include <variant>

#include "base/require.h"
#include "kernels/transpose.h"
#include "lenet/error.h"
#include "lenet/predictor.h"
#include "lenet/trainer.h"
#include "train/engine.h"
#include "train/forward.h"
#include "train/pack_runner.h"
#include "train/softmax.h"

namespace lenet {

Evaluation evaluate(PackRunner& runner, const Dataset& data, std::span<const std::int32_t> order,
                    std::optional<LossFunction> function) {
  const Batch batch(data, order);
  require_fit(runner.net(), batch);
  runner.pack_for_evaluation();
  const Loss loss =
      loss_of(batch, element_count(runner.net().output_shape()), {.function = function});
  Evaluation result;
  if (batch.has_classes()) result.predicted.resize(order.size());
  std::vector<Metrics> packs(static_cast<std::size_t>(packs_of(batch.size())));
  runner.team().run(packs_of(batch.size()), [&](std::int64_t pack, int thread) {
    const PackTargets targets = runner.forward(batch, pack, thread);
    const float* outputs = runner.outputs(thread);
    const PackLoss of_pack =
        std::visit([&](const auto& l) { return l.forward(targets, outputs); }, loss);
    packs[static_cast<std::size_t>(pack)] = of_pack.metrics;
    if (result.predicted.empty()) return;
    std::copy_n(of_pack.softmax.predicted, targets.count, result.predicted.data() + pack * kPack);
  });
  for (const Metrics& m : packs) result.metrics += m;
  return result;
}

Evaluation evaluate(const Sequential& net, const Dataset& data, int threads,
                    std::optional<LossFunction> loss) {
  PackRunner runner(net, threads, ArenaUse::kEvaluation);
  std::vector<std::int32_t> all(static_cast<std::size_t>(data.size()));
  std::iota(all.begin(), all.end(), 0);
  return evaluate(runner, data, all, loss);
}

double evaluate_accuracy(const Sequential& net, const Dataset& data, int threads) {
  return evaluate(net, data, threads).metrics.accuracy();
}

std::vector<float> outputs_of(PackRunner& runner, const Batch& batch) {
  require_images(runner.net(), batch);
  const Graph& graph = runner.plan().graph();
  const std::int64_t outputs = element_count(
      graph.nodes.empty() ? graph.values.front() : graph.output_of(graph.nodes.back()));
  std::vector<float> result(static_cast<std::size_t>(batch.size() * outputs));
  runner.team().run(packs_of(batch.size()), [&](std::int64_t pack, int thread) {
    const PackTargets targets = runner.forward(batch, pack, thread);
    const float* y = runner.outputs(thread);
    kernels::transpose(outputs, targets.count, {y, kPack},
                       {result.data() + pack * kPack * outputs, outputs});
  });
  return result;
}

Batch unlabelled(const Sequential& net, std::span<const float> values) {
  net.require_built();
  return {values, std::ssize(values) / element_count(net.input_shape())};
}

std::vector<float> forward(const Sequential& net, std::span<const float> values, int threads) {
  PackRunner runner(net, threads, ArenaUse::kEvaluation);
  return outputs_of(runner, unlabelled(net, values));
}

std::vector<float> forward(const Sequential& net, const Dataset& data, int threads) {
  PackRunner runner(net, threads, ArenaUse::kEvaluation);
  std::vector<std::int32_t> all(static_cast<std::size_t>(data.size()));
  std::iota(all.begin(), all.end(), 0);
  return outputs_of(runner, Batch(data, all));
}

std::vector<float> forward(const Sequential& net, std::span<const float> values,
                           const Device& device) {
  switch (device.kind) {
    case Device::Kind::kCpu:
      return forward(net, values);
    case Device::Kind::kCuda:
      return cuda_outputs(net, unlabelled(net, values), device.index);
  }
  unknown("device");
}

Evaluation evaluate(const Sequential& net, const Dataset& data, const Device& device,
                    std::optional<LossFunction> loss) {
  switch (device.kind) {
    case Device::Kind::kCpu:
      return evaluate(net, data, 0, loss);
    case Device::Kind::kCuda:
      return cuda_evaluate(net, data, device.index, loss);
  }
  unknown("device");
}

std::vector<float> probabilities(const Sequential& net, const Dataset& images, int threads) {
  std::vector<float> result = forward(net, images, threads);
  const auto width = static_cast<std::size_t>(element_count(net.output_shape()));
  for (std::size_t i = 0; i < result.size(); i += width) {
    softmax(std::span(result).subspan(i, width));
  }
  return result;
}

}  // namespace lenet
