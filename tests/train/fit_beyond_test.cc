// fit() beyond the chapter: images set aside, the best weights, schedules, averages, augmentation.
#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "base/errors.h"
#include "lenet/fit.h"
#include "lenet/pixel_statistics.h"
#include "lenet/split.h"
#include "lenet/sweep.h"
#include "lenet/trainer.h"
#include "train/datasets.h"

namespace lenet {
namespace {

constexpr const char* kNet =
    "Conv2d(4, 3) BatchNorm2d ReLU MaxPool2d(2) Flatten Dropout(0.2) Linear(3)";

std::vector<float> copy_of(std::span<const float> values) { return {values.begin(), values.end()}; }

/// All that training can be asked for at once.
FitOptions everything() {
  FitOptions o{.epochs = 3, .batch_size = 40, .lr = 0.05, .seed = 5};
  o.optimizer = {.weight_decay = 5e-4, .momentum = 0.9, .nesterov = true};
  o.schedule = {.kind = Schedule::Kind::kOneCycle};
  o.label_smoothing = 0.05;
  o.clip_norm = 1;
  o.ema_decay = 0.9;
  o.augmentation = {.flip = true, .shift = 1, .erase = 0.2, .rotate = 5, .scale = 0.1};
  o.normalize = true;
  o.holdout = 0.2;
  o.keep_best = true;
  return o;
}

TEST(FitBeyond, HasTheSameBitsOnAnyNumberOfThreads) {
  const Dataset data = noise_images({1, 10, 10}, 150, 3);
  std::vector<float> parameters, buffers;
  for (const int threads : {1, 2, 5}) {
    FitOptions o = everything();
    o.threads = threads;
    Sequential net = Sequential::parse(kNet);
    const Report report = fit(net, data, data, o);
    ASSERT_TRUE(report.averages);
    if (parameters.empty()) {
      parameters = copy_of(net.parameters());
      buffers = copy_of(net.buffers());
    }
    EXPECT_EQ(copy_of(net.parameters()), parameters) << threads;
    EXPECT_EQ(copy_of(net.buffers()), buffers) << threads;
  }
}

TEST(FitBeyond, TrainsOnWhatIsNotSetAsideAndStandardisesByIt) {
  const Dataset data = noise_images({1, 6, 6}, 100, 2);
  FitOptions o{.epochs = 1, .batch_size = 10};
  o.holdout = 0.3;
  o.normalize = true;
  Sequential net = Sequential::parse("Flatten Linear(2)");
  const Report report = fit(net, data, data, o);
  const Split split = stratified_split(data, 0.3, 0);
  EXPECT_EQ(report.examples, std::ssize(split.train));
  ASSERT_TRUE(report.epochs[0].holdout_metric);
  EXPECT_EQ(report.holdout_metric, report.epochs[0].holdout_metric);
  const PixelStatistics pixels = pixel_statistics(data, split.train);
  EXPECT_EQ(net.normalization(), (Normalization{pixels.mean, pixels.deviation}));
}

TEST(FitBeyond, KeepsTheWeightsThatWereBestOnTheImagesSetAside) {
  const Dataset data = noise_images({1, 6, 6}, 120, 4);
  FitOptions o{.epochs = 8, .batch_size = 16, .lr = 3};  // a rate at which it jumps about
  o.holdout = 0.3;
  o.keep_best = true;
  Sequential net = Sequential::parse("Flatten Linear(4)");
  const Report report = fit(net, data, data, o);
  const auto best = std::ranges::max_element(
      report.epochs, {}, [](const EpochReport& e) { return *e.holdout_metric; });
  EXPECT_EQ(report.best_epoch, best->epoch);
  EXPECT_EQ(report.test_acc(), best->test_acc());
  EXPECT_EQ(report.holdout_metric, best->holdout_metric);
  std::size_t shown = 0;
  for (const FitPoint& p : report.points) {
    EXPECT_EQ(p.holdout_metric.has_value(), p.test_metric.has_value());
    if (!p.holdout_metric) continue;
    EXPECT_EQ(p.holdout_metric, report.epochs[shown++].holdout_metric);
  }
  EXPECT_EQ(shown, report.epochs.size());
  EXPECT_EQ(evaluate_accuracy(net, data), best->test_acc());
}

TEST(FitBeyond, StopsWhenPatienceEnds) {
  const Dataset data = noise_images({1, 6, 6}, 60, 3);
  FitOptions o{.epochs = 50, .batch_size = 16, .lr = 1e-30};  // nothing changes
  o.holdout = 0.3;
  o.patience = 2;
  Sequential net = Sequential::parse("Flatten Linear(3)");
  const Report report = fit(net, data, data, o);
  EXPECT_EQ(report.epochs.size(), 3u);
  EXPECT_TRUE(report.out_of_patience);
}

TEST(FitBeyond, IsNotOutOfPatienceInTheLastEpoch) {
  const Dataset data = noise_images({1, 6, 6}, 60, 3);
  FitOptions o{.epochs = 3, .batch_size = 16, .lr = 1e-30};  // nothing changes
  o.holdout = 0.3;
  o.patience = 2;
  Sequential net = Sequential::parse("Flatten Linear(3)");
  const Report report = fit(net, data, data, o);
  EXPECT_EQ(report.epochs.size(), 3u);
  EXPECT_FALSE(report.out_of_patience);
}

// Nothing but a check makes what a checked run takes.
static_assert(!std::is_default_constructible_v<CheckedFit>);
static_assert(!std::is_constructible_v<CheckedFit, Split>);

TEST(FitBeyond, ACheckedRunTrainsOnTheImagesThatTheCheckHasDrawn) {
  const Dataset data = noise_images({1, 6, 6}, 100, 2);
  FitOptions o{.epochs = 2, .batch_size = 10};
  o.holdout = 0.3;
  Sequential first = Sequential::parse("Flatten Linear(2)"), second = first.parse(first.text());
  for (Sequential* net : {&first, &second}) {
    Generator generator(4);
    net->build({1, 6, 6}, generator);
  }
  const CheckedFit checked = check_fit(first, data, data, o);
  EXPECT_EQ(checked.split().holdout, stratified_split(data, 0.3, 0).holdout);
  Generator one(5), other(5);
  fit(first, data, data, o, one);
  // A share that no check has seen counts for nothing but that there is one.
  o.holdout = 0.7;
  const Report report = fit(second, data, data, o, other, checked);
  EXPECT_EQ(report.examples, 2 * std::ssize(checked.split().train));
  EXPECT_EQ(copy_of(second.parameters()), copy_of(first.parameters()));
}

TEST(FitBeyond, EvaluationIsTheSameWithAndWithoutAugmentation) {
  const Dataset data = noise_images({1, 6, 6}, 64, 3);
  FitOptions o{.epochs = 1, .batch_size = 16, .lr = 1e-30};
  Sequential plain = Sequential::parse("Flatten Linear(3)");
  const double want = fit(plain, data, data, o).test_acc();
  o.augmentation = {.shift = 3, .erase = 1};
  Sequential net = Sequential::parse("Flatten Linear(3)");
  const Report report = fit(net, data, data, o);
  EXPECT_EQ(report.test_acc(), want);
}

TEST(FitBeyond, AugmentationChangesTheImagesOfATrainingStepAndEveryEpochAnew) {
  const Dataset data = noise_images({1, 6, 6}, 16, 3);
  const std::vector<std::int32_t> order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const Augmentation shift{.shift = 2};
  const auto loss = [&](std::int64_t epoch) {
    Sequential net = Sequential::parse("Flatten Linear(3)");
    Generator generator;
    net.build({1, 6, 6}, generator);
    Trainer trainer(net, {.batch_size = 16});
    const Batch batch(data, order);
    return trainer.step(epoch == 0 ? batch : batch.augmented(shift, 1, epoch), 0.1).loss();
  };
  EXPECT_EQ((std::set<double>{loss(0), loss(1), loss(2)}).size(), 3u);
  EXPECT_EQ(loss(1), loss(1));
}

/// A weight that only one step moves: 1 - the rate of that step.
TEST(FitBeyond, FollowsTheScheduleStepByStep) {
  const Dataset data = noise_images({1, 4, 4}, 40, 3);
  const StepCount steps{.total = 8, .epoch = 4};
  FitOptions o{.epochs = 2, .batch_size = 10, .lr = 0.5};
  o.shuffle = false;
  o.schedule = {.kind = Schedule::Kind::kCosine, .warmup = 0.5};
  Sequential net = Sequential::parse("Flatten Linear(3)");
  Generator generator;
  net.build({1, 4, 4}, generator);
  Sequential by_hand = Sequential::parse(net.text());
  by_hand.build({1, 4, 4}, generator);
  std::ranges::copy(net.parameters(), by_hand.parameters().begin());
  fit(net, data, data, o);
  Trainer trainer(by_hand, {.batch_size = 10});
  for (std::int64_t step = 0; step < 8; ++step) {
    std::vector<std::int32_t> order;
    for (std::int32_t i = 0; i < 10; ++i) {
      order.push_back(static_cast<std::int32_t>(step % 4 * 10) + i);
    }
    trainer.step(Batch(data, order), learning_rate(o.schedule, o.lr, step, steps));
  }
  EXPECT_EQ(copy_of(net.parameters()), copy_of(by_hand.parameters()));
}

TEST(FitBeyond, RefusesOptionsThatDoNotGoTogether) {
  const Dataset data = noise_images({1, 6, 6}, 60, 3);
  const auto message = [&](auto change) {
    FitOptions o{.epochs = 1, .batch_size = 16};
    change(o);
    return error_of(ErrorKind::kUsage, [&] {
      Sequential net = Sequential::parse("Flatten Linear(3)");
      fit(net, data, data, o);
    });
  };
  EXPECT_TRUE(contains(message([](FitOptions& o) { o.keep_best = true; }), "set aside"));
  EXPECT_TRUE(contains(message([](FitOptions& o) { o.patience = 3; }), "set aside"));
  EXPECT_TRUE(contains(message([](FitOptions& o) { o.holdout = 1.5; }), "1.5"));
  EXPECT_TRUE(contains(message([](FitOptions& o) { o.holdout = 0.999; }), "batch size: 16"));
  EXPECT_TRUE(contains(message([](FitOptions& o) { o.augmentation.shift = 6; }), "shift"));
  EXPECT_TRUE(contains(message([](FitOptions& o) { o.schedule.warmup = 2; }), "warm-up"));
  EXPECT_TRUE(contains(message([](FitOptions& o) { o.optimizer.momentum = -1; }), "momentum"));
  EXPECT_TRUE(contains(message([](FitOptions& o) { o.optimizer.nesterov = true; }), "Nesterov"));
  EXPECT_TRUE(contains(message([](FitOptions& o) { o.label_smoothing = 1; }), "smoothing"));
  EXPECT_TRUE(contains(message([](FitOptions& o) { o.clip_norm = -1; }), "norm"));
}

TEST(FitBeyond, NamesALastBatchOfOneBeforeTheFirstStep) {
  const Dataset data = noise_images({1, 6, 6}, 65, 3);
  const auto train_by = [&](std::int64_t batch_size, auto change) {
    FitOptions o{.epochs = 1, .batch_size = batch_size};
    o.on_step = [](const StepEvent&) { FAIL(); };
    change(o);
    Sequential net = Sequential::parse("Flatten Linear(4) BatchNorm1d Linear(3)");
    fit(net, data, data, o);
  };
  const auto unchanged = [](FitOptions&) {};
  EXPECT_EQ(
      error_of(ErrorKind::kUsage, [&] { train_by(64, unchanged); }),
      "BatchNorm1d: one value a channel in a batch of 1, want more to normalise by; 65 images "
      "train, and by 64 the last batch of an epoch has 1: take another batch size");
  error_of(ErrorKind::kUsage, [&] { train_by(1, unchanged); });
  std::int64_t steps = 0;
  const auto counted = [&](FitOptions& o) { o.on_step = [&](const StepEvent&) { ++steps; }; };
  train_by(63, counted);
  EXPECT_EQ(steps, 2);
  train_by(64, [&](FitOptions& o) {
    counted(o);
    o.max_steps = 1;  // which is not the last batch
  });
  train_by(64, [&](FitOptions& o) {
    counted(o);
    o.freeze = {"2.*"};  // normalises by what it knows
  });
  EXPECT_EQ(steps, 5);
}

TEST(FitBeyond, NamesAChannelOfOneValueThatNormalizeCannotDivideBy) {
  const std::int64_t plane = 16, count = 12;
  auto pixels = std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(3 * plane * count));
  for (std::int64_t i = 0; i < 3 * plane * count; ++i) {
    const bool middle = i / plane % 3 == 1;
    pixels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(middle ? 200 : i % 251);
  }
  std::vector<Label> labels(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = i % 2;
  const Dataset data(std::move(pixels), 0, {3, 4, 4}, std::move(labels), 2);
  FitOptions o{.epochs = 1, .batch_size = 4};
  Sequential net = Sequential::parse("Flatten Linear(2)");
  fit(net, data, data, o);
  o.normalize = true;
  EXPECT_EQ(error_of(ErrorKind::kUsage, [&] { fit(net, data, data, o); }),
            "normalize: all pixels of channel 1, of channels 0 to 2, are 200 in the 12 training "
            "images, so it has no deviation to divide by; train without it");
}

TEST(Sweep, GivesTheBitsOfSingleRuns) {
  const Dataset data = noise_images({1, 6, 6}, 80, 3);
  std::vector<SweepRun> runs;
  for (const double lr : {0.1, 0.2, 3e38, 0.3}) {
    runs.push_back({"Flatten Linear(3)", {.epochs = 2, .batch_size = 16, .lr = lr}});
  }
  std::vector<SweepOutcome> outcomes(runs.size());
  sweep(runs, data, data, 3, [&](std::int64_t run, const SweepOutcome& outcome) {
    outcomes[static_cast<std::size_t>(run)] = outcome;
  });
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i == 2) {
      EXPECT_FALSE(outcomes[i].report);
      EXPECT_TRUE(contains(outcomes[i].error, "learning rate"));
      continue;
    }
    Sequential net = Sequential::parse(runs[i].model);
    EXPECT_EQ(outcomes[i].report->loss, fit(net, data, data, runs[i].options).loss);
  }
}

}  // namespace
}  // namespace lenet
