#include "lenet/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/require.h"
#include "lenet/error.h"
#include "nn/batch_norm.h"
#include "train/batch_pass.h"
#include "train/optimizer.h"
#include "train/pack_runner.h"
#include "train/trained_values.h"

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
  State(Sequential& network, const Options& o)
      : net(network),
        options(o),
        runner(network, o.threads),
        tasks(update_tasks(runner.plan())),
        pass(runner, network, wave_packs(runner, o.batch_size)),
        gradient(static_cast<std::int64_t>(network.parameters().size())),
        squares(tasks.size()),
        values(initial_values(network, o)),
        previous(values) {}

  /// Packs of the largest wave: enough that the threads end it together.
  static std::int64_t wave_packs(PackRunner& runner, std::int64_t batch_size) {
    const std::int64_t packs = packs_of(batch_size);
    if (runner.plan().segments().size() > 1) return packs;
    return std::min(packs, std::max<std::int64_t>(64, 4 * runner.team().size()));
  }

  /// Throws Error (kUsage) unless every normalisation over the batch can take this one.
  void require_normalizable(const Batch& batch) const {
    for (const Stage& stage : runner.plan().stages()) {
      if (stage.norm) BatchNormPasses(*stage.norm).require_values(batch.size());
    }
    if (pass.whole_batch() && batch.size() > options.batch_size) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("a batch of {} images, but the trainer was made for {} and the "
                              "network normalises over the batch",
                              batch.size(), options.batch_size));
    }
  }

  /// The gradient of the mean loss into `gradient`; then, if the loss is finite and lr is not null,
  /// the step.
  Metrics run(const Batch& batch, const double* lr) {
    require_fit(net, batch);
    require_normalizable(batch);
    const std::int64_t packs = packs_of(batch.size());
    std::ranges::copy(net.buffers(), values.buffers.begin());  // the passes move them
    Metrics total;
    for (std::int64_t first = 0; first < packs; first += pass.packs()) {
      const Wave wave{first, std::min(pass.packs(), packs - first)};
      total += pass.run(batch, wave,
                        {.label_smoothing = static_cast<float>(options.label_smoothing),
                         .seed = options.seed,
                         .step = values.steps});
      const bool update = first + wave.count == packs && lr && std::isfinite(total.loss_sum);
      const std::int64_t images = std::min(wave.count * kPack, batch.size() - first * kPack);
      finish(images, first > 0, update ? lr : nullptr);
    }
    if (!lr) std::ranges::copy(values.buffers, net.buffers().begin());
    return total;
  }

  /// Phase B: gradients of a wave, and the optimizer's step if lr is not null. A limit on the
  /// gradient's norm puts a barrier between the two.
  void finish(std::int64_t images, bool accumulate, const double* lr) {
    OptimizerStep step{&options.optimizer, lr ? *lr : 0, values.steps + 1};
    const bool at_once = lr && options.clip_norm == 0;
    for_each_task([&](const UpdateTask& t, std::size_t i) {
      sum_gradient(t, images, accumulate);
      if (at_once)
        update(t, step);
      else if (lr)
        squares[i] = squared_norm(t);
    });
    if (!lr) return;
    if (!at_once) {
      const double norm = std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0));
      step.gradient_scale = static_cast<float>(std::min(1.0, options.clip_norm / (norm + 1e-6)));
      for_each_task([&](const UpdateTask& t, std::size_t) { update(t, step); });
    }
    std::ranges::copy(values.buffers, previous.buffers.begin());
    if (options.ema_decay > 0) {
      std::ranges::copy(values.average_buffers, previous.average_buffers.begin());
      move_average(net.buffers(), values.average_buffers.data());
    }
    previous.steps = values.steps++;
  }

  template <class F>
  void for_each_task(F f) {
    runner.team().run(static_cast<std::int64_t>(tasks.size()), [&](std::int64_t task, int) {
      const auto i = static_cast<std::size_t>(task);
      f(tasks[i], i);
    });
  }

  /// The gradient of one part, added to that of the waves before if `accumulate`.
  void sum_gradient(const UpdateTask& task, std::int64_t images, bool accumulate) {
    const Stage& stage = *task.stage;
    const std::span<float> dparameters = part_of(
        std::span(gradient.data(), static_cast<std::size_t>(gradient.size())), stage.parameters);
    if (stage.layer->gradient_over_batch()) {
      const std::int64_t stride = pass.packs() * kPack * kPack;
      stage.layer->gradient_part(task.part,
                                 {.x = pass.panels() + stage.x_panels * stride,
                                  .dy = pass.panels() + stage.dy_panels * stride,
                                  .stride = stride,
                                  .images = images},
                                 accumulate, dparameters);
      return;
    }
    for (const ParameterRange& range : {task.part.weight, task.part.bias}) {
      sum_slots(pass.slots() + stage.slot + range.first, runner.plan().slot_size(),
                packs_of(images), accumulate, part_of(dparameters, range));
    }
  }

  double squared_norm(const UpdateTask& task) const {
    double sum = 0;
    for (const ParameterRange& range : {task.part.weight, task.part.bias}) {
      const float* from = gradient.data() + task.stage->parameters.first;
      for (std::int64_t i = range.first; i < range.last; ++i) {
        sum += static_cast<double>(from[i]) * static_cast<double>(from[i]);
      }
    }
    return sum;
  }

  /// The optimizer's step on one part, which is then laid out for the next forward pass.
  void update(const UpdateTask& task, const OptimizerStep& step) {
    const std::span<float> layer = part_of(net.parameters(), task.stage->parameters);
    for (const ParameterRange& range : {task.part.weight, task.part.bias}) {
      const auto first = static_cast<std::size_t>(task.stage->parameters.first + range.first);
      const std::span<float> parameters = part_of(layer, range);
      copy_part(values, parameters, first, previous);
      optimizer_step(step, {parameters, gradient.data() + first, from_element(values.first, first),
                            from_element(values.second, first)});
      if (!values.average.empty()) move_average(parameters, values.average.data() + first);
    }
    task.stage->layer->prepare(task.part, layer, runner.prepared() + task.stage->prepared);
  }

  /// average += part * (value - average), faster at first, when the average knows little.
  void move_average(std::span<const float> now, float* average) const {
    const double t = static_cast<double>(values.steps);
    const auto part = static_cast<float>(std::max(1 - options.ema_decay, 9 / (10 + t)));
    for (std::size_t i = 0; i < now.size(); ++i) average[i] += part * (now[i] - average[i]);
  }

  void parameters_changed() {
    previous = values;
    std::ranges::copy(net.parameters(), previous.parameters.begin());
    std::ranges::copy(net.buffers(), previous.buffers.begin());
    runner.prepare();
  }

  void go_back() {
    std::ranges::copy(previous.parameters, net.parameters().begin());
    std::ranges::copy(previous.buffers, net.buffers().begin());
    values = previous;
    runner.prepare();
  }

  Snapshot snapshot() const {
    Snapshot now = values;
    std::ranges::copy(net.parameters(), now.parameters.begin());
    std::ranges::copy(net.buffers(), now.buffers.begin());
    return now;
  }

  void restore(const Snapshot& from) {
    require(alike(from, values) && from.steps >= 0,
            "the snapshot is of a trainer with another network, optimizer or averages");
    std::ranges::copy(from.parameters, net.parameters().begin());
    std::ranges::copy(from.buffers, net.buffers().begin());
    values = from;
    parameters_changed();
  }

  void swap_averages() {
    if (values.average.empty())
      throw Error(ErrorKind::kUsage, "no averages are kept: ema_decay is 0");
    std::ranges::swap_ranges(net.parameters(), values.average);
    std::ranges::swap_ranges(net.buffers(), values.average_buffers);
    runner.prepare();
  }

  Sequential& net;
  Options options;
  PackRunner runner;
  std::vector<UpdateTask> tasks;
  BatchPass pass;
  AlignedFloats gradient;
  std::vector<double> squares;  ///< of the gradient, by task
  TrainedValues values;         ///< what goes with the parameters now
  TrainedValues previous;       ///< as it was before the last step, or as set from outside since
};

