#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "lenet/layers.h"
#include "lenet/sequential.h"

namespace lenet {
namespace {

/// A network with 40,000 and 20,000 weights.
Sequential wide_net(Generator& generator) {
  Sequential net = Sequential::parse("Conv2d(80, (4, 5)) Flatten Linear(250)");
  net.build({25, 4, 5}, generator);
  return net;
}

/// Expects values uniform in [-bound, bound): their ends, mean and mean square.
void expect_uniform(std::span<const float> values, double bound, const std::string& name) {
  const auto n = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double v : values) sum += v, squares += v * v;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(*low, -static_cast<float>(bound)) << name;
  EXPECT_LT(*high, static_cast<float>(bound)) << name;
  EXPECT_LT(*low, -bound * (1 - 20 / n)) << name;  // 20 expected widths from the end
  EXPECT_GT(*high, bound * (1 - 20 / n)) << name;
  EXPECT_NEAR(sum / n, 0, 5 * bound / std::sqrt(3 * n)) << name;
  // The variance of v^2 is 4/45 bound^4.
  EXPECT_NEAR(squares / n, bound * bound / 3, 5 * bound * bound * std::sqrt(4.0 / 45 / n)) << name;
}

TEST(Build, DrawsWeightsAndBiasesWithinPyTorchsDefaultBounds) {
  Generator generator(1);
  Sequential net = wide_net(generator);
  const auto p = net.named_parameters();
  ASSERT_EQ(p.size(), 4u);
  // kaiming_uniform_(a=sqrt(5)): sqrt(6 / ((1 + 5) fan_in)); biases 1 / sqrt(fan_in).
  expect_uniform(p[0].values, 1 / std::sqrt(500.0), p[0].name);
  expect_uniform(p[1].values, 1 / std::sqrt(500.0), p[1].name);
  expect_uniform(p[2].values, 1 / std::sqrt(80.0), p[2].name);
  expect_uniform(p[3].values, 1 / std::sqrt(80.0), p[3].name);
}

TEST(XavierUniform, DrawsWeightsWithinItsBoundAndLeavesBiases) {
  Generator generator(2);
  Sequential net = wide_net(generator);
  const auto p = net.named_parameters();
  const std::vector<float> bias(p[1].values.begin(), p[1].values.end());
  xavier_uniform(net, generator);
  expect_uniform(p[0].values, std::sqrt(6.0 / (25 * 20 + 80 * 20)), p[0].name);
  expect_uniform(p[2].values, std::sqrt(6.0 / (80 + 250)), p[2].name);
  EXPECT_TRUE(std::equal(bias.begin(), bias.end(), p[1].values.begin()));
}

TEST(NormalWeights, HaveTheirMeanAndDeviationAndLeaveBiases) {
  Generator generator(3);
  Sequential net = wide_net(generator);
  const auto p = net.named_parameters();
  const std::vector<float> bias(p[3].values.begin(), p[3].values.end());
  normal_weights(net, 0.5, 0.01, generator);
  for (const std::size_t i : {0, 2}) {
    const auto n = static_cast<double>(p[i].values.size());
    double sum = 0, squares = 0;
    for (const double v : p[i].values) sum += v, squares += (v - 0.5) * (v - 0.5);
    EXPECT_NEAR(sum / n, 0.5, 5 * 0.01 / std::sqrt(n));
    EXPECT_NEAR(std::sqrt(squares / n), 0.01, 5 * 0.01 / std::sqrt(2 * n));
  }
  EXPECT_TRUE(std::equal(bias.begin(), bias.end(), p[3].values.begin()));
}

TEST(ConstantWeights, FillWeightsAndLeaveBiases) {
  Generator generator(4);
  Sequential net = wide_net(generator);
  const auto p = net.named_parameters();
  const float bias = p[1].values[7];
  constant_weights(net, 0.25f);
  EXPECT_EQ(std::count(p[0].values.begin(), p[0].values.end(), 0.25f), 40000);
  EXPECT_EQ(std::count(p[2].values.begin(), p[2].values.end(), 0.25f), 20000);
  EXPECT_EQ(p[1].values[7], bias);
}

/// A layer whose weight has one dimension.
class Scale : public Layer {
 public:
  std::string text() const override { return "Scale"; }
  Shape infer(const Shape& input) override { return input; }
  std::vector<ParameterInfo> parameters() const override {
    return {{.name = "weight", .shape = {5}, .kind = ParameterInfo::Kind::kWeight}};
  }
  void forward(const ForwardPass&) const override {}
  void backward(const BackwardPass&) const override {}
};

TEST(XavierUniform, RefusesAWeightWithoutFans) {
  Generator generator;
  Sequential net{Scale()};
  net.build({5}, generator);
  EXPECT_TRUE(
      contains(error_of(ErrorKind::kUsage, [&] { xavier_uniform(net, generator); }), "0.weight"));
}

}  // namespace
}  // namespace lenet
