#include "cuda/engine.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/gpus.h"
#include "base/require.h"
#include "train/pack_runner.h"
#include "train/training_state.h"

namespace lenet::cuda {
namespace {

/// Enough that the host is seldom waited for.
constexpr std::int64_t kStepsInARun = 64;

/// Few, so that the card has begun with the first graph of a run while the host launches the
/// others.
constexpr std::int64_t kStepsInAGraph = 8;

}  // namespace

CudaEngine::CudaEngine(Sequential& net, const Trainer::Options& options)
    : net_(net),
      options_(options),
      team_(checked_threads(options.threads)),
      network_(net, options_, options.batch_size) {
  make_staging(options.batch_size);
  network_.stream().wait();
}

void CudaEngine::make_staging(std::int64_t batch) {
  staging_.emplace(network_.stream(),
                   Staging::Size{.steps = kStepsInARun,
                                 .batch = batch,
                                 .tensors = std::ssize(network_.program().tensors())});
}

/// Throws Error (kUsage); makes room for batches that are larger than any before.
void CudaEngine::require_fit(std::span<const Batch> batches) {
  std::int64_t largest = staging_->size().batch;
  for (const Batch& batch : batches) {
    lenet::require_fit(net_, batch);
    metric_of(batch);
    require(!batch.augmentation().on_cpu(), "mixup, cutmix and colours: train on the CPU alone");
    require_normalizable(network_.graph(), network_.frozen(), batch.size(), options_.batch_size);
    largest = std::max(largest, batch.size());
  }
  network_.stream().make_current();
  if (largest == staging_->size().batch) return;
  graphs_.clear();
  network_.grow(largest);
  make_staging(largest);
}

StepsDone CudaEngine::steps(std::span<const Batch> batches, std::span<const double> lrs,
                            std::span<Metrics> metrics) {
  require_fit(batches);
  StepsDone all;
  for (std::size_t first = 0; first < batches.size();) {
    const std::size_t length = run_length(batches.subspan(first));
    const StepsDone done = run(batches.subspan(first, length), lrs.subspan(first, length),
                               metrics.subspan(first, length));
    count(done);
    all = {all.steps + done.steps, done.bad_loss, done.bad_layer};
    if (done.bad_loss || done.bad_layer) break;
    first += length;
  }
  if (all.bad_layer) network_.parameters().fetch();  // they were taken back
  network_.parameters().put_into(net_);
  return all;
}

/// Batches from the first on that one run can take: images of one data set, changed alike or not,
/// of one size but for the last, which may be smaller. Batches of floats go one by one.
std::size_t CudaEngine::run_length(std::span<const Batch> batches) const {
  const Batch& first = batches.front();
  const auto alike = [&](const Batch& batch) {
    return batch.data() == first.data() && batch.augmentation().any() == first.augmentation().any();
  };
  const auto most = static_cast<std::size_t>(first.data() ? steps_at_once() : 1);
  std::size_t length = 1;
  while (length < std::min(batches.size(), most) && alike(batches[length]) &&
         batches[length].size() <= first.size() && batches[length - 1].size() == first.size()) {
    ++length;
  }
  return length;
}

StepsDone CudaEngine::run(std::span<const Batch> batches, std::span<const double> lrs,
                          std::span<Metrics> metrics) {
  staging_->bring_numbers(batches, lrs, options_, steps_);
  const Batch& first = batches.front();
  if (first.data()) {
    launch({.steps = std::ssize(batches),
            .batch = first.size(),
            .last = batches.back().size(),
            .source = staging_->bring_images(batches, network_.images(), team_)});
  } else {
    network_.parameters().queue_begin();
    const Pass pass = network_.pass(first.size());
    queue_pass(pass, network_.queue_floats(pass, first), 0);
  }
  network_.parameters().queue_fetch();
  staging_->fetch(std::ssize(batches));
  return outcome(batches, metrics);
}

void CudaEngine::launch(const Run& run) {
  if (generation_ != network_.images().generation()) graphs_.clear();
  generation_ = network_.images().generation();
  for (std::int64_t first = 0; first < run.steps; first += kStepsInAGraph) {
    launch_part(run, first, std::min(first + kStepsInAGraph, run.steps));
  }
}

/// A part of a new kind is queued kernel by kernel, which loads the kernels; the second is recorded
/// as a graph.
void CudaEngine::launch_part(const Run& run, std::int64_t first, std::int64_t end) {
  const auto queue = [&] {
    for (std::int64_t i = first; i < end; ++i) queue_step(run, i);
  };
  const auto [place, is_new] =
      graphs_.try_emplace({first, end, run.batch, end < run.steps ? run.batch : run.last,
                           run.source.images(), run.source.changes});
  if (is_new) return queue();
  if (!place->second) place->second = network_.stream().record(queue);
  network_.stream().launch(*place->second);
}

void CudaEngine::queue_step(const Run& run, std::int64_t i) {
  const Pass pass = network_.pass(i + 1 < run.steps ? run.batch : run.last);
  network_.parameters().queue_begin();
  queue_pass(pass, network_.queue_gather(pass, run.source, i * run.batch), i);
}

/// The i-th step of a run, once its images lie before the network.
void CudaEngine::queue_pass(const Pass& images, const TargetPlaces& targets, std::int64_t i) {
  Pass pass = images;
  pass.step = staging_->scalars(i);
  pass.seed = options_.seed;
  queue_both_ways(pass, targets, i, staging_->stop());
  network_.parameters().queue_step(pass.step, static_cast<std::int32_t>(i),
                                   {staging_->stop(), staging_->bad_tensors(i)});
}

/// Forward to the loss, and back to the gradients' slots.
void CudaEngine::queue_both_ways(const Pass& pass, const TargetPlaces& targets, std::int64_t i,
                                 StopMark* stop) {
  network_.program().forward(pass);
  network_.queue_loss(pass, targets,
                      {.dx = network_.program().output_gradient(),
                       .metrics = staging_->metrics(i),
                       .stop = stop,
                       .step = static_cast<std::int32_t>(i)},
                      static_cast<float>(options_.label_smoothing));
  network_.program().backward(pass);
}

/// Throws Error (kUsage) for targets that no loss takes.
const Metric& CudaEngine::metric_of(const Batch& batch) const {
  const std::int64_t outputs = element_count(net_.output_shape());
  return lenet::metric_of(loss_of(batch, outputs, loss_options_of(options_)));
}

/// Reads what the steps left, up to the first that failed.
StepsDone CudaEngine::outcome(std::span<const Batch> batches, std::span<Metrics> metrics) const {
  StepsDone done;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    metrics[i] = staging_->metrics_of(done.steps, batches[i].size(), metric_of(batches[i]));
    done.bad_loss = !std::isfinite(metrics[i].loss_sum);
    for (std::int64_t t = 0; t < staging_->size().tensors && !done.bad_loss; ++t) {
      if (!staging_->bad(done.steps, t)) continue;
      done.bad_layer = network_.program().layer_of(static_cast<std::size_t>(t));
    }
    ++done.steps;
    if (done.bad_loss || done.bad_layer) break;
  }
  return done;
}

