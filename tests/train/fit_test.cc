#include "lenet/fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/errors.h"
#include "lenet/trainer.h"
#include "train/datasets.h"
#include "train/golden.h"

namespace lenet {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// A network quick enough for 60,000 images.
Sequential small_net() { return Sequential::parse("AvgPool2d(7) Flatten Linear(10)"); }

TEST(Fit, TakesTheChaptersStepsAndPoints) {
  const auto& [train, test] = fashion_mnist();
  Sequential net = small_net();
  std::vector<StepEvent> steps;
  std::vector<double> reported;
  const Report report = fit(net, train, test,
                            {.epochs = 2,
                             .on_step = [&](const StepEvent& e) { steps.push_back(e); },
                             .on_point = [&](const FitPoint& p) { reported.push_back(p.epoch); }});
  // 234 batches of 256 and one of 96.
  ASSERT_EQ(steps.size(), 2u * 235);
  EXPECT_EQ(steps[0].epoch, 1);
  EXPECT_EQ(steps[0].step, 1);
  EXPECT_EQ(steps[0].step_loss, steps[0].train_loss);
  EXPECT_EQ(steps[235].epoch, 2);
  EXPECT_EQ(steps[235].step_loss, steps[235].train_loss);  // means start anew
  EXPECT_EQ(steps.back().step, 235);
  EXPECT_EQ(steps.back().steps, 235);
  EXPECT_EQ(report.examples, 120000);
  // (i + 1) % (235 // 5) == 0 or the last, at epoch + (i + 1) / 235; then the test at epoch + 1.
  std::vector<double> want;
  for (const int epoch : {0, 1}) {
    for (const int step : {47, 94, 141, 188, 235}) want.push_back(epoch + step / 235.0);
    want.push_back(epoch + 1);
  }
  EXPECT_EQ(reported, want);
  ASSERT_EQ(report.points.size(), 12u);
  EXPECT_EQ(report.points[1].train_loss, steps[93].train_loss);
  EXPECT_EQ(report.points[1].train_metric, steps[93].train_acc());
  EXPECT_FALSE(report.points[1].test_metric);
  EXPECT_FALSE(report.points[5].train_loss);
  EXPECT_EQ(report.points[5].test_metric, report.epochs[0].test_acc());
  // What is printed is of the last epoch.
  EXPECT_EQ(report.loss, report.epochs[1].train_loss);
  EXPECT_EQ(report.train_acc(), steps.back().train_acc());
  EXPECT_EQ(report.test_acc(), evaluate_accuracy(net, test));
  EXPECT_GT(report.examples_per_sec, 0);
  EXPECT_GE(report.wall_seconds, 120000 / report.examples_per_sec);
  EXPECT_TRUE(report.step_losses.empty());
}

TEST(Fit, MeansAreOverTheExamplesOfTheEpoch) {
  const Dataset data = noise_images({1, 4, 4}, 50, 3);
  Sequential net = Sequential::parse("Flatten Linear(3)");
  double sum = 0;
  std::int64_t seen = 0;
  fit(net, data, data, {.epochs = 1, .batch_size = 16, .on_step = [&](const StepEvent& e) {
                          const std::int64_t count = e.step == 4 ? 2 : 16;
                          sum += e.step_loss * static_cast<double>(count);
                          seen += count;
                          EXPECT_NEAR(e.train_loss, sum / static_cast<double>(seen), 1e-12);
                        }});
  EXPECT_EQ(seen, 50);
}

TEST(Fit, PlotsEveryStepOfAnEpochWithFewerThanTen) {
  const Dataset data = noise_images({1, 4, 4}, 48, 3);
  Sequential net = Sequential::parse("Flatten Linear(3)");
  const Report report = fit(net, data, data, {.epochs = 1, .batch_size = 16});
  std::vector<double> x;
  for (const FitPoint& p : report.points) x.push_back(p.epoch);
  EXPECT_EQ(x, (std::vector<double>{1 / 3.0, 2 / 3.0, 1, 1}));
}

TEST(Fit, StopsAfterMaxSteps) {
  const Dataset data = noise_images({1, 4, 4}, 50, 3);
  for (const std::int64_t limit : {1, 4, 5, 9}) {
    Sequential net = Sequential::parse("Flatten Linear(3)");
    const Report report = fit(net, data, data, {.epochs = 3, .batch_size = 16, .max_steps = limit});
    EXPECT_EQ(std::ssize(report.step_losses), limit);
    EXPECT_EQ(std::ssize(report.epochs), (limit + 3) / 4);
    EXPECT_EQ(report.test_acc(), evaluate_accuracy(net, data));
  }
}

TEST(Fit, VisitsTheImagesInFileOrderWithoutShuffle) {
  const Dataset data = noise_images({1, 4, 4}, 40, 3);
  Sequential net = Sequential::parse("Flatten Linear(3)"), copy = Sequential::parse(net.text());
  Generator generator(5);
  copy.build({1, 4, 4}, generator);
  xavier_uniform(copy, generator);
  fit(net, data, data, {.epochs = 2, .batch_size = 16, .lr = 0.5f, .seed = 5, .shuffle = false});
  Trainer trainer(copy, {.batch_size = 16});
  std::vector<std::int32_t> order(40);
  std::iota(order.begin(), order.end(), 0);
  for (int epoch = 0; epoch < 2; ++epoch) {
    for (const std::size_t first : {0u, 16u, 32u}) {
      const std::size_t count = std::min<std::size_t>(16, 40 - first);
      trainer.step(Batch(data, std::span(order).subspan(first, count)), 0.5f);
    }
  }
  EXPECT_TRUE(
      std::equal(net.parameters().begin(), net.parameters().end(), copy.parameters().begin()));
}

TEST(Fit, GoesOnFromTheParametersOfABuiltNetwork) {
  const Dataset data = noise_images({1, 4, 4}, 32, 3);
  Sequential net = Sequential::parse("Flatten Linear(3)");
  Generator generator;
  net.build({1, 4, 4}, generator);
  constant_weights(net, 0);
  const std::span<float> bias = net.named_parameters()[1].values;
  std::fill(bias.begin(), bias.end(), 0.0f);
  const Report report = fit(net, data, data, {.epochs = 1, .batch_size = 32, .max_steps = 1});
  EXPECT_NEAR(report.step_losses[0], std::log(3), 1e-6);
}

TEST(Fit, FindsInTheEvaluationThatTheLastStepDiverged) {
  const Dataset data = noise_images({1, 4, 4}, 64, 3);
  Sequential net = Sequential::parse("Flatten Linear(30) ReLU Linear(30) ReLU Linear(3)");
  Generator generator;
  net.build({1, 4, 4}, generator);
  const std::vector<float> before(net.parameters().begin(), net.parameters().end());
  const std::string message = error_of(ErrorKind::kDiverged, [&] {
    fit(net, data, data, {.epochs = 1, .batch_size = 64, .lr = 1e30f});
  });
  EXPECT_TRUE(contains(message, "epoch 1, step 1"));
  EXPECT_TRUE(std::equal(before.begin(), before.end(), net.parameters().begin()));
}

TEST(Fit, ReportsDivergenceAndKeepsTheLastWeightsWithAFiniteLoss) {
  const Dataset data = noise_images({1, 4, 4}, 64, 3);
  Sequential net = Sequential::parse("Flatten Linear(30) ReLU Linear(30) ReLU Linear(3)");
  Generator generator;
  net.build({1, 4, 4}, generator);
  // The weights at first, and after each step with a finite loss.
  std::vector<std::vector<float>> weights = {{net.parameters().begin(), net.parameters().end()}};
  const std::string message = error_of(ErrorKind::kDiverged, [&] {
    fit(net, data, data,
        {.epochs = 3, .batch_size = 16, .lr = 1e30f, .on_step = [&](const StepEvent& e) {
           EXPECT_TRUE(std::isfinite(e.step_loss));
           weights.emplace_back(net.parameters().begin(), net.parameters().end());
         }});
  });
  const std::size_t steps = weights.size();  // with that of the loss that is not finite
  ASSERT_GE(steps, 2u);
  EXPECT_TRUE(contains(message, "epoch " + std::to_string((steps - 1) / 4 + 1) + ", step " +
                                    std::to_string((steps - 1) % 4 + 1)));
  EXPECT_TRUE(contains(message, "1e+30"));
  for (const float w : net.parameters()) ASSERT_TRUE(std::isfinite(w));
  EXPECT_TRUE(
      std::equal(net.parameters().begin(), net.parameters().end(), weights[steps - 2].begin()));
}

TEST(Fit, RollsBackWithHalfTheRateUntilItIsSmallEnough) {
  const Dataset data = noise_images({1, 4, 4}, 64, 3);
  const FitOptions options{.epochs = 2, .batch_size = 16, .lr = 1e20, .rollbacks = 200};
  FitOptions watched = options;
  std::vector<Rollback> rollbacks;
  watched.on_rollback = [&](const Rollback& r) { rollbacks.push_back(r); };
  Sequential net = Sequential::parse("Flatten Linear(30) ReLU Linear(3)");
  const Report report = fit(net, data, data, watched);
  ASSERT_FALSE(rollbacks.empty());
  EXPECT_EQ(rollbacks[0].lr, 5e19);
  EXPECT_EQ(rollbacks.back().count, std::ssize(rollbacks));
  EXPECT_TRUE(contains(rollbacks[0].why, "epoch 1, step"));
  EXPECT_TRUE(contains(rollbacks[0].why, "learning rate 1e+20: "));
  EXPECT_EQ(std::ssize(report.epochs), 2);
  // If all were in the first epoch, the rest is a run with that rate from the start.
  ASSERT_EQ(rollbacks.back().epoch, 1);
  FitOptions small = options;
  small.lr = rollbacks.back().lr;
  Sequential other = Sequential::parse("Flatten Linear(30) ReLU Linear(3)");
  fit(other, data, data, small);
  EXPECT_TRUE(std::ranges::equal(net.parameters(), other.parameters()));
}

TEST(Fit, EndsWhenNoRollbackIsLeft) {
  const Dataset data = noise_images({1, 4, 4}, 64, 3);
  Sequential net = Sequential::parse("Flatten Linear(30) ReLU Linear(3)");
  std::int64_t count = 0;
  const std::string message = error_of(ErrorKind::kDiverged, [&] {
    fit(net, data, data,
        {.epochs = 2,
         .batch_size = 16,
         .lr = 1e30,
         .rollbacks = 5,
         .on_rollback = [&](const Rollback&) { ++count; }});
  });
  EXPECT_EQ(count, 5);
  EXPECT_TRUE(contains(message, "learning rate 3.125e+28"));  // 1e30 / 2^5
  EXPECT_TRUE(contains(message, "its largest weight, "));
}

TEST(Fit, RaisesNoFalseAlarmInTheChaptersRunOverAHundredSeeds) {
  const Dataset data = noise_images({1, 28, 28}, 64, 10);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Sequential net = make_lenet();
    EXPECT_NO_THROW(fit(net, data, data, {.epochs = 2, .batch_size = 32, .seed = seed})) << seed;
  }
}

