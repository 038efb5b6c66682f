// Data sets of floats on the card.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/errors.h"
#include "lenet/fit.h"
#include "nn/networks.h"
#include "train/datasets.h"

namespace lenet {
namespace {

constexpr Device kCard = {Device::Kind::kCuda, 0};
constexpr const char* kNet = "Conv2d(4, 3) Tanh Flatten Linear(3)";

TEST(CudaFloatImages, TrainToTheBitsOfBytes) {
  const Dataset bytes = noise_images({2, 5, 7}, 150, 3), floats = as_floats(bytes);
  const auto trained = [](const Dataset& data) {
    Sequential net = built(kNet, {2, 5, 7});
    const FitOptions options = {.epochs = 2, .batch_size = 37, .lr = 0.1, .device = kCard};
    const Report report = fit(net, data, data, options);
    EXPECT_EQ(evaluate(net, data, kCard).metrics.accuracy(), report.test_acc());
    return std::pair(copy_of(net.parameters()), report.loss);
  };
  EXPECT_EQ(trained(floats), trained(bytes));
}

TEST(CudaFloatImages, AreNormalisedAsOnTheCpu) {
  const Dataset floats = as_floats(noise_images({2, 5, 7}, 40, 3));
  Sequential net = built(kNet, {2, 5, 7});
  net.set_normalization({.mean = {0.25f, 0.5f}, .deviation = {0.5f, 0.75f}});
  std::vector<std::int32_t> order(33);
  std::iota(order.rbegin(), order.rend(), 2);
  std::vector<float> want(net.parameters().size()), got(want.size());
  const Metrics of_cpu = Trainer(net, {.batch_size = 33}).gradient(Batch(floats, order), want);
  const Metrics of_card =
      Trainer(net, {.batch_size = 33, .device = kCard}).gradient(Batch(floats, order), got);
  EXPECT_NEAR(of_card.loss(), of_cpu.loss(), 1e-5 * of_cpu.loss());
  EXPECT_EQ(of_card.metric_sum, of_cpu.metric_sum);
  EXPECT_LE(relative_distance(got, want), 1e-5);
}

TEST(CudaFloatTargets, HaveTheCpusLossMetricAndGradient) {
  const Dataset data = noise_with_rows({2, 5, 7}, 140, 3);
  Sequential net = built(kNet, {2, 5, 7});
  std::vector<std::int32_t> order(133);
  std::iota(order.rbegin(), order.rend(), 5);
  std::vector<float> want(net.parameters().size()), got(want.size());
  Trainer cpu(net, {.batch_size = 133}), card(net, {.batch_size = 133, .device = kCard});
  const auto expect_alike = [&](const Batch& batch) {
    const Metrics of_cpu = cpu.gradient(batch, want), of_card = card.gradient(batch, got);
    EXPECT_NEAR(of_card.loss(), of_cpu.loss(), 1e-5 * of_cpu.loss());
    EXPECT_NEAR(of_card.metric_mean(), of_cpu.metric_mean(), 1e-5 * of_cpu.metric_mean());
    EXPECT_EQ(of_card.metric, of_cpu.metric);
    EXPECT_LE(relative_distance(got, want), 1e-5);
  };
  expect_alike(Batch(data, order));
  const Dataset bytes = bytes_with_rows({2, 5, 7}, 140, 3);
  expect_alike(Batch(bytes, order));
  expect_alike(Batch(bytes, order).augmented({.flip = true, .shift = 1}, 3, 1));
  expect_alike(Batch(data, order));  // uploaded anew: two sets stay, and this is the third
  expect_alike(Batch({data.floats(0), 133 * 70}, FloatRows{data.rows().values.first(3 * 133), 3}));
  const Metrics of_cpu = evaluate(net, data).metrics, of_card = evaluate(net, data, kCard).metrics;
  EXPECT_NEAR(of_card.loss(), of_cpu.loss(), 1e-5 * of_cpu.loss());
  EXPECT_NEAR(of_card.metric_mean(), of_cpu.metric_mean(), 1e-5 * of_cpu.metric_mean());
}

TEST(CudaFloatTargets, HaveEachLossOfTheCpu) {
  const Dataset noise = noise_with_rows({2, 5, 7}, 140, 4);
  std::vector<float> shares;  // two of two outcomes each, so that every loss takes them
  for (std::int64_t i = 0; i < noise.size(); ++i) {
    const float share = 1 / (1 + std::exp(-4 * noise.rows()[i][0]));
    shares.insert(shares.end(), {share / 2, 0.5f - share / 2, 0.25f, 0.25f});
  }
  const Dataset data(FloatImages{{noise.floats(0), noise.floats(0) + 140 * 70}}, {2, 5, 7},
                     FloatTargets{shares, 4});
  std::vector<std::int32_t> order(133);
  std::iota(order.rbegin(), order.rend(), 5);
  for (const LossFunction loss :
       {LossFunction::kCrossEntropy, LossFunction::kBce, LossFunction::kMse, LossFunction::kL1}) {
    Sequential net = built("Conv2d(4, 3) Tanh Flatten Linear(4)", {2, 5, 7});
    std::vector<float> want(net.parameters().size()), got(want.size());
    Trainer cpu(net, {.batch_size = 133, .loss = loss});
    Trainer card(net, {.batch_size = 133, .loss = loss, .device = kCard});
    const Metrics of_cpu = cpu.gradient(Batch(data, order), want);
    const Metrics of_card = card.gradient(Batch(data, order), got);
    EXPECT_NEAR(of_card.loss(), of_cpu.loss(), 1e-5 * of_cpu.loss()) << to_string(loss);
    EXPECT_NEAR(of_card.metric_mean(), of_cpu.metric_mean(), 1e-5) << to_string(loss);
    EXPECT_EQ(of_card.metric, of_cpu.metric);
    EXPECT_LE(relative_distance(got, want), 1e-5) << to_string(loss);
    const Metrics all = evaluate(net, data, kCard, loss).metrics;
    EXPECT_NEAR(all.loss(), evaluate(net, data, 2, loss).metrics.loss(), 1e-5 * all.loss());
  }
}

TEST(CudaFloatTargets, AreRefusedAsOnTheCpu) {
  const Dataset data = noise_with_rows({2, 5, 7}, 20, 3);
  Sequential net = built(kNet, {2, 5, 7});
  Trainer smoothed(net, {.batch_size = 20, .label_smoothing = 0.1, .device = kCard});
  const std::vector<std::int32_t> order = {0, 1, 2};
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { smoothed.step(Batch(data, order), 0.1); }),
                       "label smoothing: 0.1, want 0 where the targets are floats"));
  EXPECT_TRUE(
      contains(error_of(ErrorKind::kUsage,
                        [&] {
                          smoothed.step(Batch({data.floats(0), 3 * 70}, std::int64_t{3}), 0.1);
                        }),
               "the batch has no targets"));
  const std::vector<float> values(data.floats(0), data.floats(0) + 3 * 70);
  EXPECT_LE(relative_distance(forward(net, values, kCard), forward(net, values)), 1e-5);
}

TEST(CudaFloatTargets, StepsAtOnceHaveTheBitsOfStepsOneByOne) {
  const Dataset data = noise_with_rows({2, 5, 7}, 393, 3);
  std::vector<std::int32_t> order(393);
  std::iota(order.begin(), order.end(), 0);
  const auto trained = [&](std::int64_t at_once) {
    Sequential net = built(kNet, {2, 5, 7});
    Trainer trainer(net, {.batch_size = 20, .device = kCard});
    std::vector<Batch> batches;
    for (std::size_t step = 0; step < 60; ++step) {  // queued by itself, recorded, queued again
      const std::size_t first = step % 20 * 20;
      const std::size_t size = std::min<std::size_t>(20, order.size() - first);
      batches.emplace_back(data, std::span(order).subspan(first, size));
      if (std::ssize(batches) < at_once) continue;
      const std::vector<double> rates(batches.size(), 0.1);
      std::vector<Metrics> metrics(batches.size());
      EXPECT_EQ(trainer.steps(batches, rates, metrics), std::ssize(batches));
      batches.clear();
    }
    return copy_of(net.parameters());
  };
  EXPECT_EQ(trained(20), trained(1));
}

}  // namespace
}  // namespace lenet
