#include "lenet/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lenet/error.h"
#include "train/pack_runner.h"
#include "train/sgd.h"

namespace lenet {
namespace {

/// A part of one stage's parameters: what a thread updates at a time.
struct UpdateTask {
  const Stage* stage;
  UpdatePart part;
};

/// All parts of a plan, those that sum over the batch first: they take longest.
std::vector<UpdateTask> update_tasks(const Plan& plan) {
  std::vector<UpdateTask> tasks;
  for (const bool over_batch : {true, false}) {
    for (const Stage& stage : plan.stages()) {
      if (stage.layer->gradient_over_batch() != over_batch) continue;
      for (const UpdatePart& part : stage.layer->update_parts()) tasks.push_back({&stage, part});
    }
  }
  return tasks;
}

}  // namespace

/// A batch is taken in waves, so that memory does not grow with it. In each, phase A drives the
/// packs through the network, and phase B sums their gradients parameter by parameter, in the order
/// of the packs; the last wave's phase B applies the optimizer. Every sum has one owner and one
/// order, whatever the number of threads.
struct Trainer::State {
  State(Sequential& network, const Options& options)
      : net(network),
        runner(network, options.threads),
        tasks(update_tasks(runner.plan())),
        // Enough packs a wave that the threads end it together.
        wave(std::min(packs_of(options.batch_size),
                      std::max<std::int64_t>(64, 4 * runner.team().size()))),
        slots(wave * runner.plan().slot_size()),
        panels(runner.plan().panels() * wave * kPack * kPack),
        gradient(static_cast<std::int64_t>(network.parameters().size())),
        previous(network.parameters().begin(), network.parameters().end()),
        pack_metrics(static_cast<std::size_t>(wave)) {}

  /// The gradient of the mean loss into `gradient`; then, if the loss is finite and lr is not null,
  /// the step.
  Metrics run(const Batch& batch, const float* lr) {
    require_fit(net, batch);
    const std::int64_t packs = packs_of(batch.size());
    Metrics total;
    for (std::int64_t first = 0; first < packs; first += wave) {
      const std::int64_t count = std::min(wave, packs - first);
      runner.team().run(count, [&](std::int64_t pack, int thread) {
        forward_backward(batch, first, pack, thread);
      });
      for (std::int64_t i = 0; i < count; ++i) total += pack_metrics[static_cast<std::size_t>(i)];
      const bool last = first + count == packs;
      const bool update = last && lr && std::isfinite(total.loss_sum);
      const std::int64_t images = std::min(count * kPack, batch.size() - first * kPack);
      runner.team().run(static_cast<std::int64_t>(tasks.size()), [&](std::int64_t task, int) {
        const UpdateTask& t = tasks[static_cast<std::size_t>(task)];
        sum_gradient(t, images, first > 0);
        if (update) apply_sgd(t, *lr);
      });
    }
    return total;
  }

  /// Phase A of one pack of the wave that starts at pack `first`.
  void forward_backward(const Batch& batch, std::int64_t first, std::int64_t pack, int thread) {
    const PackLabels labels = runner.forward(batch, first + pack, thread);
    kernels::Verdict verdict;
    pack_metrics[static_cast<std::size_t>(pack)] = runner.judge(labels, thread, verdict);
    float* arena = runner.arena(thread);
    kernels::cross_entropy_backward(element_count(net.output_shape()), labels.label, labels.count,
                                    1.0f / static_cast<float>(batch.size()), verdict,
                                    arena + runner.plan().output());
    runner.plan().backward(net.parameters(), runner.prepared(), arena,
                           {.slot = slots.data() + pack * runner.plan().slot_size(),
                            .panels = panels.data(),
                            .pack = pack,
                            .images = wave * kPack});
  }

  /// Phase B of one part: its gradient, added to that of the waves before if `accumulate`.
  void sum_gradient(const UpdateTask& task, std::int64_t images, bool accumulate) {
    const Stage& stage = *task.stage;
    const std::span<float> dparameters = part_of(
        std::span(gradient.data(), static_cast<std::size_t>(gradient.size())), stage.parameters);
    if (stage.layer->gradient_over_batch()) {
      const std::int64_t stride = wave * kPack * kPack;
      stage.layer->gradient_part(task.part,
                                 {.x = panels.data() + stage.x_panels * stride,
                                  .dy = panels.data() + stage.dy_panels * stride,
                                  .stride = stride,
                                  .images = images},
                                 accumulate, dparameters);
      return;
    }
    for (const ParameterRange& range : {task.part.weight, task.part.bias}) {
      sum_slots(slots.data() + stage.slot + range.first, runner.plan().slot_size(),
                packs_of(images), accumulate, part_of(dparameters, range));
    }
  }

  void apply_sgd(const UpdateTask& task, float lr) {
    const std::span<float> layer = part_of(net.parameters(), task.stage->parameters);
    const std::int64_t offset = task.stage->parameters.first;
    for (const ParameterRange& range : {task.part.weight, task.part.bias}) {
      const std::span<float> parameters = part_of(layer, range);
      const float* dparameters = gradient.data() + offset + range.first;
      std::copy(parameters.begin(), parameters.end(), previous.begin() + offset + range.first);
      sgd(lr, dparameters, parameters);
    }
    task.stage->layer->prepare(task.part, layer, runner.prepared() + task.stage->prepared);
  }

  void parameters_changed() {
    std::copy(net.parameters().begin(), net.parameters().end(), previous.begin());
    runner.prepare();
  }

  void go_back() {
    std::copy(previous.begin(), previous.end(), net.parameters().begin());
    runner.prepare();
  }

  Sequential& net;
  PackRunner runner;
  std::vector<UpdateTask> tasks;
  std::int64_t wave;  ///< packs
  AlignedFloats slots, panels, gradient;
  std::vector<float> previous;  ///< parameters before the last step, or as set from outside since
  std::vector<Metrics> pack_metrics;
};

Trainer::Trainer(Sequential& net, const Options& options) {
  if (options.batch_size < 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("batch size: {}, want 1 or more", options.batch_size));
  }
  require_trainable(net);
  state_ = std::make_unique<State>(net, options);
}

Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;

int Trainer::threads() const { return state_->runner.team().size(); }

Metrics Trainer::step(const Batch& batch, float lr) {
  const Metrics metrics = state_->run(batch, &lr);
  if (!std::isfinite(metrics.loss_sum)) state_->go_back();
  return metrics;
}

void Trainer::undo() { state_->go_back(); }

Metrics Trainer::gradient(const Batch& batch, std::span<float> gradient) {
  if (gradient.size() != state_->net.parameters().size()) {
    throw Error(ErrorKind::kUsage, fmt::format("a gradient of {} floats, want {}", gradient.size(),
                                               state_->net.parameters().size()));
  }
  const Metrics metrics = state_->run(batch, nullptr);
  std::copy_n(state_->gradient.data(), gradient.size(), gradient.begin());
  return metrics;
}

Evaluation Trainer::evaluate(const Dataset& data) { return lenet::evaluate(state_->runner, data); }

void Trainer::parameters_changed() { state_->parameters_changed(); }

}  // namespace lenet
