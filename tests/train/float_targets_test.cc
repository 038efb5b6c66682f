// Targets of floats: the mean squared error, its gradient and its metric.
#include <cmath>
#include <numeric>
#include <optional>

#include "base/errors.h"
#include "lenet/fit.h"
#include "nn/networks.h"
#include "train/datasets.h"

namespace lenet {
namespace {

constexpr const char* kNet = "Conv2d(3, 3) Tanh AvgPool2d(2) Flatten Linear(5) Tanh Linear(3)";
const Shape kInput = {2, 6, 6};

struct Rows {
  std::vector<float> values, targets;
};

/// One whole pack and three more.
Rows random_rows(std::int64_t examples = 19) {
  Generator generator(5);
  Rows rows{std::vector<float>(static_cast<std::size_t>(72 * examples)),
            std::vector<float>(static_cast<std::size_t>(3 * examples))};
  generator.uniform(rows.values, -1, 1);
  generator.uniform(rows.targets, -2, 2);
  return rows;
}

/// torch.nn.MSELoss and torch.nn.L1Loss, by the reference network in double.
struct Errors {
  double squared = 0, absolute = 0;
};

Errors errors_of(const reference::Network& net, const reference::Values& parameters,
                 const Rows& rows) {
  Errors sum;
  for (std::size_t i = 0; i < rows.targets.size() / 3; ++i) {
    const reference::Values image(rows.values.begin() + static_cast<std::ptrdiff_t>(72 * i),
                                  rows.values.begin() + static_cast<std::ptrdiff_t>(72 * (i + 1)));
    const reference::Values outputs = reference::forward(net, parameters, image);
    for (std::size_t k = 0; k < 3; ++k) {
      const double error = outputs.at(k) - static_cast<double>(rows.targets[3 * i + k]);
      sum.squared += error * error;
      sum.absolute += std::abs(error);
    }
  }
  const auto count = static_cast<double>(rows.targets.size());
  return {sum.squared / count, sum.absolute / count};
}

TEST(FloatTargets, HaveTheMeanSquaredErrorAndItsGradient) {
  Sequential net = Sequential::parse(kNet);
  build_at_random(net, kInput);
  const Rows rows = random_rows();
  std::vector<float> gradient(net.parameters().size());
  const Metrics metrics = Trainer(net, {.batch_size = 32, .threads = 2})
                              .gradient(Batch(rows.values, FloatRows{rows.targets, 3}), gradient);
  const reference::Network reference = reference::network_of(kNet, kInput);
  reference::Values parameters(net.parameters().begin(), net.parameters().end());
  const Errors want = errors_of(reference, parameters, rows);
  EXPECT_NEAR(metrics.loss(), want.squared, 1e-6 * want.squared);
  EXPECT_NEAR(metrics.metric_mean(), want.absolute, 1e-6 * want.absolute);
  EXPECT_EQ(metrics.metric->name, "mae");
  std::vector<double> differences;
  constexpr double kStep = 1e-4;
  for (double& p : parameters) {
    const double before = p;
    p = before + kStep;
    const double above = errors_of(reference, parameters, rows).squared;
    p = before - kStep;
    differences.push_back((above - errors_of(reference, parameters, rows).squared) / (2 * kStep));
    p = before;
  }
  EXPECT_LE(relative_distance(gradient, differences), 1e-5);
}

TEST(FloatTargets, AreTakenOutOfADataSetInTheBatchsOrder) {
  const Rows rows = random_rows(40);
  const Dataset data(FloatImages{rows.values}, kInput, FloatTargets{rows.targets, 3});
  std::vector<std::int32_t> order(33);
  std::iota(order.rbegin(), order.rend(), 4);
  Rows ordered;
  for (const std::int32_t i : order) {
    ordered.values.insert(ordered.values.end(), data.floats(i), data.floats(i) + 72);
    const auto row = data.rows()[i];
    ordered.targets.insert(ordered.targets.end(), row.begin(), row.end());
  }
  Sequential net = built(kNet, kInput);
  Trainer trainer(net, {.batch_size = 33, .threads = 2});
  std::vector<float> one(net.parameters().size()), other(one.size());
  const double loss = trainer.gradient(Batch(data, order), one).loss_sum;
  EXPECT_EQ(trainer.gradient(Batch(ordered.values, FloatRows{ordered.targets, 3}), other).loss_sum,
            loss);
  EXPECT_EQ(one, other);
  const Evaluation evaluation = trainer.evaluate(data, order);
  EXPECT_EQ(evaluation.metrics.loss_sum, loss);
  EXPECT_TRUE(evaluation.predicted.empty());
}

FitOptions judged(std::int64_t epochs, int threads) {
  return {.epochs = epochs,
          .batch_size = 32,
          .lr = 0.3,
          .holdout = 0.2,
          .keep_best = true,
          .threads = threads};
}

TEST(FloatTargets, TrainToTheSameBitsOnAnyThreadsAndResumed) {
  const Dataset data = noise_with_rows(kInput, 300, 3);
  Sequential one = built(kNet, kInput), two = built(kNet, kInput), resumed = built(kNet, kInput);
  const Report report = fit(one, data, data, judged(6, 1));
  fit(two, data, data, judged(6, 3));
  EXPECT_EQ(copy_of(one.parameters()), copy_of(two.parameters()));
  FitOptions stops = judged(6, 2);
  std::optional<FitState> state;
  stops.on_pause = [&](const Pause& pause) {
    if (pause.epoch == 3 && pause.step == 4) state = pause.state();
    return !state;
  };
  fit(resumed, data, data, stops);
  ASSERT_TRUE(state);
  const Report rest = resume(resumed, data, data, judged(6, 2), *state);
  EXPECT_EQ(copy_of(resumed.parameters()), copy_of(one.parameters()));
  EXPECT_EQ(rest.test_metric, report.test_metric);
  EXPECT_EQ(rest.metric->name, "mae");
}

TEST(FloatTargets, AreLearnedAndJudgedByTheLeastError) {
  const Dataset data = noise_with_rows(kInput, 300, 3);
  Sequential net = built(kNet, kInput);
  const double before = evaluate(net, data).metrics.metric_mean();
  const Report report = fit(net, data, data, judged(20, 2));
  EXPECT_LT(report.test_metric, before / 4);
  const auto least = std::ranges::min_element(
      report.epochs, {}, [](const EpochReport& e) { return *e.holdout_metric; });
  EXPECT_EQ(report.best_epoch, least->epoch);
  EXPECT_EQ(report.test_metric, least->test_metric);
  EXPECT_EQ(evaluate(net, data).metrics.metric_mean(), report.test_metric);
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { (void)report.test_acc(); }),
                       "the loss has another metric, mae"));
}

