#include "lenet/find_lr.h"

#include <cmath>

#include "base/errors.h"
#include "nn/networks.h"
#include "train/datasets.h"

namespace lenet {
namespace {

constexpr const char* kNet = "Conv2d(4, 3) BatchNorm2d ReLU Flatten Dropout(0.2) Linear(3)";

FitOptions options(int threads) {
  FitOptions o{.batch_size = 40, .seed = 5, .threads = threads};
  o.augmentation = {.flip = true};
  return o;
}

TEST(FindLr, HasTheSameBitsOnAnyNumberOfThreadsAndLeavesTheNetworkAsItWas) {
  const Dataset data = noise_images({1, 8, 8}, 150, 3);
  std::vector<double> losses;
  for (const int threads : {1, 3}) {
    Sequential net = built(kNet, {1, 8, 8});
    const std::vector<float> parameters = copy_of(net.parameters()),
                             buffers = copy_of(net.buffers());
    const LrCurve curve = find_lr(net, data, options(threads), {1e-4, 100, 60});
    EXPECT_EQ(copy_of(net.parameters()), parameters);
    EXPECT_EQ(copy_of(net.buffers()), buffers);
    std::vector<double> found;
    for (const auto& point : curve.points) found.push_back(point.loss);
    if (losses.empty()) losses = found;
    EXPECT_EQ(found, losses) << threads;
  }
}

TEST(FindLr, RaisesTheRateByOneFactorUntilTheLossIsFourTimesItsLeast) {
  const Dataset data = noise_images({1, 8, 8}, 150, 3);
  Sequential net = built("Flatten Linear(3)", {1, 8, 8});
  const LrCurve curve = find_lr(net, data, options(1), {1e-3, 1e4, 71});
  ASSERT_GT(curve.points.size(), 10u);
  ASSERT_LT(curve.points.size(), 71u);
  double least = HUGE_VAL;
  for (std::size_t i = 0; i < curve.points.size(); ++i) {
    const auto& [lr, loss] = curve.points[i];
    EXPECT_NEAR(lr, 1e-3 * std::pow(10, 0.1 * static_cast<double>(i)), 1e-9 * lr);
    if (i + 1 < curve.points.size()) {
      EXPECT_LE(loss, 4 * std::min(least, loss));
    } else {
      EXPECT_GT(loss, 4 * least);
    }
    least = std::min(least, loss);
  }
  EXPECT_LE(curve.steepest, curve.least);
  EXPECT_GT(curve.steepest, 0);
}

TEST(FindLr, GivesARateThatTrains) {
  const Dataset data = noise_images({1, 8, 8}, 150, 3);
  const LrRange range{1e-4, 100, 100};
  Sequential net = built("Flatten Linear(3)", {1, 8, 8});
  FitOptions o = options(1);
  o.lr = static_cast<float>(find_lr(net, data, o, range).steepest);
  o.epochs = 3;
  const double before = evaluate(net, data).metrics.loss();
  EXPECT_LT(fit(net, data, data, o).loss, before);
}

TEST(FindLr, EndsWhenItIsAskedTo) {
  const Dataset data = noise_images({1, 8, 8}, 150, 3);
  Sequential net = built("Flatten Linear(3)", {1, 8, 8});
  int steps = 0;
  const LrCurve curve =
      find_lr(net, data, options(1), {1e-3, 1, 100}, [&] { return ++steps > 60; });
  EXPECT_EQ(curve.points.size(), 60u);
  EXPECT_TRUE(curve.stopped);
  EXPECT_EQ(curve.steepest, 0);

  const LrCurve none = find_lr(net, data, options(1), {1e-3, 1, 100}, [] { return true; });
  EXPECT_TRUE(none.stopped);
  EXPECT_TRUE(none.points.empty());
}

TEST(FindLr, RefusesWhatIsNoRange) {
  const Dataset data = noise_images({1, 8, 8}, 150, 3);
  Sequential net = built("Flatten Linear(3)", {1, 8, 8});
  const auto refusal = [&](const LrRange& range, ErrorKind kind = ErrorKind::kUsage) {
    return error_of(kind, [&] { find_lr(net, data, options(1), range); });
  };
  EXPECT_TRUE(contains(refusal({1, 0.1, 50}), "from 1 to 0.1: want two rates above 0"));
  EXPECT_TRUE(contains(refusal({0, 0.1, 50}), "want two rates above 0"));
  EXPECT_TRUE(contains(refusal({0.1, HUGE_VAL, 50}), "want two rates above 0"));
  EXPECT_TRUE(contains(refusal({0.1, 1, 5}), "steps: 5, want 10 to 1000000"));
  EXPECT_TRUE(contains(refusal({1e6, 1e8, 50}, ErrorKind::kDiverged), "try smaller rates"));
}

}  // namespace
}  // namespace lenet