std::string fit_error(const FitOptions& options) {
  const Dataset data = noise_images({1, 4, 4}, 20, 3);
  Sequential net = Sequential::parse("Flatten Linear(3)");
  return error_of(ErrorKind::kUsage, [&] { fit(net, data, data, options); });
}

TEST(Fit, RefusesOptionsOutOfRange) {
  const FitOptions good{.epochs = 1, .batch_size = 20, .lr = 0.1f, .threads = 1};
  const auto with = [&](auto change) {
    FitOptions options = good;
    change(options);
    return fit_error(options);
  };
  EXPECT_TRUE(contains(with([](FitOptions& o) { o.batch_size = 0; }), "batch size: 0"));
  EXPECT_TRUE(contains(with([](FitOptions& o) { o.batch_size = 21; }), "21, want 1 to the 20"));
  EXPECT_TRUE(contains(with([](FitOptions& o) { o.epochs = 0; }), "epochs: 0"));
  EXPECT_TRUE(contains(with([](FitOptions& o) { o.threads = -1; }), "threads: -1"));
  EXPECT_TRUE(contains(with([](FitOptions& o) { o.max_steps = 0; }), "max steps: 0"));
  for (const float lr : {0.0f, -1.0f, kInfinity, kNaN}) {
    EXPECT_TRUE(contains(with([&](FitOptions& o) { o.lr = lr; }), "learning rate: "));
  }
}

