// Data sets of floats on the card.
#include <numeric>

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

}  // namespace
}  // namespace lenet
