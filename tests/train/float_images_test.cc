// Images of floats train as those of bytes do.
#include <numeric>

#include "base/errors.h"
#include "lenet/fit.h"
#include "lenet/quantize.h"
#include "nn/networks.h"
#include "train/datasets.h"

namespace lenet {
namespace {

const Dataset& bytes() {
  static const Dataset data = noise_images({2, 5, 7}, 150, 3);
  return data;
}

const Dataset& floats() {
  static const Dataset data = as_floats(bytes());
  return data;
}

Sequential net() { return built("Conv2d(4, 3) Tanh Flatten Linear(3)", {2, 5, 7}); }

TEST(FloatImages, TrainToTheBitsOfBytes) {
  const auto trained = [](const Dataset& data) {
    Sequential trains = net();
    const Report report =
        fit(trains, data, data,
            {.epochs = 2, .batch_size = 37, .lr = 0.1, .holdout = 0.1, .threads = 2});
    EXPECT_EQ(evaluate(trains, data).metrics.accuracy(), report.test_acc());
    EXPECT_EQ(evaluate(trains, data).predicted.size(), 150u);
    return std::pair(copy_of(trains.parameters()), report.loss);
  };
  EXPECT_EQ(trained(floats()), trained(bytes()));
}

TEST(FloatImages, AreNormalisedByTheirOwnStatistics) {
  Sequential trains = net();
  fit(trains, floats(), floats(), {.epochs = 1, .batch_size = 50, .lr = 0.1, .normalize = true});
  const PixelStatistics of_bytes =
      pixel_statistics(bytes(), stratified_split(bytes(), 0.5, 0).train);
  const Normalization& n = trains.normalization();
  ASSERT_EQ(n.mean.size(), 2u);
  EXPECT_NEAR(n.mean[0], of_bytes.mean[0], 0.05);
  // An evaluation takes them so, a batch of floats as they are.
  std::vector<float> standardised;
  for (std::int64_t i = 0; i < 70 * 16; ++i) {
    const auto channel = static_cast<std::size_t>(i % 70 / 35);
    standardised.push_back((floats().floats(0)[i] - n.mean[channel]) * (1 / n.deviation[channel]));
  }
  std::vector<std::int32_t> order(16);
  std::iota(order.begin(), order.end(), 0);
  Trainer trainer(trains, {.batch_size = 16});
  std::vector<float> one(trains.parameters().size()), other(one.size());
  trainer.gradient(Batch(floats(), order), one);
  const std::vector<Label> labels(floats().labels().begin(), floats().labels().begin() + 16);
  trainer.gradient(Batch(standardised, labels), other);
  EXPECT_EQ(one, other);
}

TEST(FloatImages, AreRefusedWhereBytesAreChanged) {
  Sequential trains = net();
  const auto message = [](auto f) { return error_of(ErrorKind::kUsage, f); };
  const FitOptions augmented = {.batch_size = 50, .augmentation = {.flip = true}};
  EXPECT_TRUE(contains(message([&] { fit(trains, floats(), floats(), augmented); }),
                       "augmentation: takes images of bytes"));
  const std::vector<std::int32_t> order = {0, 1};
  Trainer trainer(trains, {.batch_size = 2});
  const Batch changed = Batch(floats(), order).augmented({.flip = true}, 0, 0);
  EXPECT_TRUE(contains(message([&] { trainer.step(changed, 0.1); }), "takes images of bytes"));
}

TEST(FloatImages, WantATestSetOfTheirKind) {
  Sequential trains = net();
  EXPECT_TRUE(contains(
      error_of(ErrorKind::kUsage, [&] { fit(trains, floats(), bytes(), {.batch_size = 50}); }),
      "of another kind than the training set's"));
}

TEST(BatchWithoutTargets, IsRefusedByAStep) {
  Sequential trains = built("Linear(2)", {4});
  Trainer trainer(trains, {.batch_size = 2});
  const std::vector<float> values(8);
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { trainer.step(Batch(values, 2), 0.1); }),
                       "the batch has no targets"));
}

}  // namespace
}  // namespace lenet
