#include "lenet/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/require.h"
#include "lenet/error.h"
#include "lenet/pixel_statistics.h"
#include "lenet/split.h"
#include "lenet/timer.h"
#include "lenet/trainer.h"
#include "train/pack_runner.h"

namespace lenet {
namespace {

Trainer::Options trainer_options(const FitOptions& o) {
  return {.batch_size = o.batch_size,
          .threads = o.threads,
          .optimizer = o.optimizer,
          .label_smoothing = o.label_smoothing,
          .clip_norm = o.clip_norm,
          .ema_decay = o.ema_decay,
          .seed = o.seed};
}

/// Images that train, and those set aside.
Split split_of(const Dataset& train, const FitOptions& o) {
  if (o.holdout != 0) return stratified_split(train, o.holdout, o.seed);
  Split all;
  all.train.resize(static_cast<std::size_t>(train.size()));
  std::iota(all.train.begin(), all.train.end(), 0);
  return all;
}

StepCount steps_of(std::int64_t images, const FitOptions& o) {
  const std::int64_t epoch = (images + o.batch_size - 1) / o.batch_size;
  return {.total = epoch * o.epochs, .epoch = epoch};
}

void check_options(const FitOptions& o, const Dataset& train) {
  require(o.epochs >= 1, fmt::format("epochs: {}, want 1 or more", o.epochs));
  require(
      o.batch_size >= 1 && o.batch_size <= train.size(),
      fmt::format("batch size: {}, want 1 to the {} training images", o.batch_size, train.size()));
  require(std::isfinite(o.lr) && o.lr > 0,
          fmt::format("learning rate: {}, want a number above 0", o.lr));
  require(o.max_steps >= 1, fmt::format("max steps: {}, want 1 or more", o.max_steps));
  require(o.patience >= 0, fmt::format("patience: {} epochs, want 0 or more", o.patience));
  require(
      o.holdout != 0 || !(o.keep_best || o.patience > 0),
      "the best weights and the end of the run are chosen on images set aside, never on the test "
      "set: set some aside (holdout)");
  trainer_options(o).check();
  check(o.augmentation, train.image_shape());
  const auto images = std::ssize(split_of(train, o).train);
  require(o.batch_size <= images, fmt::format("batch size: {}, want at most the {} training images "
                                              "that are not set aside",
                                              o.batch_size, images));
  check(o.schedule, steps_of(images, o));
}

/// One run of fit: the options, and what the epochs share.
class Run {
 public:
  Run(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
      Generator& generator)
      : train_(train),
        test_(test),
        options_(options),
        generator_(generator),
        split_(split_of(train, options)),
        net_(normalized(net)),
        trainer_(net, trainer_options(options)),
        places_(split_.train.size()),
        order_(split_.train),
        count_(steps_of(std::ssize(order_), options)),
        steps_(count_.epoch),
        limited_(options.max_steps < std::numeric_limits<std::int64_t>::max()) {
    std::iota(places_.begin(), places_.end(), 0);
    report_.threads = trainer_.threads();
    report_.epochs.reserve(static_cast<std::size_t>(std::min<std::int64_t>(options.epochs, 1000)));
  }

  Report run() {
    Timer wall;
    for (std::int64_t epoch = 1; epoch <= options_.epochs && !finished(epoch); ++epoch) {
      run_epoch(epoch);
    }
    if (!options_.keep_best) report_.best_epoch = report_.epochs.back().epoch;
    end_with_best();
    keep_averages();
    const EpochReport& best = report_.epochs[static_cast<std::size_t>(report_.best_epoch - 1)];
    report_.loss = best.train_loss;
    report_.train_acc = best.train_acc;
    report_.test_acc = best.test_acc;
    report_.examples_per_sec = static_cast<double>(report_.examples) / timer_.sum();
    report_.wall_seconds = wall.stop();
    return std::move(report_);
  }

 private:
  bool finished(std::int64_t next_epoch) const {
    const bool tired = options_.patience > 0 && next_epoch - 1 - best_epoch_ >= options_.patience;
    return total_steps_ >= options_.max_steps || tired;
  }

  /// The network, which standardises by the training images if the options say so.
  Sequential& normalized(Sequential& net) const {
    if (options_.normalize) {
      const PixelStatistics pixels = pixel_statistics(train_, split_.train);
      net.set_normalization({pixels.mean, pixels.deviation});
    }
    return net;
  }

