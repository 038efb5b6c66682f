#include "train/parameter_pass.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "base/require.h"
#include "lenet/error.h"

namespace lenet {

ParameterPass::ParameterPass(PackRunner& runner, Sequential& net,
                             const cpu::BatchGradients& gradients, const Trainer::Options& options,
                             const Frozen& frozen)
    : runner_(runner),
      net_(net),
      gradients_(gradients),
      options_(options),
      tasks_(tasks_of(runner.plan(), frozen)),
      trained_buffers_(trained_parts({0, std::ssize(net.buffers())}, frozen.buffers)),
      gradient_(static_cast<std::int64_t>(net.parameters().size())),
      squares_(tasks_.size()),
      finite_(tasks_.size(), 1),
      state_(initial_state(net, options)),
      muon_(net, options.optimizer, frozen, runner.team().size()),
      begin_buffers_(net.buffers().begin(), net.buffers().end()),
      previous_(snapshot_of(net, state_)) {}

ParameterPass::Task ParameterPass::task_of(const cpu::PlannedStage& stage,
                                           const cpu::UpdatePart& part, const Frozen& frozen) {
  Task task{&stage, part, {}, {}};
  const std::int64_t first = stage.node.parameters.first;
  for (const ParameterRange& range : {part.weight, part.bias}) {
    const ParameterRange all{first + range.first, first + range.last};
    const std::vector<ParameterRange> trained = trained_parts(all, frozen.parameters);
    const std::vector<ParameterRange> rest = trained_parts(all, trained);
    task.trained.insert(task.trained.end(), trained.begin(), trained.end());
    task.frozen.insert(task.frozen.end(), rest.begin(), rest.end());
  }
  return task;
}

/// All parts of a plan with something to train, those that sum over the batch first: they take
/// longest.
std::vector<ParameterPass::Task> ParameterPass::tasks_of(const cpu::Plan& plan,
                                                         const Frozen& frozen) {
  std::vector<Task> tasks;
  for (const bool over_batch : {true, false}) {
    for (const cpu::PlannedStage& stage : plan.stages()) {
      if (stage.traits().gradient_over_batch != over_batch) continue;
      for (const cpu::UpdatePart& part : stage.traits().parts) {
        Task task = task_of(stage, part, frozen);
        if (!task.trained.empty()) tasks.push_back(std::move(task));
      }
    }
  }
  return tasks;
}

void ParameterPass::begin() { std::ranges::copy(net_.buffers(), begin_buffers_.begin()); }

void ParameterPass::end_without_step() {
  std::ranges::copy(begin_buffers_, net_.buffers().begin());
}

/// A limit on the gradient's norm, or matrices that are made orthogonal, put a barrier between the
/// gradient and the optimizer.
void ParameterPass::run(std::int64_t images, bool accumulate, const double* lr) {
  OptimizerStep step{&options_.optimizer, lr ? *lr : 0, state_.steps + 1};
  const bool at_once = lr && options_.clip_norm == 0 && muon_.matrices().empty();
  for_each_task([&](const Task& task, std::size_t i) {
    sum_gradient(task, images, accumulate);
    finite_[i] = !lr || finite(task);
    if (at_once)
      update(task, step);
    else if (lr && options_.clip_norm > 0)
      squares_[i] = squared_norm(task);
  });
  if (!lr) return;
  if (!at_once) {
    if (!all_finite()) return end_without_step();
    if (options_.clip_norm > 0) step.gradient_scale = clip_scale();
    prepare_matrices(step);
    for_each_task([&](const Task& task, std::size_t) { update(task, step); });
  }
  end_step();
  if (!all_finite()) go_back();
}

/// What torch.nn.utils.clip_grad_norm_ multiplies by.
float ParameterPass::clip_scale() const {
  const double norm = std::sqrt(std::accumulate(squares_.begin(), squares_.end(), 0.0));
  return static_cast<float>(std::min(1.0, options_.clip_norm / (norm + 1e-6)));
}

/// Moves what Muon keeps of whole matrices; the values step with their part.
void ParameterPass::prepare_matrices(const OptimizerStep& step) {
  const auto matrices = muon_.matrices();
  runner_.team().run(std::ssize(matrices), [&](std::int64_t i, int thread) {
    const Muon::Matrix& matrix = matrices[static_cast<std::size_t>(i)];
    const auto first = static_cast<std::size_t>(matrix.range.first);
    const std::span<float> parameters = part_of(net_.parameters(), matrix.range);
    copy_part(state_, parameters, first, previous_);
    muon_.prepare(matrix, step, gradient_.data() + first, state_.first.data() + first, thread);
  });
}

void ParameterPass::end_step() {
  std::ranges::copy(begin_buffers_, previous_.buffers.begin());
  if (options_.ema_decay > 0) {
    std::ranges::copy(state_.average_buffers, previous_.average_buffers.begin());
    for (const ParameterRange& range : trained_buffers_) {
      move_average(part_of(net_.buffers(), range), state_.average_buffers.data() + range.first);
    }
  }
  previous_.steps = state_.steps++;
}

std::optional<std::int64_t> ParameterPass::bad_layer() const {
  std::optional<std::int64_t> bad;
  for (std::size_t k = 0; k < tasks_.size(); ++k) {
    if (!finite_[k]) bad = std::max(bad.value_or(0), tasks_[k].stage->node.index);
  }
  return bad;
}

template <class F>
void ParameterPass::for_each_task(F f) {
  runner_.team().run(static_cast<std::int64_t>(tasks_.size()), [&](std::int64_t task, int) {
    const auto i = static_cast<std::size_t>(task);
    f(tasks_[i], i);
  });
}

/// The gradient of one part, added to that of the micro-batches before if `accumulate`; 0 where
/// frozen.
void ParameterPass::sum_gradient(const Task& task, std::int64_t images, bool accumulate) {
  const std::span<float> gradient(gradient_.data(), static_cast<std::size_t>(gradient_.size()));
  gradients_.sum(*task.stage, task.part, task.trained, images, accumulate, gradient);
  for (const ParameterRange& range : task.frozen) std::ranges::fill(gradient_of(range), 0.0f);
}

/// Calls f with the gradients of what trains of the part's weights, then of its biases.
template <class F>
void ParameterPass::for_each_range(const Task& task, F f) const {
  for (const ParameterRange& range : task.trained) f(gradient_of(range));
}

/// Infinities and NaNs have an exponent of all ones.
bool ParameterPass::finite(const Task& task) const {
  constexpr std::uint32_t kExponent = 0x7f800000;
  std::uint32_t bad = 0;
  for_each_range(task, [&](std::span<const float> gradient) {
    for (const float g : gradient)
      bad |= (std::bit_cast<std::uint32_t>(g) & kExponent) == kExponent;
  });
  return bad == 0;
}

double ParameterPass::squared_norm(const Task& task) const {
  double sum = 0;
  for_each_range(task, [&](std::span<const float> gradient) {
    for (const float g : gradient) sum += static_cast<double>(g) * static_cast<double>(g);
  });
  return sum;
}

/// The optimizer's step on one part, which is then packed for the next forward pass.
void ParameterPass::update(const Task& task, const OptimizerStep& step) {
  const std::span<float> layer = part_of(net_.parameters(), task.stage->node.parameters);
  for (const ParameterRange& range : task.trained) {
    const auto first = static_cast<std::size_t>(range.first);
    const std::span<float> parameters = part_of(net_.parameters(), range);
    if (const Muon::Matrix* matrix = muon_.find(range)) {
      muon_.step(*matrix, range, step, parameters);
    } else {
      copy_part(state_, parameters, first, previous_);
      optimizer_step(step, {parameters, gradient_.data() + first, from_element(state_.first, first),
                            from_element(state_.second, first)});
    }
    if (!state_.average.empty()) move_average(parameters, state_.average.data() + first);
  }
  task.stage->cpu->pack_weights(task.part, layer, runner_.packed() + task.stage->packed);
}

/// average += part * (value - average).
void ParameterPass::move_average(std::span<const float> now, float* average) const {
  const float part = average_part(options_.ema_decay, state_.steps);
  for (std::size_t i = 0; i < now.size(); ++i) average[i] += part * (now[i] - average[i]);
}

void ParameterPass::parameters_changed() {
  Trainer::Snapshot now = snapshot();
  take_changed(net_, now);
  restore(now);
}

void ParameterPass::go_back() { restore(Trainer::Snapshot(previous_)); }

Trainer::Snapshot ParameterPass::snapshot() const { return snapshot_of(net_, state_); }

void ParameterPass::restore(const Trainer::Snapshot& from) {
  std::ranges::copy(from.parameters, net_.parameters().begin());
  std::ranges::copy(from.buffers, net_.buffers().begin());
  state_ = state_of(from);
  previous_ = from;
  runner_.pack();
}

void ParameterPass::swap_averages() {
  std::ranges::swap_ranges(net_.parameters(), state_.average);
  std::ranges::swap_ranges(net_.buffers(), state_.average_buffers);
  runner_.pack();
}

}  // namespace lenet
