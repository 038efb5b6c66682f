// The CUDA back end against PyTorch's numbers and the CPU engine: its kernels run as loops on the
// host, or on a card.
#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "lenet/fit.h"
#include "lenet/model_file.h"
#include "nn/networks.h"
#include "train/datasets.h"
#include "train/golden.h"

namespace lenet {
namespace {

constexpr Device kCard = {Device::Kind::kCuda, 0};

Sequential lenet_of_seed_0() {
  Generator generator(0);
  Sequential net = make_lenet();
  net.build({1, 28, 28}, generator);
  xavier_uniform(net, generator);
  return net;
}

TEST(CudaDevice, IsTheCardThatTheProgramSees) { EXPECT_EQ(try_gpu(0), kCard); }

TEST(CudaGolden, FirstStepHasPyTorchsLogitsLossAndGradients) {
  const GoldenTensors golden("lenet_seed0_step1.safetensors");
  Sequential net = lenet_of_seed_0();
  const Dataset& train = fashion_mnist().first;
  std::vector<std::int32_t> order(256);
  std::iota(order.begin(), order.end(), 0);
  std::vector<float> pixels;
  for (const std::int32_t i : order) {
    for (std::int64_t k = 0; k < 784; ++k) {
      pixels.push_back(static_cast<float>(train.image(i)[k]) / 255.0f);
    }
  }
  EXPECT_LE(relative_distance(forward(net, pixels, kCard), golden["logits"]), 1e-5);
  Trainer trainer(net, {.batch_size = 256, .device = kCard});
  std::vector<float> gradient(net.parameters().size());
  const Metrics metrics = trainer.gradient(Batch(train, order), gradient);
  EXPECT_NEAR(metrics.loss(), golden["loss"][0], 1e-5 * metrics.loss());
  std::size_t first = 0;
  for (const NamedParameter& p : net.named_parameters()) {
    const auto part = std::span<const float>(gradient).subspan(first, p.values.size());
    EXPECT_LE(relative_distance(part, golden["grad." + p.name]), 1e-4) << p.name;
    first += p.values.size();
  }
}

TEST(CudaGolden, TenStepsHavePyTorchsLosses) {
  const auto& [train, test] = fashion_mnist();
  const auto want = golden_json("lenet_seed0_10steps.json")["loss"].get<std::vector<double>>();
  Sequential net = lenet_of_seed_0();
  const Report report = fit(net, train, test,
                            {.epochs = 1,
                             .batch_size = 256,
                             .lr = 0.9f,
                             .device = kCard,
                             .shuffle = false,
                             .max_steps = 10});
  ASSERT_EQ(report.step_losses.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(report.step_losses[i], want[i], 1e-5 * want[i]) << "step " << i + 1;
  }
}

/// Networks of every layer and option, and the shape of their images. None has a
/// bias before a normalisation, whose gradient is nothing but rounding.
class CudaNetworks : public testing::TestWithParam<std::pair<std::string, Shape>> {};

TEST_P(CudaNetworks, HaveTheCpusOutputsLossAndGradient) {
  Sequential net = Sequential::parse(GetParam().first);
  build_at_random(net, GetParam().second);
  net.constrain();
  const auto examples = random_examples(net.input_shape(), element_count(net.output_shape()), 45);
  EXPECT_LE(relative_distance(forward(net, examples.values, kCard), forward(net, examples.values)),
            1e-5);
  const Batch batch(examples.values, examples.labels);
  std::vector<float> want(net.parameters().size()), got(want.size());
  const Trainer::Options options{.batch_size = 45, .label_smoothing = 0.1, .seed = 3};
  Trainer::Options on_card = options;
  on_card.device = kCard;
  const Metrics of_cpu = Trainer(net, options).gradient(batch, want);
  const Metrics of_card = Trainer(net, on_card).gradient(batch, got);
  EXPECT_NEAR(of_card.loss(), of_cpu.loss(), 1e-5 * of_cpu.loss());
  EXPECT_EQ(of_card.metric_sum, of_cpu.metric_sum);
  std::size_t first = 0;
  for (const NamedParameter& p : net.named_parameters()) {
    const auto part = [&](const std::vector<float>& all) {
      return std::span<const float>(all).subspan(first, p.values.size());
    };
    EXPECT_LE(relative_distance(part(got), part(want)), 1e-4) << p.name;
    first += p.values.size();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Layers, CudaNetworks,
    testing::Values(
        std::pair("Conv2d(7, (3, 5), stride=(1, 2), padding=(1, 0)) ReLU MaxPool2d(3, stride=2, "
                  "padding=1) Conv2d(5, 3, padding=1, bias=False) Tanh AvgPool2d((2, 3), "
                  "stride=(1, 2)) Flatten Linear(11)",
                  Shape{3, 13, 17}),
        std::pair("Conv2d(4, 3) Softplus AvgPool2d(2) Flatten Linear(4) Softplus", Shape{1, 8, 8}),
        std::pair("ZeroPad2d((0, 1, 0, 1)) Conv2d(6, 3, stride=2, bias=False) BatchNorm2d ReLU "
                  "Conv2d(6, 3, padding=1, groups=6) Tanh Conv2d(4, (2, 3), padding='same', "
                  "groups=2, bias=False) BatchNorm2d SiLU ZeroPad2d((2, 0, 1, 0)) ReLU "
                  "MaxPool2d(2) Conv2d(8, 3, padding=3, dilation=3, stride=2) Sigmoid Flatten "
                  "Linear(3)",
                  Shape{2, 11, 14}),
        std::pair("Conv2d(4, 3) ReLU6 MaxPool2d(2) Flatten Linear(4) ReLU6", Shape{1, 8, 8}),
        std::pair("Conv2d(4, 3) Hardsigmoid AvgPool2d(2) Hardswish Flatten Linear(4) Hardswish",
                  Shape{1, 8, 8}),
        std::pair("Conv2d(4, 3) ELU(0.5) AvgPool2d(2) Flatten Linear(4) ELU", Shape{1, 8, 8}),
        std::pair("Conv2d(4, 3) Mish AvgPool2d(2) Flatten Linear(4) Mish", Shape{1, 8, 8}),
        std::pair("Conv2d(4, 3) GELU AvgPool2d(2) GELU(approximate='tanh') Flatten Linear(4) GELU",
                  Shape{1, 8, 8}),
        std::pair("Conv2d(6, 3) GroupNorm(3) ReLU MaxPool2d(2) GroupNorm(1, eps=0.01) Flatten "
                  "Linear(8) GroupNorm(2, affine=False) Tanh Linear(4)",
                  Shape{2, 9, 8}),
        std::pair("Conv2d(6, 3) LayerNorm ReLU MaxPool2d(2) LayerNorm(bias=False) Flatten "
                  "Linear(8) LayerNorm(elementwise_affine=False) SiLU Linear(4)",
                  Shape{2, 9, 8}),
        std::pair("Conv2d(5, 3) PReLU(5) MaxPool2d(2) PReLU(init=0.1) Flatten Linear(8) PReLU(8) "
                  "Linear(4)",
                  Shape{2, 9, 8}),
        std::pair("Conv2d(3, 3) Tanh Upsample((2, 3)) ReLU Conv2d(4, 3, stride=2) Upsample(2) "
                  "Flatten Linear(4)",
                  Shape{2, 7, 6}),
        std::pair("Linear(300)", Shape{5}),  // labels of two bytes
        std::pair("Conv2d(6, 5, padding=2) Sigmoid AvgPool2d(2) Conv2d(16, 5) Sigmoid AvgPool2d(2) "
                  "Flatten Linear(12) Sigmoid Linear(10)",
                  Shape{1, 17, 19}),
        std::pair("Conv2d(12, 3) ReLU MaxPool2d(2) Conv2d(8, 1) ReLU Conv2d(4, 2, stride=2) "
                  "LeakyReLU MaxPool2d(2) Flatten Linear(3, bias=False)",
                  Shape{2, 16, 15}),
        std::pair("Conv2d(4, 3, padding=1, bias=False) BatchNorm2d ReLU MaxPool2d(2) Dropout(0.3) "
                  "Conv2d(6, 3, stride=3) SiLU AdaptiveAvgPool2d(1) Flatten Linear(9, bias=False) "
                  "BatchNorm1d "
                  "Tanh Linear(4)",
                  Shape{3, 12, 12}),
        std::pair("Conv2d(6, 5) ScaledTanh AvgPool2d(2) Affine2d ScaledTanh LeNet5C3 ScaledTanh "
                  "AvgPool2d(2) Affine2d Sigmoid Flatten Linear(5) Tanh",
                  Shape{1, 20, 20}),
        std::pair("Tanh Dropout(0.5) ReLU Flatten Linear(40) Sigmoid Dropout(0.2) "
                  "Linear(3, bias=False) BatchNorm1d(affine=False)",
                  Shape{1, 6, 7}),
        std::pair("BatchNorm2d(affine=False) AvgPool2d(3, stride=1, padding=1) MaxPool2d(2, "
                  "stride=3) ReLU Flatten Linear(70)",
                  Shape{2, 9, 8}),
        std::pair("Conv2d(3, 2) Tanh MaxPool2d(2, ceil_mode=True) Conv2d(2, 1) AvgPool2d(3, "
                  "stride=2, padding=1, ceil_mode=True) AdaptiveAvgPool2d((5, 2)) Flatten "
                  "Linear(3)",
                  Shape{2, 14, 10}),
        std::pair("Conv2d(3, 1) AdaptiveMaxPool2d((7, 6)) Conv2d(2, 2) ReLU AvgPool2d(3, stride=1, "
                  "padding=1, count_include_pad=False) Flatten Linear(3)",
                  Shape{2, 9, 8})));

/// Every kind of reader of a value that has several, as the first that leaves its gradient and as
/// one that adds to it.
std::vector<std::pair<std::string, Shape>> shared_values() {
  std::vector<std::pair<std::string, Shape>> networks;
  for (const char* reader :
       {"Conv2d(2, 3, padding=1)", "MaxPool2d(3, stride=1, padding=1)", "BatchNorm2d", "Affine2d",
        "SiLU", "Dropout(0.3)", "Sum[ | ]", "Concat[ Conv2d(1, 1) | Conv2d(1, 1) Sigmoid ]",
        "Scale[ AdaptiveAvgPool2d(1) Conv2d(2, 1) Sigmoid ]", "Scale[ Tanh ]"}) {
    networks.emplace_back(fmt::format("Conv2d(2, 3, padding=1, bias=False) Tanh Sum[ {0} | {0} ] "
                                      "Sigmoid Residual[ {0} ] Flatten Linear(3)",
                                      reader),
                          Shape{2, 6, 5});
  }
  networks.emplace_back("Linear(5) Sigmoid Sum[ Linear(5) Tanh | Linear(5) | ] Linear(3)",
                        Shape{7});
  return networks;
}

INSTANTIATE_TEST_SUITE_P(SharedValues, CudaNetworks, testing::ValuesIn(shared_values()));

INSTANTIATE_TEST_SUITE_P(
    Branches, CudaNetworks,
    testing::Values(
        std::pair("Conv2d(4, 3, padding=1) ReLU Residual[ Conv2d(4, 3, padding=1) ReLU Conv2d(4, "
                  "3, padding=1) ] ReLU AvgPool2d(2) Flatten Linear(3)",
                  Shape{2, 8, 7}),
        std::pair("Conv2d(3, 1) Sum[ Conv2d(6, 3, stride=2, padding=1, bias=False) BatchNorm2d "
                  "ReLU Conv2d(6, 1) | Conv2d(6, 1, stride=2) ] Sigmoid MaxPool2d(2) Flatten "
                  "Linear(3)",
                  Shape{2, 8, 7}),
        std::pair("Conv2d(3, 1) Tanh Concat[ Concat[ | Conv2d(2, 1) Tanh ] Sigmoid | Concat[ "
                  "Conv2d(1, 3, padding=1) | | ] ReLU ] Tanh AvgPool2d(2) Flatten Linear(3)",
                  Shape{2, 6, 5}),
        // A pooling that the stage before may do, and two that it may not.
        std::pair("Sum[ Conv2d(3, 3, padding=1) Tanh MaxPool2d(2) | Conv2d(3, 2, stride=2) ] "
                  "Flatten Linear(3)",
                  Shape{2, 6, 6}),
        std::pair("Conv2d(4, 3, padding=1) ReLU Concat[ MaxPool2d(2) | Conv2d(2, 2, stride=2) ] "
                  "Flatten Linear(3)",
                  Shape{2, 6, 6}),
        std::pair("Conv2d(4, 1) Concat[ Conv2d(2, 2, stride=2) | AvgPool2d(2) ] Flatten Linear(3)",
                  Shape{2, 6, 6}),
        // Readers of the network's input, of which one trains.
        std::pair("Concat[ Conv2d(2, 1) | | MaxPool2d(3, stride=1, padding=1) ReLU ] Flatten "
                  "Linear(3)",
                  Shape{2, 6, 5}),
        // The last value is a join's, and others read what it joins.
        std::pair("Conv2d(2, 1) Residual[ Conv2d(2, 3, padding=1) ] Flatten", Shape{2, 3, 2}),
        std::pair("Flatten Linear(4) Tanh Sum[ | Linear(4) Sigmoid | Linear(4) | ]",
                  Shape{2, 3, 2}),
        std::pair("Flatten Linear(4) Concat[ | Linear(2) ] ReLU", Shape{2, 3, 2}),
        std::pair("Flatten Linear(4) Tanh Concat[ | ]", Shape{2, 3, 2})));

}  // namespace
}  // namespace lenet
