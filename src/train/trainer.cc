#include "lenet/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/require.h"
#include "lenet/error.h"
#include "nn/batch_norm.h"
#include "train/batch_pass.h"
#include "train/optimizer.h"
#include "train/pack_runner.h"
#include "train/parameter_pass.h"

namespace lenet {
namespace {

/// "layer 7, Linear(120)".
std::string layer_name(const Sequential& net, std::int64_t i) {
  return fmt::format("layer {}, {}", i, net[i].text());
}

/// The largest weight and where it is; one that is not finite counts as the largest.
std::string largest_weight(const Sequential& net) {
  const std::span<const float> all = net.parameters();
  const auto size = [](float w) { return std::isnan(w) ? HUGE_VALF : std::abs(w); };
  const auto at = std::ranges::max_element(all, {}, size) - all.begin();
  std::int64_t layer = 0;
  while (at >= net.parameter_range(layer).last) ++layer;
  return fmt::format("its largest weight, {:.3g}, is in {}", all[static_cast<std::size_t>(at)],
                     layer_name(net, layer));
}

}  // namespace

/// A batch is taken in waves, so that memory does not grow with it. In each, phase A drives the
/// packs through the network, and phase B sums their gradients; the last wave's phase B applies the
/// optimizer.
struct Trainer::State {
  State(Sequential& network, const Options& o)
      : net(network),
        options(o),
        runner(network, o.threads),
        pass(runner, network, wave_packs(runner, o.batch_size)),
        parameters(runner, network, pass, options) {}

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

  /// The gradient of the mean loss; then, if the loss is finite and lr is not null, the step.
  Metrics run(const Batch& batch, const double* lr) {
    require_fit(net, batch);
    require_normalizable(batch);
    const std::int64_t packs = packs_of(batch.size());
    parameters.begin();
    Metrics total;
    for (std::int64_t first = 0; first < packs; first += pass.packs()) {
      const Wave wave{first, std::min(pass.packs(), packs - first)};
      total += pass.run(batch, wave,
                        {.label_smoothing = static_cast<float>(options.label_smoothing),
                         .seed = options.seed,
                         .step = parameters.steps()});
      const bool update = first + wave.count == packs && lr && std::isfinite(total.loss_sum);
      const std::int64_t images = std::min(wave.count * kPack, batch.size() - first * kPack);
      parameters.run(images, first > 0, update ? lr : nullptr);
    }
    if (!lr) parameters.end_without_step();
    return total;
  }

  Sequential& net;
  Options options;
  PackRunner runner;
  BatchPass pass;
  ParameterPass parameters;
  std::string failure;
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
  State& s = *state_;
  s.failure.clear();
  const Metrics metrics = s.run(batch, &lr);
  if (!std::isfinite(metrics.loss_sum)) {
    s.failure = fmt::format("the loss is {}; {}", std::abs(metrics.loss()), largest_weight(s.net));
    s.parameters.go_back();
  } else if (const auto layer = s.parameters.bad_layer()) {
    s.failure = fmt::format("the gradient of {} is not finite; {}", layer_name(s.net, *layer),
                            largest_weight(s.net));
  }
  return metrics;
}

const std::string& Trainer::failure() const { return state_->failure; }

void Trainer::swap_averages() { state_->parameters.swap_averages(); }

Trainer::Snapshot Trainer::snapshot() const { return state_->parameters.snapshot(); }

void Trainer::restore(const Snapshot& snapshot) { state_->parameters.restore(snapshot); }

void Trainer::undo() { state_->parameters.go_back(); }

Metrics Trainer::gradient(const Batch& batch, std::span<float> gradient) {
  if (gradient.size() != state_->net.parameters().size()) {
    throw Error(ErrorKind::kUsage, fmt::format("a gradient of {} floats, want {}", gradient.size(),
                                               state_->net.parameters().size()));
  }
  const Metrics metrics = state_->run(batch, nullptr);
  std::ranges::copy(state_->parameters.gradient(), gradient.begin());
  return metrics;
}

Evaluation Trainer::evaluate(const Dataset& data) { return lenet::evaluate(state_->runner, data); }

Evaluation Trainer::evaluate(const Dataset& data, std::span<const std::int32_t> indices) {
  return lenet::evaluate(state_->runner, data, indices);
}

void Trainer::parameters_changed() { state_->parameters.parameters_changed(); }

}  // namespace lenet
