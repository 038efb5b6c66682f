// Training on the CPU's threads.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lenet/error.h"
#include "train/batch_pass.h"
#include "train/engine.h"
#include "train/pack_runner.h"
#include "train/parameter_pass.h"

namespace lenet {
namespace {

/// Packs of the largest micro-batch: enough that the threads end it together.
std::int64_t micro_batch_packs(const PackRunner& runner, std::int64_t batch_size) {
  const std::int64_t packs = packs_of(batch_size);
  if (runner.plan().segments().size() > 1) return packs;
  return std::min(packs, std::max(std::int64_t{64}, std::int64_t{4} * runner.team().size()));
}

/// A batch is taken in micro-batches, so that memory does not grow with it. In each, phase A drives
/// the packs through the network, and phase B sums their gradients; the last micro-batch's phase B
/// applies the optimizer.
class CpuEngine final : public Engine {
 public:
  CpuEngine(Sequential& net, const Trainer::Options& options)
      : net_(net),
        options_(options),
        frozen_(frozen_of(net, options.freeze)),
        runner_(net, options.threads, ArenaUse::kTraining, frozen_),
        pass_(runner_, net, loss_options_of(options_),
              micro_batch_packs(runner_, options.batch_size)),
        parameters_(runner_, net, pass_.gradients(), options_, frozen_) {}

  int threads() const override { return runner_.team().size(); }
  std::int64_t steps_at_once() const override { return 1; }
  StepsDone steps(std::span<const Batch> batches, std::span<const double> lrs,
                  std::span<Metrics> metrics) override;
  void undo() override { parameters_.go_back(); }
  Trainer::Snapshot snapshot() const override { return parameters_.snapshot(); }
  void restore(const Trainer::Snapshot& snapshot) override { parameters_.restore(snapshot); }
  void swap_averages() override { parameters_.swap_averages(); }
  Metrics gradient(const Batch& batch, std::span<float> gradient) override;
  Evaluation evaluate(const Dataset& data, std::span<const std::int32_t> order) override {
    return lenet::evaluate(runner_, data, order, options_.loss);
  }
  void parameters_changed() override { parameters_.parameters_changed(); }

 private:
  Metrics run(const Batch& batch, const double* lr);

  Sequential& net_;
  Trainer::Options options_;
  Frozen frozen_;
  PackRunner runner_;
  BatchPass pass_;
  ParameterPass parameters_;
};

StepsDone CpuEngine::steps(std::span<const Batch> batches, std::span<const double> lrs,
                           std::span<Metrics> metrics) {
  StepsDone done;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    metrics[i] = run(batches[i], &lrs[i]);
    ++done.steps;
    done.bad_loss = !std::isfinite(metrics[i].loss_sum);
    if (!done.bad_loss) done.bad_layer = parameters_.bad_layer();
    if (done.bad_loss || done.bad_layer) break;
  }
  return done;
}

Metrics CpuEngine::gradient(const Batch& batch, std::span<float> gradient) {
  const Metrics metrics = run(batch, nullptr);
  std::ranges::copy(parameters_.gradient(), gradient.begin());
  return metrics;
}

/// The gradient of the mean loss; then, if the loss is finite and lr is not null, the step.
Metrics CpuEngine::run(const Batch& batch, const double* lr) {
  require_fit(net_, batch);
  require_normalizable(runner_.plan().graph(), frozen_, batch.size(), options_.batch_size);
  const std::int64_t packs = packs_of(batch.size());
  runner_.pack_for_step();
  parameters_.begin();
  Metrics total;
  for (std::int64_t first = 0; first < packs; first += pass_.gradients().packs()) {
    const MicroBatch micro_batch{first, std::min(pass_.gradients().packs(), packs - first)};
    pass_.run(batch, micro_batch, {.seed = options_.seed, .step = parameters_.steps()}, total);
    const bool update = first + micro_batch.count == packs && lr && std::isfinite(total.loss_sum);
    const std::int64_t images = std::min(micro_batch.count * kPack, batch.size() - first * kPack);
    parameters_.run(images, first > 0, update ? lr : nullptr);
  }
  if (!lr) parameters_.end_without_step();
  return total;
}

}  // namespace

std::unique_ptr<Engine> make_cpu_engine(Sequential& net, const Trainer::Options& options) {
  return std::make_unique<CpuEngine>(net, options);
}

}  // namespace lenet
