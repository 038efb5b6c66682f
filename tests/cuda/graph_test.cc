// Networks with branches by the CUDA back end: steps, evaluations, and what is frozen in them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "nn/networks.h"
#include "train/beyond_nets.h"

namespace lenet {
namespace {

constexpr Device kCard = {Device::Kind::kCuda, 0};

/// Steps on consecutive batches, the last of which is smaller.
struct Steps {
  Steps() {
    for (std::int64_t first = 0; first < 600; first += 32) {
      batches.emplace_back(beyond_data(),
                           images_from(first, std::min<std::int64_t>(32, 600 - first)));
      rates.push_back(0.05 / static_cast<double>(batches.size()));
    }
    metrics.resize(batches.size());
  }

  std::vector<Batch> batches;
  std::vector<double> rates;
  std::vector<Metrics> metrics;
};

TEST(CudaGraph, TrainsAndEvaluatesAsTheCpu) {
  Sequential of_cpu = built_beyond(kGraphNet), of_card = built_beyond(kGraphNet);
  Trainer::Options options = beyond_options(kNesterov);
  Trainer cpu(of_cpu, options);
  options.device = kCard;
  Trainer card(of_card, options);
  Steps steps;
  card.steps(steps.batches, steps.rates, steps.metrics);
  for (std::size_t i = 0; i < steps.batches.size(); ++i) {
    const double want = cpu.step(steps.batches[i], steps.rates[i]).loss();
    EXPECT_NEAR(steps.metrics[i].loss(), want, 2e-5 * want) << i;
  }
  const Evaluation want = cpu.evaluate(beyond_data()), got = card.evaluate(beyond_data());
  EXPECT_EQ(got.predicted, want.predicted);
  EXPECT_NEAR(got.metrics.loss(), want.metrics.loss(), 2e-5 * want.metrics.loss());
  EXPECT_LE(relative_distance(trained_values(of_card, card), trained_values(of_cpu, cpu)), 2e-5);
}

TEST(CudaGraph, StepsAtOnceHaveTheBitsOfStepsOneByOne) {
  Sequential one_by_one = built_beyond(kGraphNet), at_once = built_beyond(kGraphNet);
  Trainer::Options options = beyond_options(kAdamW);
  options.device = kCard;
  Trainer a(one_by_one, options), b(at_once, options);
  Steps steps;
  for (int pass = 0; pass < 3; ++pass) {  // queued by itself, recorded, and queued again
    b.steps(steps.batches, steps.rates, steps.metrics);
    for (std::size_t i = 0; i < steps.batches.size(); ++i) {
      EXPECT_EQ(a.step(steps.batches[i], steps.rates[i]).loss_sum, steps.metrics[i].loss_sum)
          << pass << ' ' << i;
    }
  }
  EXPECT_EQ(trained_values(one_by_one, a), trained_values(at_once, b));
}

/// What is frozen in branches, before them, or in all but one.
class CudaGraphFreeze : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(CudaGraphFreeze, HasTheCpusGradient) {
  Sequential net = built_beyond(
      "Conv2d(4, 3, bias=False) BatchNorm2d ReLU Sum[ Conv2d(4, 3, padding=1, "
      "bias=False) BatchNorm2d Tanh | Conv2d(4, 1) | ] Concat[ | Conv2d(2, 1) "
      "Sigmoid ] Flatten Linear(4)");
  Trainer::Options options{.batch_size = 32, .freeze = GetParam()};
  const Batch batch(beyond_data(), images_from(0, 32));
  std::vector<float> want(net.parameters().size()), got(want.size());
  const double loss = Trainer(net, options).gradient(batch, want).loss();
  options.device = kCard;
  EXPECT_NEAR(Trainer(net, options).gradient(batch, got).loss(), loss, 1e-5 * loss);
  EXPECT_LE(relative_distance(got, want), 1e-5);
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ(got[i] == 0, want[i] == 0) << i;
}

INSTANTIATE_TEST_SUITE_P(Names, CudaGraphFreeze,
                         testing::Values(std::vector<std::string>{"2"},
                                         std::vector<std::string>{"2", "3.0.*"},
                                         std::vector<std::string>{"2", "3.1.*"},
                                         std::vector<std::string>{"2", "3.*"},
                                         std::vector<std::string>{"2", "3.0.*", "4.*"},
                                         std::vector<std::string>{"3.*"}));

}  // namespace
}  // namespace lenet
