#include "cuda/staging.h"

#include <algorithm>

#include "data/image_change.h"
#include "train/loss.h"
#include "train/training_state.h"

namespace lenet::cuda {

Metrics total_of(const PartialMetrics* partials, std::int64_t images, const Metric& metric) {
  Metrics total{.examples = images, .metric = &metric};
  for (std::int64_t i = 0; i < loss_blocks(images); ++i) {
    total.loss_sum += partials[i].loss;
    total.metric_sum += partials[i].metric;
  }
  return total;
}

Staging::Staging(Stream& stream, const Size& size)
    : stream_(stream),
      size_(size),
      blocks_(loss_blocks(size.batch)),
      scalars_(size.steps),
      order_(size.steps * size.batch),
      metrics_(size.steps * blocks_),
      stop_(1),
      bad_tensors_(size.steps * size.tensors) {}

void Staging::bring_numbers(std::span<const Batch> batches, std::span<const double> lrs,
                            const Trainer::Options& options, std::int64_t number) {
  for (std::int64_t i = 0; i < std::ssize(lrs); ++i) {
    scalars_.host[i] = {.optimizer = coefficients_of({.rule = &options.optimizer,
                                                      .lr = lrs[static_cast<std::size_t>(i)],
                                                      .number = number + i + 1}),
                        .average_part = average_part(options.ema_decay, number + i),
                        .weight_scale = weight_scale_of(batches[static_cast<std::size_t>(i)],
                                                        options.class_weights),
                        .number = number + i};
  }
  scalars_.to_device(stream_, std::ssize(lrs));
  stop_.host[0] = {StopMark::kNever};
  stop_.to_device(stream_, 1);
  stream_.zero(bad_tensors_.device.data(), bad_tensors_.device.bytes());
}

ImageSource Staging::bring_images(std::span<const Batch> batches, ImageStore& store,
                                  ThreadTeam& team) {
  ImageSource source = store.resident(*batches.front().data());
  std::int64_t at = 0;
  for (const Batch& batch : batches) {
    std::ranges::copy(batch.indices(), order_.host.data() + at);
    at += batch.size();
  }
  order_.to_device(stream_, at);
  source.order = order_.device.data();
  if (batches.front().augmentation().any()) source.changes = bring_changes(batches, team);
  return source;
}

/// Where the changes of all batches lie on the card, one after another. A task: one batch.
const IntegerChange* Staging::bring_changes(std::span<const Batch> batches, ThreadTeam& team) {
  if (changes_.host.size() == 0) changes_ = Mirrored<IntegerChange>(order_.host.size());
  const std::int64_t size = batches.front().size();
  team.run(std::ssize(batches), [&](std::int64_t i, int) {
    const Batch& batch = batches[static_cast<std::size_t>(i)];
    const Shape& shape = batch.data()->image_shape();
    std::ranges::transform(
        batch.indices(), changes_.host.data() + i * size, [&](std::int32_t index) {
          return in_integers(
              draw_change(batch.augmentation(), shape, batch.seed(), batch.epoch(), index));
        });
  });
  changes_.to_device(stream_, (std::ssize(batches) - 1) * size + batches.back().size());
  return changes_.device.data();
}

void Staging::fetch(std::int64_t steps) {
  metrics_.to_host(stream_, steps * blocks_);
  bad_tensors_.to_host(stream_, steps * size_.tensors);
  stream_.wait();
}

Metrics Staging::metrics_of(std::int64_t step, std::int64_t images, const Metric& metric) const {
  return total_of(metrics_.host.data() + step * blocks_, images, metric);
}

}  // namespace lenet::cuda
