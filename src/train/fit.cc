#include "lenet/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lenet/error.h"
#include "lenet/timer.h"
#include "lenet/trainer.h"
#include "train/pack_runner.h"

namespace lenet {
namespace {

void require(bool good, const std::string& message) {
  if (!good) throw Error(ErrorKind::kUsage, message);
}

void check_options(const FitOptions& o, const Dataset& train) {
  require(o.epochs >= 1, fmt::format("epochs: {}, want 1 or more", o.epochs));
  require(
      o.batch_size >= 1 && o.batch_size <= train.size(),
      fmt::format("batch size: {}, want 1 to the {} training images", o.batch_size, train.size()));
  require(std::isfinite(o.lr) && o.lr > 0,
          fmt::format("learning rate: {}, want a number above 0", o.lr));
  require(o.threads >= 0 && o.threads <= kMaxThreads,
          fmt::format("threads: {}, want 1 to {}, or 0 for all CPUs", o.threads, kMaxThreads));
  require(o.max_steps >= 1, fmt::format("max steps: {}, want 1 or more", o.max_steps));
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
        trainer_(net, {.batch_size = options.batch_size, .threads = options.threads}),
        order_(static_cast<std::size_t>(train.size())),
        steps_((train.size() + options.batch_size - 1) / options.batch_size),
        limited_(options.max_steps < std::numeric_limits<std::int64_t>::max()) {
    std::iota(order_.begin(), order_.end(), 0);
    report_.threads = trainer_.threads();
    report_.epochs.reserve(static_cast<std::size_t>(std::min<std::int64_t>(options.epochs, 1000)));
  }

  Report run() {
    Timer wall;
    for (std::int64_t epoch = 1; epoch <= options_.epochs && !finished(); ++epoch) {
      run_epoch(epoch);
    }
    const EpochReport& last = report_.epochs.back();
    report_.loss = last.train_loss;
    report_.train_acc = last.train_acc;
    report_.test_acc = last.test_acc;
    report_.examples_per_sec = static_cast<double>(report_.examples) / timer_.sum();
    report_.wall_seconds = wall.stop();
    return std::move(report_);
  }

 private:
  bool finished() const { return total_steps_ >= options_.max_steps; }

  void run_epoch(std::int64_t epoch) {
    if (options_.shuffle) {
      shuffle_as_data_loader(generator_, order_);
    } else {
      draw_loader_seed(generator_);
    }
    Metrics sum;
    const std::int64_t a_fifth = std::max<std::int64_t>(1, steps_ / 5);
    for (std::int64_t step = 1; step <= steps_ && !finished(); ++step) {
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
    const double test_acc = test.accuracy();
    draw_loader_seed(generator_);
    add_point({static_cast<double>(epoch), std::nullopt, std::nullopt, test_acc});
    report_.epochs.push_back({epoch, sum.loss(), sum.accuracy(), test_acc});
    if (options_.on_epoch) options_.on_epoch(report_.epochs.back());
  }

  void run_step(std::int64_t epoch, std::int64_t step, Metrics& sum) {
    timer_.start();
    const auto first = static_cast<std::size_t>((step - 1) * options_.batch_size);
    const std::size_t count =
        std::min(static_cast<std::size_t>(options_.batch_size), order_.size() - first);
    const Metrics metrics =
        trainer_.step(Batch(train_, std::span(order_).subspan(first, count)), options_.lr);
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
  Trainer trainer_;
  std::vector<std::int32_t> order_;
  std::int64_t steps_;  ///< an epoch
  bool limited_;
  std::int64_t total_steps_ = 0;
  Timer timer_;
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
