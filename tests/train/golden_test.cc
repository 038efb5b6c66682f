#include "train/golden.h"

#include <algorithm>
#include <cstring>

#include "lenet/fit.h"
#include "lenet/sequential.h"
#include "lenet/trainer.h"

namespace lenet {
namespace {

/// LeNet with the weights that the chapter starts from.
Sequential lenet_of_seed(std::uint64_t seed) {
  Generator generator(seed);
  Sequential net = make_lenet();
  net.build({1, 28, 28}, generator);
  xavier_uniform(net, generator);
  return net;
}

/// Expects every parameter's gradient within 1e-4 of the golden one, relative to its norm.
void expect_golden_gradients(Sequential& net, std::span<const float> gradient,
                             const GoldenTensors& golden) {
  std::size_t first = 0;
  for (const NamedParameter& p : net.named_parameters()) {
    EXPECT_LE(relative_distance(gradient.subspan(first, p.values.size()), golden["grad." + p.name]),
              1e-4)
        << p.name;
    first += p.values.size();
  }
  EXPECT_EQ(first, gradient.size());
}

TEST(Golden, SeedDrawsPyTorchsInitialWeightsToTheBit) {
  Sequential net = lenet_of_seed(0);
  const GoldenTensors golden("lenet_seed0_init.safetensors");
  for (const NamedParameter& p : net.named_parameters()) {
    const std::vector<float>& want = golden[p.name];
    ASSERT_EQ(p.values.size(), want.size()) << p.name;
    EXPECT_EQ(std::memcmp(p.values.data(), want.data(), want.size() * sizeof(float)), 0) << p.name;
  }
}

TEST(Golden, EpochsVisitTheImagesInPyTorchsOrder) {
  for (const std::uint64_t seed : {0u, 1u, 2u}) {
    Generator generator(seed);
    Sequential net = make_lenet();
    net.build({1, 28, 28}, generator);
    xavier_uniform(net, generator);
    const auto golden = golden_json("lenet_seed" + std::to_string(seed) + "_epochs.json")
                            .at("first_512_training_indices")
                            .get<std::vector<std::vector<std::int32_t>>>();
    ASSERT_EQ(golden.size(), 3u);
    for (const std::vector<std::int32_t>& first : golden) {
      std::vector<std::int32_t> order(60000);
      shuffle_as_data_loader(generator, order);
      draw_loader_seed(generator);  // the evaluation
      order.resize(512);
      EXPECT_EQ(order, first) << "seed " << seed << ", epoch " << &first - &golden[0] + 1;
    }
  }
}

TEST(Golden, FirstStepHasPyTorchsLogitsLossAndGradients) {
  const Dataset& train = fashion_mnist().first;
  const GoldenTensors golden("lenet_seed0_step1.safetensors");
  Sequential net = lenet_of_seed(0);
  std::vector<std::int32_t> order(256);
  std::iota(order.begin(), order.end(), 0);
  std::vector<float> pixels;
  std::vector<Label> labels;
  for (const std::int32_t i : order) {
    for (std::int64_t k = 0; k < 784; ++k) {
      pixels.push_back(static_cast<float>(train.image(i)[k]) / 255.0f);
    }
    labels.push_back(train.label(i));
  }
  EXPECT_EQ(labels, golden.labels());
  EXPECT_LE(relative_distance(forward(net, pixels), golden["logits"]), 1e-5);

  Trainer trainer(net, {.batch_size = 256});
  std::vector<float> gradient(net.parameters().size());
  const Metrics metrics = trainer.gradient(Batch(train, order), gradient);
  EXPECT_NEAR(metrics.loss(), golden["loss"][0], 1e-5 * metrics.loss());
  expect_golden_gradients(net, gradient, golden);
}

TEST(Golden, TenStepsHavePyTorchsLosses) {
  const auto& [train, test] = fashion_mnist();
  const auto want = golden_json("lenet_seed0_10steps.json")["loss"].get<std::vector<double>>();
  Sequential net = lenet_of_seed(0);
  const Report report =
      fit(net, train, test,
          {.epochs = 1, .batch_size = 256, .lr = 0.9f, .shuffle = false, .max_steps = 10});
  ASSERT_EQ(report.step_losses.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(report.step_losses[i], want[i], 1e-5 * want[i]) << "step " << i + 1;
  }
}

TEST(Golden, ANetOfEveryOptionHasPyTorchsLogitsLossAndGradients) {
  const GoldenTensors golden("odd_net.safetensors");
  Sequential net = Sequential::parse(
      "Conv2d(7, (3, 5), stride=(1, 2), padding=(1, 0)) ReLU MaxPool2d(3, stride=2, padding=1) "
      "Conv2d(5, 3, padding=1, bias=False) Tanh AvgPool2d((2, 3), stride=(1, 2)) Flatten "
      "Linear(11)");
  Generator generator;
  net.build({3, 13, 17}, generator);
  for (const NamedParameter& p : net.named_parameters()) {
    const std::vector<float>& weight = golden["weight." + p.name];
    ASSERT_EQ(p.values.size(), weight.size()) << p.name;
    std::copy(weight.begin(), weight.end(), p.values.begin());
  }
  EXPECT_LE(relative_distance(forward(net, golden["x"]), golden["logits"]), 1e-5);

  Trainer trainer(net, {.batch_size = 20});
  std::vector<float> gradient(net.parameters().size());
  const std::vector<Label> labels = golden.labels();
  const Metrics metrics = trainer.gradient(Batch(golden["x"], labels), gradient);
  EXPECT_NEAR(metrics.loss(), golden["loss"][0], 1e-5 * metrics.loss());
  expect_golden_gradients(net, gradient, golden);
}

}  // namespace
}  // namespace lenet