TEST(Fit, RefusesDataThatDoesNotFitBeforeTheFirstStep) {
  const Dataset good = noise_images({1, 4, 4}, 20, 3);
  const Dataset wide = noise_images({1, 4, 5}, 20, 3), many = noise_images({1, 4, 4}, 20, 4);
  const auto message = [](const Dataset& train, const Dataset& test) {
    Sequential net = Sequential::parse("Flatten Linear(3)");
    Generator generator;
    net.build({1, 4, 4}, generator);
    return error_of(ErrorKind::kUsage, [&] {
      fit(net, train, test, {.epochs = 1, .batch_size = 20, .on_step = [](const StepEvent&) {
                               ADD_FAILURE() << "a step was taken";
                             }});
    });
  };
  EXPECT_TRUE(contains(message(wide, good), "1x4x5"));
  EXPECT_TRUE(contains(message(many, good), "4 classes"));
  EXPECT_TRUE(contains(message(good, wide), "1x4x5"));
  EXPECT_TRUE(contains(message(good, many), "4 classes"));
}

TEST(Fit, RefusesATestSetWhoseClassesAreNamedInAnotherOrder) {
  const auto data = [](std::vector<std::string> names) {
    return Dataset(std::make_unique<std::uint8_t[]>(2), 0, {1, 1, 1}, {0, 1}, 2, std::move(names));
  };
  Sequential net = Sequential::parse("Flatten Linear(2)");
  const FitOptions options = {.epochs = 1, .batch_size = 2};
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage,
                                [&] {
                                  fit(net, data({"cat", "dog"}), data({"dog", "cat"}), options);
                                }),
                       "in_classes_of(train.class_names()"));
  EXPECT_NO_THROW(fit(net, data({"cat", "dog"}), data({}), options));
}

}  // namespace
}  // namespace lenet
