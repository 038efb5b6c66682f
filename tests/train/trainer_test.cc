#include "lenet/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/errors.h"
#include "nn/networks.h"
#include "train/datasets.h"

namespace lenet {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(Trainer, StepSubtractsTheGradientTimesTheRate) {
  const Dataset data = noise_images({1, 6, 6}, 40, 3);
  Sequential net = built("Conv2d(4, 3) Tanh AvgPool2d(2) Flatten Linear(3)", {1, 6, 6});
  std::vector<std::int32_t> order(40);
  std::iota(order.begin(), order.end(), 0);
  Trainer trainer(net, {.batch_size = 40, .threads = 2});
  const std::vector<float> before = copy_of(net.parameters());
  std::vector<float> gradient(before.size());
  const Metrics metrics = trainer.gradient(Batch(data, order), gradient);
  EXPECT_EQ(copy_of(net.parameters()), before);
  EXPECT_EQ(metrics.examples, 40);
  EXPECT_EQ(trainer.step(Batch(data, order), 0.25f).loss_sum, metrics.loss_sum);
  for (std::size_t i = 0; i < before.size(); ++i) {
    ASSERT_EQ(net.parameters()[i], before[i] - 0.25f * gradient[i]) << i;
  }
  // The next step works with what the update made of the weights.
  Sequential other = built("Conv2d(4, 3) Tanh AvgPool2d(2) Flatten Linear(3)", {1, 6, 6});
  std::copy(net.parameters().begin(), net.parameters().end(), other.parameters().begin());
  EXPECT_EQ(trainer.gradient(Batch(data, order), gradient).loss_sum,
            Trainer(other, {.batch_size = 40}).gradient(Batch(data, order), gradient).loss_sum);
}

TEST(Trainer, TakesOneStepForABatchOfSeveralMicroBatches) {
  const Dataset data = noise_images({1, 4, 4}, 3000, 3);  // 188 packs, 64 a micro-batch
  std::vector<std::int32_t> order(3000);
  std::iota(order.begin(), order.end(), 0);
  Sequential net = built("Conv2d(2, 2) Tanh Flatten Linear(3)", {1, 4, 4});
  Trainer trainer(net, {.batch_size = 3000, .threads = 2});
  const std::vector<float> before = copy_of(net.parameters());
  std::vector<float> gradient(before.size());
  trainer.gradient(Batch(data, order), gradient);
  trainer.step(Batch(data, order), 0.25f);
  for (std::size_t i = 0; i < before.size(); ++i) {
    ASSERT_EQ(net.parameters()[i], before[i] - 0.25f * gradient[i]) << i;
  }
}

TEST(Trainer, TakesNoStepIfTheLastOfSeveralMicroBatchesHasALossThatIsNotFinite) {
  Sequential net = built("Linear(2)", {4});
  const std::vector<float> before = copy_of(net.parameters());
  std::vector<float> values(4 * 3000, 0.5f);
  values.back() = kNaN;
  const std::vector<Label> labels(3000);
  Trainer trainer(net, {.batch_size = 3000, .threads = 2});
  EXPECT_TRUE(std::isnan(trainer.step(Batch(values, labels), 0.1f).loss()));
  EXPECT_EQ(copy_of(net.parameters()), before);
}

TEST(Trainer, GradientIsTheMeanOfThatOfEachExample) {
  const Dataset data = noise_images({1, 5, 5}, 19, 4);
  Sequential net = built("Conv2d(3, 2) Sigmoid Flatten Linear(4)", {1, 5, 5});
  std::vector<std::int32_t> order(19);
  std::iota(order.begin(), order.end(), 0);
  Trainer trainer(net, {.batch_size = 19});
  std::vector<float> all(net.parameters().size()), one(all.size());
  const double loss = trainer.gradient(Batch(data, order), all).loss_sum;
  std::vector<double> sum(all.size());
  double sum_of_losses = 0;
  for (const std::int32_t& i : order) {
    sum_of_losses += trainer.gradient(Batch(data, {&i, 1}), one).loss_sum;
    for (std::size_t k = 0; k < one.size(); ++k) sum[k] += one[k] / 19.0;
  }
  EXPECT_NEAR(loss, sum_of_losses, 1e-5);
  for (std::size_t k = 0; k < all.size(); ++k) EXPECT_NEAR(all[k], sum[k], 1e-6);
}

TEST(Trainer, TakesABatchLargerThanItWasMadeFor) {
  const Dataset data = noise_images({1, 4, 4}, 3000, 3);
  Sequential net = built("Conv2d(2, 2) Tanh Flatten Linear(3)", {1, 4, 4});
  std::vector<std::int32_t> order(3000);
  std::iota(order.begin(), order.end(), 0);
  std::vector<float> small(net.parameters().size()), large(small.size());
  Trainer(net, {.batch_size = 7}).gradient(Batch(data, order), small);
  Trainer(net, {.batch_size = 3000}).gradient(Batch(data, order), large);
  for (std::size_t i = 0; i < small.size(); ++i) EXPECT_NEAR(small[i], large[i], 1e-6);
}

/// One image of 4 floats and its class.
struct Example {
  std::vector<float> values;
  std::vector<Label> label = {1};
  Batch batch() const { return {values, label}; }
};

TEST(Trainer, GoesBackBeforeTheLastStepIfTheLossIsNotFinite) {
  Sequential net = built("Linear(2)", {4});
  Trainer trainer(net, {.batch_size = 1});
  const Example good{{1, 2, 3, 4}}, bad{{1, kNaN, 3, 4}};
  const std::vector<float> start = copy_of(net.parameters());
  EXPECT_TRUE(std::isnan(trainer.step(bad.batch(), 0.1f).loss()));
  EXPECT_EQ(copy_of(net.parameters()), start);
  trainer.step(good.batch(), 0.1f);
  const std::vector<float> second = copy_of(net.parameters());
  EXPECT_NE(second, start);
  trainer.step(good.batch(), 0.1f);
  EXPECT_TRUE(std::isnan(trainer.step(bad.batch(), 0.1f).loss()));
  EXPECT_EQ(copy_of(net.parameters()), second);
  // And goes on from there.
  std::vector<float> gradient(second.size()), want(second.size());
  trainer.gradient(good.batch(), gradient);
  Trainer(net, {.batch_size = 1}).gradient(good.batch(), want);
  EXPECT_EQ(gradient, want);
}

TEST(Trainer, TakesNoStepIfAGradientIsNotFiniteThoughTheLossIs) {
  for (const double clip_norm : {0.0, 1.0}) {
    Sequential net = net_of_a_bad_gradient();
    const std::vector<float> before = copy_of(net.parameters()), running = copy_of(net.buffers());
    Trainer trainer(net, {.batch_size = 2, .optimizer = {.momentum = 0.9}, .clip_norm = clip_norm});
    const Trainer::Snapshot start = trainer.snapshot();
    const std::vector<float> values = {1, 2, 3, 4, 5, 6, 7, 8};
    const std::vector<Label> labels = {0, 0};
    EXPECT_TRUE(std::isfinite(trainer.step(Batch(values, labels), 0.1).loss()));
    EXPECT_TRUE(contains(trainer.failure(), "the gradient of layer 2, Linear(4) is not finite"))
        << trainer.failure();
    EXPECT_EQ(copy_of(net.parameters()), before);
    EXPECT_EQ(copy_of(net.buffers()), running);
    EXPECT_EQ(trainer.snapshot().first, start.first);
    EXPECT_EQ(trainer.snapshot().steps, 0);
  }
}

TEST(Trainer, DoesNotGoBackBehindParametersThatWereSetFromOutside) {
  Sequential net = built("Linear(2)", {4});
  Trainer trainer(net, {.batch_size = 1});
  trainer.step(Example{{1, 2, 3, 4}}.batch(), 0.1f);
  constant_weights(net, 0.5f);
  const std::vector<float> loaded = copy_of(net.parameters());
  trainer.parameters_changed();
  EXPECT_TRUE(std::isnan(trainer.step(Example{{kNaN, 0, 0, 0}}.batch(), 0.1f).loss()));
  EXPECT_EQ(copy_of(net.parameters()), loaded);
}

TEST(Trainer, RefusesBatchesThatDoNotFit) {
  Sequential net = built("Flatten Linear(3)", {1, 4, 4});
  Trainer trainer(net, {.batch_size = 8});
  const std::int32_t first[] = {0};
  const Dataset wide = noise_images({1, 4, 5}, 4, 3), many = noise_images({1, 4, 4}, 4, 5);
  const auto message = [&](const Batch& batch) {
    return error_of(ErrorKind::kUsage, [&] { trainer.step(batch, 0.1f); });
  };
  EXPECT_TRUE(contains(message(Batch(wide, first)), "1x4x5, the network was built for 1x4x4"));
  EXPECT_TRUE(contains(message(Batch(many, first)), "5 classes, the network ends with 3"));
  const std::vector<float> values(16);
  const std::vector<Label> two = {0, 1}, three = {3};
  EXPECT_TRUE(contains(message(Batch(values, two)), "16 values, want 2 images"));
  EXPECT_TRUE(contains(message(Batch(values, three)), "label 3"));
}

TEST(Trainer, RefusesNetworksAndOptionsThatItCannotTrain) {
  Sequential net = built("Flatten Linear(3)", {1, 4, 4});
  const auto message = [](Sequential& network, const Trainer::Options& options) {
    return error_of(ErrorKind::kUsage, [&] { Trainer(network, options); });
  };
  EXPECT_TRUE(contains(message(net, {.batch_size = 0}), "batch size: 0"));
  EXPECT_TRUE(contains(message(net, {.threads = -1}), "threads: -1"));
  EXPECT_TRUE(contains(message(net, {.threads = 1025}), "threads: 1025"));
  Sequential without = built("Flatten Sigmoid", {1, 4, 4});
  EXPECT_TRUE(contains(message(without, {}), "nothing to train"));
  Sequential unbuilt = Sequential::parse("Flatten Linear(3)");
  EXPECT_TRUE(contains(message(unbuilt, {}), "build()"));
}

TEST(Evaluate, CountsEachImageOnceAndSaysWhatItIs) {
  const Dataset data = noise_images({1, 4, 4}, 37, 3);
  Sequential net = built("Flatten Linear(3)", {1, 4, 4});
  constant_weights(net, 0);
  const auto bias = net.named_parameters()[1].values;
  bias[0] = 0, bias[1] = 2, bias[2] = 1;
  const Evaluation result = evaluate(net, data, 2);
  EXPECT_EQ(result.predicted, std::vector<std::int32_t>(37, 1));
  const auto ones = std::count(data.labels().begin(), data.labels().end(), 1);
  EXPECT_EQ(result.metrics.metric_sum, ones);
  EXPECT_EQ(result.metrics.examples, 37);
  EXPECT_EQ(evaluate_accuracy(net, data), static_cast<double>(ones) / 37);
  double loss = 0;
  for (const Label label : data.labels()) {
    loss += std::log(1 + std::exp(2) + std::exp(1)) - static_cast<double>(bias[label]);
  }
  EXPECT_NEAR(result.metrics.loss_sum, loss, 1e-5 * loss);
}

TEST(Forward, GivesARowOfOutputsAnImage) {
  Sequential net = built("Linear(2)", {3});
  const auto p = net.named_parameters();
  std::iota(p[0].values.begin(), p[0].values.end(), 1.0f);  // 1 2 3, 4 5 6
  p[1].values[0] = 10, p[1].values[1] = 20;
  const std::vector<float> y = forward(net, std::vector<float>{1, 0, 0, 0, 0, 1, 1, 1, 1});
  EXPECT_EQ(y, (std::vector<float>{11, 24, 13, 26, 16, 35}));
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { forward(net, std::vector<float>(4)); }),
                       "4 values"));
}

}  // namespace
}  // namespace lenet