void Trainer::Options::check() const {
  const auto share = [](double value) { return value >= 0 && value < 1; };
  require(batch_size >= 1, fmt::format("batch size: {}, want 1 or more", batch_size));
  checked_threads(threads);
  lenet::check(optimizer);
  require(share(label_smoothing),
          fmt::format("label smoothing: {}, want 0 or more, below 1", label_smoothing));
  require(share(ema_decay),
          fmt::format("decay of the averages: {}, want 0 or more, below 1", ema_decay));
  require(clip_norm >= 0 && std::isfinite(clip_norm),
          fmt::format("largest gradient norm: {}, want 0 or more", clip_norm));
}

Trainer::Trainer(Sequential& net, const Options& options) {
  options.check();
  require_trainable(net);
  state_ = std::make_unique<State>(net, options);
}

Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;

int Trainer::threads() const { return state_->runner.team().size(); }

Metrics Trainer::step(const Batch& batch, double lr) {
  const Metrics metrics = state_->run(batch, &lr);
  if (!std::isfinite(metrics.loss_sum)) state_->go_back();
  return metrics;
}

void Trainer::swap_averages() { state_->swap_averages(); }

Trainer::Snapshot Trainer::snapshot() const { return state_->snapshot(); }

void Trainer::restore(const Snapshot& snapshot) { state_->restore(snapshot); }

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

Evaluation Trainer::evaluate(const Dataset& data, std::span<const std::int32_t> indices) {
  return lenet::evaluate(state_->runner, data, indices);
}

void Trainer::parameters_changed() { state_->parameters_changed(); }

}  // namespace lenet