/// Counts the steps that were made, and takes back one whose gradient was not finite.
void CudaEngine::count(const StepsDone& done) {
  const std::int64_t made = done.steps - (done.bad_loss || done.bad_layer ? 1 : 0);
  steps_ += made;
  if (made > 0) steps_before_ = steps_ - 1;
  if (!done.bad_layer) return;
  network_.parameters().go_back();
  steps_before_ = steps_;
}

void CudaEngine::bring_network() {
  network_.parameters().fetch();
  network_.parameters().put_into(net_);
}

void CudaEngine::undo() {
  network_.stream().make_current();
  network_.parameters().go_back();
  bring_network();
  steps_ = steps_before_;
}

Trainer::Snapshot CudaEngine::snapshot() const {
  network_.stream().make_current();
  Trainer::Snapshot snapshot;
  network_.parameters().get(snapshot);
  snapshot.steps = steps_;
  return snapshot;
}

void CudaEngine::restore(const Trainer::Snapshot& snapshot) {
  network_.stream().make_current();
  network_.parameters().set(snapshot);
  bring_network();
  steps_ = steps_before_ = snapshot.steps;
}

void CudaEngine::swap_averages() {
  network_.stream().make_current();
  network_.parameters().swap_averages();
  bring_network();
}

Metrics CudaEngine::gradient(const Batch& batch, std::span<float> gradient) {
  require_fit({&batch, 1});
  const double no_step = 0;
  staging_->bring_numbers({&batch, 1}, {&no_step, 1}, options_, steps_);
  Pass pass = network_.pass(batch.size());
  pass.step = staging_->scalars(0);
  pass.seed = options_.seed;
  network_.parameters().queue_begin();
  const TargetPlaces targets =
      batch.data() ? network_.queue_gather(
                         pass, staging_->bring_images({&batch, 1}, network_.images(), team_), 0)
                   : network_.queue_floats(pass, batch);
  queue_both_ways(pass, targets, 0, nullptr);
  network_.parameters().queue_gradient();
  staging_->fetch(1);
  network_.parameters().get_gradient(gradient);
  return staging_->metrics_of(0, batch.size(), metric_of(batch));
}

Evaluation CudaEngine::evaluate(const Dataset& data, std::span<const std::int32_t> order) {
  network_.stream().make_current();
  return network_.evaluate(data, order);
}

void CudaEngine::parameters_changed() {
  Trainer::Snapshot now = snapshot();
  take_changed(net_, now);
  restore(now);
}

}  // namespace lenet::cuda

namespace lenet {
namespace {

/// A network for evaluations alone.
cuda::CudaNetwork evaluated(const Sequential& net, const Trainer::Options& options) {
  require_gpu(options.device.index);
  return {net, options, 0};
}

}  // namespace

std::unique_ptr<Engine> make_cuda_engine(Sequential& net, const Trainer::Options& options) {
  require_gpu(options.device.index);
  return std::make_unique<cuda::CudaEngine>(net, options);
}

Evaluation cuda_evaluate(const Sequential& net, const Dataset& data, int card,
                         std::optional<LossFunction> loss) {
  require_fit(net, data);
  const Trainer::Options options{.loss = loss, .device = {Device::Kind::kCuda, card}};
  std::vector<std::int32_t> all(static_cast<std::size_t>(data.size()));
  std::iota(all.begin(), all.end(), 0);
  return evaluated(net, options).evaluate(data, all);
}

std::vector<float> cuda_outputs(const Sequential& net, const Batch& batch, int card) {
  net.require_built();
  const Trainer::Options options{.device = {Device::Kind::kCuda, card}};
  return evaluated(net, options).outputs(batch);
}

}  // namespace lenet
