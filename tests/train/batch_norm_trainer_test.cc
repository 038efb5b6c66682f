// Training and evaluation of networks that normalise over the batch or drop.
#include <algorithm>

#include "base/errors.h"
#include "train/beyond_nets.h"

namespace lenet {
namespace {

std::vector<float> copy_of(std::span<const float> values) { return {values.begin(), values.end()}; }

TEST(BatchNormTraining, RefusesABatchLargerThanTheTrainerWasMadeFor) {
  Sequential net = built_beyond();
  Trainer trainer(net, {.batch_size = 20, .threads = 1});
  for (const std::int64_t images : {21, 33}) {
    const std::string message = error_of(ErrorKind::kUsage, [&] {
      trainer.step(Batch(beyond_data(), images_from(0, images)), 0.1);
    });
    EXPECT_TRUE(contains(message, "a batch of " + std::to_string(images) + " images"));
    EXPECT_TRUE(contains(message, "made for 20"));
  }
  EXPECT_EQ(trainer.step(Batch(beyond_data(), images_from(0, 20)), 0.1).examples, 20);
  EXPECT_EQ(trainer.evaluate(beyond_data()).metrics.examples, 600);
}

TEST(BatchNormTraining, RefusesOneImageWhereAChannelHasOneValue) {
  Sequential net = built_beyond();  // ends with a BatchNorm1d behind two BatchNorm2d
  Trainer trainer(net, {.batch_size = 20, .threads = 1});
  trainer.step(Batch(beyond_data(), images_from(0, 20)), 0.1);
  const std::vector<float> parameters = copy_of(net.parameters()), buffers = copy_of(net.buffers());
  EXPECT_TRUE(
      contains(error_of(ErrorKind::kUsage,
                        [&] { trainer.step(Batch(beyond_data(), images_from(0, 1)), 0.1); }),
               "BatchNorm1d(affine=False): one value a channel in a batch of 1"));
  EXPECT_EQ(copy_of(net.parameters()), parameters);
  EXPECT_EQ(copy_of(net.buffers()), buffers);
  EXPECT_EQ(trainer.evaluate(beyond_data(), images_from(5, 1)).metrics.examples, 1);
  EXPECT_EQ(forward(net, std::vector<float>(90, 0.5f)).size(), 4u);
}

TEST(BatchNormTraining, TakesOneImageWhereAChannelHasMoreValues) {
  Sequential net = built_beyond("Conv2d(3, 3) BatchNorm2d ReLU Flatten Linear(4)");
  Trainer trainer(net, {.batch_size = 20, .threads = 1});
  EXPECT_EQ(trainer.step(Batch(beyond_data(), images_from(0, 1)), 0.1).examples, 1);
}

TEST(BatchNormTraining, HasTheGradientOfItsImagesWhateverStoodInTheMemoryBefore) {
  Sequential net = built_beyond(), other = built_beyond();
  Trainer trainer(net, {.batch_size = 100, .threads = 2}), fresh(other, {.batch_size = 100});
  std::vector<float> gradient(net.parameters().size()), want(gradient.size());
  const auto order = images_from(40, 21);
  trainer.gradient(Batch(beyond_data(), images_from(300, 100)), gradient);
  trainer.gradient(Batch(beyond_data(), order), gradient);
  fresh.gradient(Batch(beyond_data(), order), want);
  EXPECT_EQ(gradient, want);
}

TEST(Gradient, MovesNoRunningStatistics) {
  Sequential net = built_beyond();
  const std::vector<float> before = copy_of(net.buffers());
  Trainer trainer(net, {.batch_size = 100, .threads = 1});
  std::vector<float> gradient(net.parameters().size());
  trainer.gradient(Batch(beyond_data(), images_from(0, 100)), gradient);
  EXPECT_EQ(copy_of(net.buffers()), before);
}

TEST(Evaluation, NeitherDropsNorMovesRunningStatisticsNorTheTraining) {
  Sequential net = built_beyond(), other = built_beyond();
  Trainer trainer(net, beyond_options(kAdamW)), plain(other, beyond_options(kAdamW));
  for (const std::int32_t first : {0, 100, 200}) {
    const auto order = images_from(first, 100);
    EXPECT_EQ(trainer.step(Batch(beyond_data(), order), 0.02).loss_sum,
              plain.step(Batch(beyond_data(), order), 0.02).loss_sum);
    const std::vector<float> buffers = copy_of(net.buffers());
    const Evaluation once = trainer.evaluate(beyond_data());
    EXPECT_EQ(once.metrics.loss_sum, trainer.evaluate(beyond_data()).metrics.loss_sum);
    EXPECT_EQ(once.metrics.loss_sum, evaluate(net, beyond_data()).metrics.loss_sum);
    EXPECT_EQ(copy_of(net.buffers()), buffers);
  }
  EXPECT_EQ(trained_values(net, trainer), trained_values(other, plain));
}

TEST(Evaluation, IsThatOfTheNetworkWithoutItsDropouts) {
  const Sequential with =
      built_beyond("Conv2d(3, 3) Dropout(0.9) Tanh Flatten Dropout(1) Linear(4)");
  const Sequential without = built_beyond("Conv2d(3, 3) Tanh Flatten Linear(4)");
  EXPECT_EQ(evaluate(with, beyond_data()).metrics.loss_sum,
            evaluate(without, beyond_data()).metrics.loss_sum);
}

TEST(Evaluation, NormalisesAnImageAloneAsInABatch) {
  Sequential net = built_beyond();
  Trainer trainer(net, {.batch_size = 100, .threads = 1});
  trainer.step(Batch(beyond_data(), images_from(0, 100)), 0.1);
  const Evaluation all = trainer.evaluate(beyond_data());
  double loss = 0;
  for (std::int32_t i = 0; i < 600; ++i) {
    const Metrics one = trainer.evaluate(beyond_data(), {&i, 1}).metrics;
    loss += one.loss_sum;
  }
  EXPECT_DOUBLE_EQ(loss, all.metrics.loss_sum);  // the same images' losses in another order
}

TEST(Normalization, CountsPixelsFromTheirMeanInDeviations) {
  Sequential bytes = built_beyond("Conv2d(3, 3) Tanh Flatten Linear(4)", {2, 5, 4});
  Sequential floats = built_beyond("Conv2d(3, 3) Tanh Flatten Linear(4)", {2, 5, 4});
  const Dataset data = noise_images({2, 5, 4}, 19, 4);
  const std::vector<float> mean = {0.25f, 0.5f}, deviation = {0.5f, 0.125f};
  bytes.set_normalization({.mean = mean, .deviation = deviation});
  std::vector<float> values;
  for (std::int64_t i = 0; i < 19; ++i) {
    for (std::size_t k = 0; k < 40; ++k) {
      const float pixel = static_cast<float>(data.image(i)[k]) / 255.0f;
      values.push_back((pixel - mean[k / 20]) / deviation[k / 20]);
    }
  }
  std::vector<float> got(bytes.parameters().size()), want(got.size());
  Trainer(bytes, {.batch_size = 19}).gradient(Batch(data, images_from(0, 19)), got);
  Trainer(floats, {.batch_size = 19}).gradient(Batch(values, data.labels()), want);
  EXPECT_EQ(got, want);  // the deviations are powers of two: both divisions are exact
}

TEST(Normalization, IsRefusedUnlessItFitsTheChannels) {
  Sequential net = built_beyond("Conv2d(3, 3) Flatten Linear(4)", {2, 5, 4});
  const auto message = [&](Normalization n) {
    return error_of(ErrorKind::kUsage, [&] { net.set_normalization(std::move(n)); });
  };
  EXPECT_TRUE(contains(message({{0.5f}, {0.5f}}), "1 means and 1 deviations"));
  EXPECT_TRUE(contains(message({{0.5f, 0.5f}, {}}), "2 means and 0 deviations"));
  EXPECT_TRUE(contains(message({{0.5f, 0.5f}, {1, 0}}), "above 0"));
  EXPECT_TRUE(contains(message({{0.5f, HUGE_VALF}, {1, 1}}), "finite mean"));
  EXPECT_EQ(net.normalization(), Normalization());
  net.set_normalization({{0.5f, 0.25f}, {1, 2}});
  net.set_normalization({});
  EXPECT_EQ(net.normalization(), Normalization());
}

}  // namespace
}  // namespace lenet
