// Class weights and balanced sampling in training: the weighted mean of a batch, threads, and what
// is refused.
#include "lenet/class_weights.h"

#include <cmath>
#include <memory>
#include <numeric>

#include "base/errors.h"
#include "lenet/fit.h"
#include "nn/networks.h"
#include "train/datasets.h"
#include "train/epoch_order.h"
#include "train/fit_options.h"
#include "train/golden.h"

namespace lenet {
namespace {

constexpr const char* kNet = "Conv2d(4, 3) Tanh Flatten Linear(3)";

std::vector<std::int32_t> first(std::int32_t count) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

TEST(WeightedTraining, HasTheWeightedMeanOfTheExamplesLossesAndGradients) {
  const Dataset data = noise_images({1, 6, 6}, 40, 3);
  Sequential net = built(kNet, {1, 6, 6});
  const std::vector<float> weights = {1, 0.25f, 3};
  const std::vector<std::int32_t> order = first(37);
  Trainer plain(net, {.batch_size = 37}),
      weighted(net, {.batch_size = 37, .class_weights = weights});
  std::vector<float> got(net.parameters().size()), one(got.size());
  const Metrics metrics = weighted.gradient(Batch(data, order), got);
  std::vector<double> want(got.size());
  double loss = 0, sum = 0;
  for (const std::int32_t i : order) {
    const std::int32_t only[] = {i};
    const auto w = static_cast<double>(weights[data.label(i)]);
    loss += w * plain.gradient(Batch(data, only), one).loss();
    for (std::size_t p = 0; p < one.size(); ++p) want[p] += w * static_cast<double>(one[p]);
    sum += w;
  }
  EXPECT_NEAR(metrics.loss(), loss / sum, 1e-6 * loss / sum);
  for (std::size_t p = 0; p < got.size(); ++p) EXPECT_NEAR(got[p], want[p] / sum, 2e-7) << p;
}

TEST(BalancedSampling, DrawsWhatPyTorchsSamplerDraws) {
  const nlohmann::json golden = golden_json("sampler.json");
  const auto weights = golden.at("weights").get<std::vector<double>>();
  Generator generator(golden.at("seed").get<std::uint64_t>());
  for (const nlohmann::json& epoch : golden.at("epochs")) {
    std::vector<std::int32_t> order(40);
    sample_as_data_loader(generator, weights, order);
    EXPECT_EQ(order, epoch.get<std::vector<std::int32_t>>());
  }
}

/// Of 200 images of class 0 and 20 of each other, an epoch sees all alike.
TEST(BalancedSampling, BringsAllClassesAlike) {
  std::vector<Label> labels(240, 0);
  for (std::size_t i = 0; i < 20; ++i) labels[10 * i] = 1, labels[10 * i + 5] = 2;
  const Dataset data(std::make_unique<std::uint8_t[]>(240), 0, {1, 1, 1}, labels, 3);
  FitOptions o{.sampling = Sampling::kBalanced};
  std::vector<std::int32_t> images = first(240);
  const std::vector<double> weights = sampling_weights(o, data, images);
  EpochOrder order(images, true, weights);
  Generator generator(1);
  std::vector<std::int64_t> seen(3);
  for (int epoch = 0; epoch < 50; ++epoch) {
    order.begin_epoch(generator);
    for (const std::int32_t i : order.batch(0, 240)) ++seen[data.label(i)];
  }
  for (const std::int64_t count : seen) EXPECT_NEAR(static_cast<double>(count), 4000, 200);
  EXPECT_TRUE(sampling_weights({}, data, images).empty());
}

TEST(BalancedSampling, GoesOnWithTheSameBits) {
  const Dataset data = noise_images({1, 6, 6}, 150, 3);
  FitOptions o{.epochs = 3, .batch_size = 40, .lr = 0.1, .sampling = Sampling::kBalanced};
  Sequential whole = built(kNet, {1, 6, 6}), parts = built(kNet, {1, 6, 6});
  fit(whole, data, data, o);
  FitState state;
  o.on_pause = [&](const Pause& pause) {
    if (pause.epoch == 2 && pause.step == 2) state = pause.state();
    return pause.epoch < 2 || pause.step < 2;
  };
  fit(parts, data, data, o);
  o.on_pause = {};
  resume(parts, data, data, o, state);
  EXPECT_EQ(copy_of(parts.parameters()), copy_of(whole.parameters()));
}

TEST(WeightedTraining, HasTheSameBitsOnAnyNumberOfThreads) {
  const Dataset data = noise_images({1, 6, 6}, 150, 3);
  std::vector<float> want;
  for (const int threads : {1, 3}) {
    Sequential net = built(kNet, {1, 6, 6});
    FitOptions o{.epochs = 2, .batch_size = 40, .lr = 0.1, .threads = threads};
    o.class_weights.balanced = true;
    o.holdout = 0.2;
    fit(net, data, data, o);
    if (want.empty()) want = copy_of(net.parameters());
    EXPECT_EQ(copy_of(net.parameters()), want);
  }
}

TEST(WeightedTraining, LeavesAClassOfNoWeightOut) {
  const Dataset data = noise_images({1, 6, 6}, 40, 3);
  Sequential net = built("Flatten Linear(3)", {1, 6, 6});
  Trainer trainer(net, {.batch_size = 40, .class_weights = {0, 0, 1}});
  std::vector<std::int32_t> others;
  for (std::int32_t i = 0; i < 40; ++i) {
    if (data.label(i) != 2) others.push_back(i);
  }
  std::vector<float> gradient(net.parameters().size(), 1.0f);
  EXPECT_EQ(trainer.gradient(Batch(data, others), gradient).loss(), 0);
  EXPECT_EQ(gradient, std::vector<float>(gradient.size()));
}

TEST(WeightedTraining, RefusesOtherNumbersOfWeights) {
  const Dataset data = noise_images({1, 6, 6}, 40, 3);
  Sequential net = built("Flatten Linear(3)", {1, 6, 6});
  FitOptions o{.epochs = 1, .batch_size = 40};
  o.class_weights.values = {1, 2};
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { fit(net, data, data, o); }),
                       "class weights: 2, want one for each of 3 classes"));
  Trainer trainer(net, {.batch_size = 40, .class_weights = {1, 2}});
  const std::vector<std::int32_t> order = first(40);
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { trainer.step(Batch(data, order), 0.1); }),
                       "class weights: 2, want one for each of 3 outputs"));
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage,
                                [&] {
                                  Trainer(net, {.class_weights = {1, -2, 3}});
                                }),
                       "class weights: -2, want numbers from 0 on"));
}

}  // namespace
}  // namespace lenet
