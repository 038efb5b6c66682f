// The same bits for any number of threads and for every instruction set with FMA, of networks that
// normalise over the batch and drop, with momentum or AdamW, clipping and averages.
#include <cmath>
#include <cstring>
#include <tuple>

#include "kernels/targets.h"
#include "train/beyond_nets.h"

namespace lenet {
namespace {

/// Images large enough, and in batches of enough packs, that all threads wake up for their share.
const Dataset& images() {
  static const Dataset data = noise_images({1, 22, 20}, 600, 4);
  return data;
}

/// An optimizer and a network.
using Case = std::tuple<Optimizer, const char*>;

/// The trained values and the losses of six steps on batches of 500, 32 packs of which the last has
/// 4 images, and of an evaluation.
std::vector<float> train(const Case& of, int threads) {
  const auto& [optimizer, text] = of;
  Sequential net = built_beyond(text, {1, 22, 20});
  net.set_normalization({.mean = {0.4f}, .deviation = {0.3f}});
  Trainer::Options options = beyond_options(optimizer, threads);
  options.batch_size = 500;
  Trainer trainer(net, options);
  std::vector<float> losses;
  for (std::int32_t step = 0; step < 6; ++step) {
    const auto order = images_from(20 * step, 500);
    losses.push_back(static_cast<float>(trainer.step(Batch(images(), order), 0.02).loss()));
  }
  losses.push_back(static_cast<float>(trainer.evaluate(images()).metrics.loss()));
  std::vector<float> values = trained_values(net, trainer);
  values.insert(values.end(), losses.begin(), losses.end());
  return values;
}

void expect_same_bits(const std::vector<float>& got, const std::vector<float>& want,
                      const std::string& what) {
  ASSERT_EQ(got.size(), want.size());
  EXPECT_EQ(std::memcmp(got.data(), want.data(), want.size() * sizeof(float)), 0) << what;
}

class BeyondSameBits : public testing::TestWithParam<Case> {};

TEST_P(BeyondSameBits, OnAnyNumberOfThreadsAndEveryTargetWithFma) {
  const std::vector<float> want = train(GetParam(), 1);
  EXPECT_TRUE(std::isfinite(want.back()));
  for (const std::int64_t target : fma_targets()) {
    const ForcedTarget forced(target);
    for (const int threads : {1, 2, 5}) {
      expect_same_bits(
          train(GetParam(), threads), want,
          std::string(hwy::TargetName(target)) + ", " + std::to_string(threads) + " threads");
    }
  }
}

TEST_P(BeyondSameBits, OnAnyNumberOfThreadsWithoutFma) {
  for (const std::int64_t target : kernel_targets()) {
    if (has_fma(target)) continue;
    const ForcedTarget forced(target);
    expect_same_bits(train(GetParam(), 5), train(GetParam(), 1), hwy::TargetName(target));
  }
}

INSTANTIATE_TEST_SUITE_P(Optimizers, BeyondSameBits,
                         testing::Values(Case{kNesterov, kBeyondNet}, Case{kAdamW, kBeyondNet},
                                         Case{kNesterov, kGraphNet}, Case{kAdamW, kGroupedNet}));

TEST(BeyondSameBits, DependOnTheSeedOfDropout) {
  const auto loss = [](std::uint64_t seed) {
    Sequential net = built_beyond();
    Trainer trainer(net, {.batch_size = 100, .threads = 1, .seed = seed});
    return trainer.step(Batch(beyond_data(), images_from(0, 100)), 0.1).loss_sum;
  };
  EXPECT_EQ(loss(1), loss(1));
  EXPECT_NE(loss(1), loss(2));
}

}  // namespace
}  // namespace lenet
