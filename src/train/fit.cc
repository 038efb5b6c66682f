#include "lenet/fit.h"

#include <fmt/format.h>

#include <numeric>
#include <utility>

#include "base/plural.h"
#include "base/require.h"
#include "train/fit_options.h"
#include "train/fit_run.h"
#include "train/loss.h"
#include "train/pack_runner.h"

namespace lenet {
namespace {

/// What no image is of would be trained away from, but never to.
void require_an_output_a_class(const Sequential& net, const Dataset& train) {
  if (!train.has_classes()) return;
  const std::int64_t outputs = element_count(net.output_shape());
  require(outputs == train.classes(),
          fmt::format("the data has {}, the network ends with {} outputs; end it with Linear({})",
                      class_count(train.classes()), outputs, train.classes()));
}

/// A last batch too small to normalise by is told before the first step, not behind an epoch's
/// others.
void require_last_batch(const Sequential& net, const Frozen& frozen, std::int64_t images,
                        const FitOptions& o) {
  const StepCount steps = steps_of(images, o);
  const std::int64_t last = images - (steps.epoch - 1) * o.batch_size;
  const bool reached = o.max_steps >= steps.epoch;
  try {
    require_normalizable(graph_of(net), frozen, reached ? last : o.batch_size, o.batch_size);
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("{}; {} images train, and by {} the last batch of an epoch "
                                      "has {}: take another batch size",
                                      e.what(), images, o.batch_size, last));
  }
}

/// There is nothing to divide by where all pixels of a channel are alike.
/// one: how a pixel is stored that counts as 1.
void require_contrast(const PixelStatistics& pixels, std::size_t images, float one) {
  for (std::size_t c = 0; c < pixels.deviation.size(); ++c) {
    require(
        pixels.deviation[c] > 0,
        fmt::format("normalize: all pixels of channel {}, of channels 0 to {}, are {:g} in the {} "
                    "training images, so it has no deviation to divide by; train without it",
                    c, pixels.deviation.size() - 1, one * pixels.mean[c], images));
  }
}

PixelStatistics checked_pixels(const FitOptions& options, const Dataset& train,
                               const Split& split) {
  if (!options.normalize) return {};
  PixelStatistics pixels = pixel_statistics(train, split.train);
  require_contrast(pixels, split.train.size(), train.has_bytes() ? 255 : 1);
  return pixels;
}

void require_same_kind(const Dataset& train, const Dataset& test) {
  require(train.has_bytes() == test.has_bytes() && train.has_classes() == test.has_classes(),
          "the test set's images or targets are of another kind than the training set's: want both "
          "bytes or both floats, and both classes or both floats");
}

/// Targets that the loss does not take.
void require_loss(const Sequential& net, const Dataset& data, const FitOptions& options) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(data.size()));
  std::iota(all.begin(), all.end(), 0);
  loss_of(Batch(data, all), element_count(net.output_shape()), {.function = options.loss});
}

void require_network(const Sequential& net, const Dataset& train, const Dataset& test,
                     const FitOptions& options, const CheckedFit& checked) {
  require_trainable(net);
  const Frozen frozen = frozen_of(net, options.freeze);
  require_fit(net, train);
  require_fit(net, test);
  require_an_output_a_class(net, train);
  require_same_kind(train, test);
  require_loss(net, train, options);
  require_loss(net, test, options);
  // Labels are numbers: of other names they would be taken for each other.
  const bool named = !train.class_names().empty() && !test.class_names().empty();
  require(!named || train.class_names() == test.class_names(),
          "the test set's classes are not those of the training set, in their order; bring it to "
          "them by in_classes_of(train.class_names(), std::move(test))");
  require_last_batch(net, frozen, std::ssize(checked.split().train), options);
}

}  // namespace

CheckedFit::CheckedFit(const FitOptions& options, const Dataset& train)
    : split_(checked_split(options, train)),
      pixels_(checked_pixels(options, train, split_)),
      class_weights_(checked_class_weights(options, train, split_)) {}

CheckedFit check_fit(const Sequential& net, const Dataset& train, const Dataset& test,
                     const FitOptions& options) {
  CheckedFit checked(options, train);
  require_network(net, train, test, options, checked);
  return checked;
}

Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options) {
  Generator generator(options.seed);
  return fit(net, train, test, options, generator);
}

Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
           Generator& generator) {
  CheckedFit checked(options, train);
  if (!net.built()) {
    net.build(train.image_shape(), generator);
    xavier_uniform(net, generator);
  }
  require_network(net, train, test, options, checked);
  return fit(net, train, test, options, generator, std::move(checked));
}

Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
           Generator& generator, CheckedFit checked) {
  return FitRun(net, train, test, options, generator, std::move(checked)).run();
}

Report resume(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
              const FitState& state) {
  return resume(net, train, test, options, state, check_fit(net, train, test, options));
}

Report resume(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
              const FitState& state, CheckedFit checked) {
  Generator generator;
  FitRun run(net, train, test, options, generator, std::move(checked));
  run.go_on_from(state);
  return run.run();
}

}  // namespace lenet