TEST(FloatTargets, GoWithImagesOfBytes) {
  const Dataset bytes = bytes_with_rows(kInput, 300, 3), floats = noise_with_rows(kInput, 300, 3);
  Sequential one = built(kNet, kInput), other = built(kNet, kInput);
  fit(one, bytes, bytes, judged(3, 2));
  fit(other, floats, floats, judged(3, 2));
  EXPECT_EQ(copy_of(one.parameters()), copy_of(other.parameters()));
  FitOptions augmented = judged(3, 2);
  augmented.augmentation = {.flip = true, .shift = 1};
  fit(other, bytes, bytes, augmented);
  EXPECT_NE(copy_of(one.parameters()), copy_of(other.parameters()));
}

TEST(FloatTargets, GoWithNormalisationAveragesAndPatience) {
  const Dataset data = noise_with_rows(kInput, 300, 3);
  const auto trained = [&](int threads) {
    Sequential net = built("Conv2d(3, 3) BatchNorm2d Tanh Flatten Dropout(0.1) Linear(3)", kInput);
    FitOptions options = judged(60, threads);
    options.ema_decay = 0.9;
    options.patience = 2;
    const Report report = fit(net, data, data, options);
    EXPECT_TRUE(report.out_of_patience);
    EXPECT_EQ(std::ssize(report.epochs), report.best_epoch + 2);
    EXPECT_TRUE(report.epochs[0].averaged_metric);
    return copy_of(net.parameters());
  };
  EXPECT_EQ(trained(1), trained(3));
}

TEST(FloatTargets, AreRefusedByARunThatWasJudgedByItsAccuracy) {
  const Dataset rows = noise_with_rows(kInput, 40, 3);
  const Dataset classes = as_floats(noise_images(kInput, 40, 3));
  Sequential net = built(kNet, kInput);
  std::optional<FitState> state;
  FitOptions options = {.epochs = 2, .batch_size = 20};
  options.on_pause = [&](const Pause& pause) {
    state = pause.state();
    return false;
  };
  fit(net, classes, classes, options);
  options.on_pause = {};
  ASSERT_TRUE(state);
  EXPECT_TRUE(
      contains(error_of(ErrorKind::kUsage, [&] { resume(net, rows, rows, options, *state); }),
               "the run was judged by its accuracy, and this data's loss has another metric, mae"));
}

TEST(FloatTargets, AreRefusedWhereTheyDoNotFit) {
  const auto message = [](auto f) { return error_of(ErrorKind::kUsage, f); };
  const Rows rows = random_rows();
  Sequential net = built(kNet, kInput);
  Trainer trainer(net, {.batch_size = 19});
  EXPECT_TRUE(
      contains(message([&] {
                 trainer.step(Batch(rows.values, FloatRows{rows.values, 72}), 0.1);
               }),
               "a target is 72 floats, the network ends with 3 outputs; end it with Linear(72)"));
  EXPECT_TRUE(contains(
      message([&] {
        trainer.step(Batch(rows.values, FloatRows{rows.targets, 3}).augmented({.flip = true}, 0, 0),
                     0.1);
      }),
      "takes images of bytes, and the batch has floats"));
  const std::vector<float> ragged(3 * 19 + 1);
  EXPECT_TRUE(contains(message([&] {
                         trainer.step(Batch(rows.values, FloatRows{ragged, 3}), 0.1);
                       }),
                       "58 target values, want 19 rows of 3"));
  Trainer smoothed(net, {.batch_size = 19, .label_smoothing = 0.1});
  const Batch batch(rows.values, FloatRows{rows.targets, 3});
  EXPECT_TRUE(contains(message([&] { smoothed.step(batch, 0.1); }),
                       "label smoothing: 0.1, want 0 where the targets are floats"));
  const Dataset data = noise_with_rows(kInput, 40, 3);
  const Dataset classes = as_floats(noise_images(kInput, 40, 3));
  const FitOptions options = {.batch_size = 20, .label_smoothing = 0.1};
  EXPECT_TRUE(contains(message([&] { fit(net, data, data, options); }),
                       "label smoothing: wants a class an example"));
  EXPECT_TRUE(contains(message([&] { fit(net, data, classes, {.batch_size = 20}); }),
                       "of another kind than the training set's"));
  Sequential wide = built("Flatten Linear(4)", kInput);
  EXPECT_TRUE(contains(message([&] { fit(wide, data, data, {.batch_size = 20}); }),
                       "a target is 3 floats, the network ends with 4 outputs"));
}

}  // namespace
}  // namespace lenet