  void run_epoch(std::int64_t epoch) {
    shuffle();
    Metrics sum;
    const std::int64_t a_fifth = std::max<std::int64_t>(1, steps_ / 5);
    for (std::int64_t step = 1; step <= steps_ && total_steps_ < options_.max_steps; ++step) {
      run_step(epoch, step, sum);
      if (step % a_fifth == 0 || step == steps_) {
        const double x = static_cast<double>(epoch - 1) +
                         static_cast<double>(step) / static_cast<double>(steps_);
        add_point({x, sum.loss(), sum.accuracy(), std::nullopt});
      }
    }
    const Metrics test = trainer_.evaluate(test_).metrics;
    if (!std::isfinite(test.loss_sum)) {  // no later step would find out
      trainer_.undo();
      diverged(epoch, total_steps_ - (epoch - 1) * steps_, test.loss());
    }
    EpochReport report{epoch, sum.loss(), sum.accuracy(), test.accuracy()};
    draw_loader_seed(generator_);
    add_point({static_cast<double>(epoch), std::nullopt, std::nullopt, report.test_acc});
    if (!split_.holdout.empty()) judge(report);
    if (options_.ema_decay > 0) {
      trainer_.swap_averages();
      report.averaged_acc = trainer_.evaluate(test_).metrics.accuracy();
      trainer_.swap_averages();
    }
    report_.epochs.push_back(report);
    if (options_.on_epoch) options_.on_epoch(report);
  }

  /// The images of the epoch in the order in which PyTorch's loader visits them.
  void shuffle() {
    if (!options_.shuffle) return draw_loader_seed(generator_);
    shuffle_as_data_loader(generator_, places_);
    std::ranges::transform(places_, order_.begin(), [&](std::int32_t place) {
      return split_.train[static_cast<std::size_t>(place)];
    });
  }

  /// Looks at the images set aside, and keeps the weights if none before were better.
  void judge(EpochReport& report) {
    report.holdout_acc = trainer_.evaluate(train_, split_.holdout).metrics.accuracy();
    if (*report.holdout_acc <= best_acc_) return;
    best_acc_ = *report.holdout_acc;
    best_epoch_ = report.epoch;
    if (!options_.keep_best) return;
    report_.best_epoch = report.epoch;
    best_.parameters.assign(net_.parameters().begin(), net_.parameters().end());
    best_.buffers.assign(net_.buffers().begin(), net_.buffers().end());
  }

  void end_with_best() {
    if (!options_.keep_best) return;
    std::ranges::copy(best_.parameters, net_.parameters().begin());
    std::ranges::copy(best_.buffers, net_.buffers().begin());
    trainer_.parameters_changed();
  }

  void keep_averages() {
    if (options_.ema_decay == 0) return;
    trainer_.swap_averages();
    report_.averages = Averages{{net_.parameters().begin(), net_.parameters().end()},
                                {net_.buffers().begin(), net_.buffers().end()}};
    trainer_.swap_averages();
  }

  void run_step(std::int64_t epoch, std::int64_t step, Metrics& sum) {
    timer_.start();
    const auto first = static_cast<std::size_t>((step - 1) * options_.batch_size);
    const std::size_t count =
        std::min(static_cast<std::size_t>(options_.batch_size), order_.size() - first);
    const double lr = learning_rate(options_.schedule, options_.lr, total_steps_, count_);
    const Metrics metrics =
        trainer_.step(Batch(train_, std::span(order_).subspan(first, count))
                          .augmented(options_.augmentation, options_.seed, epoch),
                      lr);
    sum += metrics;
    timer_.stop();
    if (!std::isfinite(metrics.loss_sum)) diverged(epoch, step, metrics.loss());
    ++total_steps_;
    report_.examples += metrics.examples;
    if (limited_) report_.step_losses.push_back(metrics.loss());
    if (!options_.on_step) return;
    options_.on_step({epoch, step, steps_, metrics.loss(), sum.loss(), sum.accuracy(),
                      static_cast<double>(report_.examples) / timer_.sum()});
  }

  [[noreturn]] void diverged(std::int64_t epoch, std::int64_t step, double loss) const {
    throw Error(
        ErrorKind::kDiverged,
        fmt::format("epoch {}, step {}: the loss is {} at learning rate {:g}; the network is "
                    "back at its last weights with a finite loss; try a smaller rate",
                    epoch, step, std::isnan(loss) ? std::abs(loss) : loss, options_.lr));
  }

  void add_point(const FitPoint& point) {
    report_.points.push_back(point);
    if (options_.on_point) options_.on_point(point);
  }

  const Dataset& train_;
  const Dataset& test_;
  const FitOptions& options_;
  Generator& generator_;
  Split split_;
  Sequential& net_;
  Trainer trainer_;
  std::vector<std::int32_t> places_;  ///< in split_.train, shuffled
  std::vector<std::int32_t> order_;   ///< the images there
  StepCount count_;
  std::int64_t steps_;  ///< an epoch
  bool limited_;
  std::int64_t total_steps_ = 0;
  Timer timer_;
  double best_acc_ = -1;  ///< on the images set aside
  std::int64_t best_epoch_ = 0;
  Averages best_;
  Report report_;
};

}  // namespace

void check_fit(const Sequential& net, const Dataset& train, const Dataset& test,
               const FitOptions& options) {
  check_options(options, train);
  require_trainable(net);
  require_fit(net, train);
  require_fit(net, test);
}

Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options) {
  Generator generator(options.seed);
  return fit(net, train, test, options, generator);
}

Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
           Generator& generator) {
  check_options(options, train);
  if (!net.built()) {
    net.build(train.image_shape(), generator);
    xavier_uniform(net, generator);
  }
  check_fit(net, train, test, options);
  return Run(net, train, test, options, generator).run();
}

}  // namespace lenet
