// The very bits of short runs: a change of the numerics is noticed here, and belongs into
// CHANGELOG.md. They are the same on any number of threads, for every target with FMA, and for g++
// and clang.
#include <gtest/gtest.h>

#include <string>

#include "base/sha256.h"
#include "kernels/targets.h"
#include "lenet/fit.h"
#include "train/datasets.h"

namespace lenet {
namespace {

struct Hashes {
  const char* with_fma;
  const char* without;
};

/// The SHA-256 of the parameters and buffers.
std::string hash_of(const Sequential& net) {
  std::vector<float> all(net.parameters().begin(), net.parameters().end());
  all.insert(all.end(), net.buffers().begin(), net.buffers().end());
  return sha256({reinterpret_cast<const std::uint8_t*>(all.data()), all.size() * sizeof(float)});
}

std::string trained(Sequential net, FitOptions options, int threads) {
  const Dataset data = noise_images({1, 28, 28}, 200, 10);
  options.threads = threads;
  fit(net, data, data, options);
  return hash_of(net);
}

std::string chapter(int threads) {
  return trained(make_lenet(), {.epochs = 2, .batch_size = 64, .max_steps = 6}, threads);
}

std::string beyond(int threads) {
  FitOptions options{.epochs = 2, .batch_size = 64, .lr = 0.05, .max_steps = 6};
  options.optimizer = {.weight_decay = 5e-4, .momentum = 0.9, .nesterov = true};
  options.schedule.kind = Schedule::Kind::kOneCycle;
  options.label_smoothing = 0.05;
  options.augmentation = {.flip = true, .shift = 1};
  options.normalize = true;
  return trained(*make_preset("lenet-bn"), options, threads);
}

void expect_hash(std::string (*run)(int), const Hashes& want) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const int threads : {1, 2, 3, 8, 16}) {
      EXPECT_EQ(run(threads), has_fma(target) ? want.with_fma : want.without)
          << hwy::TargetName(target) << ", " << threads << " threads";
    }
  }
}

TEST(GoldenHash, OfTheChaptersRun) {
  expect_hash(chapter, {"b9e2380c6f89e1b21ac37825886adc464193226f02e80557165be2a69d741bcb",
                        "4ed679a4298f454b84445b05ba8a744aaa70a6e835aed7c0fa8f379b05383e36"});
}

TEST(GoldenHash, OfARunWithBatchNormMomentumAndAugmentation) {
  expect_hash(beyond, {"026df78e3adb3f57a47f82a8d2d124501f659611c21a3af859e9b87fb5e6dd43",
                       "cfe57c449d52ed3c2c9ae16e6e7806b502cc24df9c4995c7a6b90fb69749c2b2"});
}

}  // namespace
}  // namespace lenet
