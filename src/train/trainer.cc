#include "lenet/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "base/require.h"
#include "lenet/error.h"
#include "nn/graph.h"
#include "train/engine.h"
#include "train/pack_runner.h"
#include "train/training_state.h"

namespace lenet {
namespace {

/// The largest weight and where it is; one that is not finite counts as the largest.
std::string largest_weight(const Sequential& net) {
  const std::span<const float> all = net.parameters();
  const auto size = [](float w) { return std::isnan(w) ? HUGE_VALF : std::abs(w); };
  const auto at = std::ranges::max_element(all, {}, size) - all.begin();
  const Graph graph = graph_of(net);
  const auto node = std::ranges::find_if(graph.nodes, [&](const Node& n) {
    return n.parameters.first <= at && at < n.parameters.last;
  });
  return fmt::format("its largest weight, {:.3g}, is in {}", all[static_cast<std::size_t>(at)],
                     name_of(*node));
}

const Trainer::Options& checked(const Trainer::Options& options) {
  options.check();
  return options;
}

std::unique_ptr<Engine> make_engine(Sequential& net, const Trainer::Options& options) {
  switch (options.device.kind) {
    case Device::Kind::kCpu:
      return make_cpu_engine(net, options);
    case Device::Kind::kCuda:
      return make_cuda_engine(net, options);
  }
  unknown("device");
}

}  // namespace

struct Trainer::State {
  Sequential& net;
  Options options;
  std::unique_ptr<Engine> engine;
  std::string failure = {};
};

void Trainer::Options::check() const {
  const auto share = [](double value) { return value >= 0 && value < 1; };
  require(batch_size >= 1, fmt::format("batch size: {}, want 1 or more", batch_size));
  checked_threads(threads);
  lenet::check(optimizer);
  require(share(label_smoothing),
          fmt::format("label smoothing: {}, want 0 or more, below 1", label_smoothing));
  for (const float weight : class_weights) {
    require(weight >= 0 && std::isfinite(weight),
            fmt::format("class weights: {}, want numbers from 0 on", weight));
  }
  const auto& [teacher, temperature, weight] = distillation;
  require(!teacher || (temperature > 0 && std::isfinite(temperature)),
          fmt::format("temperature of a teacher: {}, want a number above 0", temperature));
  require(!teacher || (weight >= 0 && weight <= 1),
          fmt::format("weight of a teacher: {}, want 0 to 1", weight));
  require(share(ema_decay),
          fmt::format("decay of the averages: {}, want 0 or more, below 1", ema_decay));
  require(clip_norm >= 0 && std::isfinite(clip_norm),
          fmt::format("largest gradient norm: {}, want 0 or more", clip_norm));
}

Trainer::Trainer(Sequential& net, const Options& options)
    : Trainer(net, checked(options), Checked()) {}

namespace {

/// Throws Error (kUsage) for a teacher of other images or classes, or on a card.
void require_teacher(const Sequential& net, const Trainer::Options& options) {
  const Sequential* teacher = options.distillation.teacher;
  if (!teacher) return;
  teacher->require_built();
  require(options.device.kind == Device::Kind::kCpu,
          "a teacher: trains on the CPU alone; want --device cpu (Trainer::Options::device)");
  const auto what = [](const Sequential& n) {
    return fmt::format("images of {} and {} outputs", to_string(n.input_shape()),
                       element_count(n.output_shape()));
  };
  require(
      teacher->input_shape() == net.input_shape() &&
          element_count(teacher->output_shape()) == element_count(net.output_shape()),
      fmt::format("the teacher has {}, the network {}; want the same", what(*teacher), what(net)));
}

}  // namespace

Trainer::Trainer(Sequential& net, const Options& options, Checked) {
  require_trainable(net);
  require_teacher(net, options);
  require(
      options.optimizer.kind != Optimizer::Kind::kMuon || options.device.kind == Device::Kind::kCpu,
      "Muon: trains on the CPU alone; want --device cpu (Trainer::Options::device)");
  state_ = std::make_unique<State>(State{net, options, make_engine(net, options)});
}

Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;

int Trainer::threads() const { return state_->engine->threads(); }

Metrics Trainer::step(const Batch& batch, double lr) {
  Metrics metrics;
  steps({&batch, 1}, {&lr, 1}, {&metrics, 1});
  return metrics;
}

std::int64_t Trainer::steps(std::span<const Batch> batches, std::span<const double> lrs,
                            std::span<Metrics> metrics) {
  State& s = *state_;
  if (lrs.size() != batches.size() || metrics.size() != batches.size()) {
    throw Error(ErrorKind::kUsage, fmt::format("{} batches with {} rates and {} metrics",
                                               batches.size(), lrs.size(), metrics.size()));
  }
  s.failure.clear();
  const StepsDone done = s.engine->steps(batches, lrs, metrics);
  if (done.bad_loss) {
    const Metrics& last = metrics[static_cast<std::size_t>(done.steps - 1)];
    s.failure = fmt::format("the loss is {}; {}", std::abs(last.loss()), largest_weight(s.net));
    s.engine->undo();
  } else if (done.bad_layer) {
    const Graph graph = graph_of(s.net);
    s.failure = fmt::format("the gradient of {} is not finite; {}",
                            name_of(graph.nodes[static_cast<std::size_t>(*done.bad_layer)]),
                            largest_weight(s.net));
  }
  return done.steps;
}

std::int64_t Trainer::steps_at_once() const { return state_->engine->steps_at_once(); }

const std::string& Trainer::failure() const { return state_->failure; }

void Trainer::swap_averages() {
  require(state_->options.ema_decay > 0, "no averages are kept: ema_decay is 0");
  state_->engine->swap_averages();
}

Trainer::Snapshot Trainer::snapshot() const { return state_->engine->snapshot(); }

void Trainer::restore(const Snapshot& snapshot) {
  require(alike(snapshot, initial_snapshot(state_->net, state_->options)) && snapshot.steps >= 0,
          "the snapshot is of a trainer with another network, optimizer or averages");
  state_->engine->restore(snapshot);
}

void Trainer::undo() { state_->engine->undo(); }

Metrics Trainer::gradient(const Batch& batch, std::span<float> gradient) {
  if (gradient.size() != state_->net.parameters().size()) {
    throw Error(ErrorKind::kUsage, fmt::format("a gradient of {} floats, want {}", gradient.size(),
                                               state_->net.parameters().size()));
  }
  return state_->engine->gradient(batch, gradient);
}

Evaluation Trainer::evaluate(const Dataset& data) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(data.size()));
  std::iota(all.begin(), all.end(), 0);
  return evaluate(data, all);
}

Evaluation Trainer::evaluate(const Dataset& data, std::span<const std::int32_t> indices) {
  return state_->engine->evaluate(data, indices);
}

void Trainer::parameters_changed() { state_->engine->parameters_changed(); }

}  // namespace lenet
