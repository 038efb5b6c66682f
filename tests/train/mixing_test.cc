// Training on mixed images: loss and gradient as of soft targets, bits, refusals.
#include <cmath>
#include <numeric>
#include <vector>

#include "base/errors.h"
#include "data/image_mix.h"
#include "lenet/fit.h"
#include "nn/networks.h"
#include "train/datasets.h"

namespace lenet {
namespace {

constexpr const char* kNet = "Conv2d(3, 3) Tanh AvgPool2d(2) Flatten Linear(3)";
const Shape kInput = {2, 6, 6};

std::vector<std::int32_t> first_of(std::int64_t count) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

TEST(Mixing, HasTheLossAndGradientOfSoftTargets) {
  constexpr std::int64_t kExamples = 37, kSize = 72;
  const Dataset data = noise_images(kInput, kExamples, 3);
  const Augmentation augmentation = {.flip = true, .mixup = 1, .cutmix = 1};
  std::vector<float> values, targets(3 * kExamples);
  for (std::int64_t i = 0; i < kExamples; ++i) {
    const std::int64_t partner = kExamples - 1 - i;
    std::vector<std::uint8_t> image(kSize), other(kSize);
    augment(augmentation, kInput, 5, 2, i, data.image(i), image.data());
    augment(augmentation, kInput, 5, 2, partner, data.image(partner), other.data());
    const ImageMix mix = draw_mix(augmentation, kInput, 5, 2, i);
    apply(mix, kInput, other.data(), image.data());
    for (const std::uint8_t byte : image) values.push_back(static_cast<float>(byte) / 255.0f);
    float* row = &targets[static_cast<std::size_t>(3 * i)];
    row[data.label(i)] += mix.own();
    row[data.label(partner)] += 1 - mix.own();
  }
  Sequential net = built(kNet, kInput);
  std::vector<float> got(net.parameters().size()), want(got.size());
  const std::vector<std::int32_t> order = first_of(kExamples);
  Trainer trainer(net, {.batch_size = 64, .threads = 2});
  const Metrics mixed = trainer.gradient(Batch(data, order).augmented(augmentation, 5, 2), got);
  Trainer soft(net, {.batch_size = 64, .threads = 2, .loss = LossFunction::kCrossEntropy});
  const Metrics rows = soft.gradient(Batch(values, FloatRows(targets, 3)), want);
  EXPECT_NEAR(mixed.loss(), rows.loss(), 1e-6);
  EXPECT_LE(relative_distance(got, want), 1e-5);
}

TEST(Mixing, GoesWithLabelSmoothing) {
  const Dataset data = noise_images(kInput, 20, 3);
  const std::vector<std::int32_t> order = first_of(20);
  Sequential net = built(kNet, kInput);
  std::vector<float> plain(net.parameters().size()), smoothed(plain.size()), uniform(plain.size());
  const Batch batch = Batch(data, order).augmented({.mixup = 1}, 1, 1);
  const double loss = Trainer(net, {.batch_size = 20}).gradient(batch, plain).loss();
  const double half =
      Trainer(net, {.batch_size = 20, .label_smoothing = 0.5}).gradient(batch, smoothed).loss();
  const double most =
      Trainer(net, {.batch_size = 20, .label_smoothing = 0.999}).gradient(batch, uniform).loss();
  EXPECT_NEAR(half, loss + (most - loss) * 0.5 / 0.999, 1e-5);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_NEAR(smoothed[i], plain[i] + (uniform[i] - plain[i]) * 0.5f / 0.999f, 1e-5f);
  }
}

TEST(Mixing, TrainsToTheSameBitsOnAnyThreadsAndLearns) {
  const Dataset data = noise_images(kInput, 300, 3);
  const auto trained = [&](int threads) {
    Sequential net = built(kNet, kInput);
    const FitOptions options = {.epochs = 8,
                                .batch_size = 32,
                                .lr = 0.3,
                                .augmentation = {.shift = 1, .mixup = 0.5, .cutmix = 0.5},
                                .threads = threads};
    const Report report = fit(net, data, data, options);
    EXPECT_LT(report.epochs.back().train_loss, report.epochs.front().train_loss);
    return copy_of(net.parameters());
  };
  EXPECT_EQ(trained(1), trained(3));
}

TEST(Mixing, IsRefusedWhereItDoesNotFit) {
  Sequential net = built(kNet, kInput);
  const Dataset classes = noise_images(kInput, 40, 3), rows = bytes_with_rows(kInput, 40, 3);
  const auto message = [&](const Dataset& data, FitOptions options) {
    options.batch_size = 20;
    options.augmentation.mixup = 1;
    return error_of(ErrorKind::kUsage, [&] { fit(net, data, data, options); });
  };
  EXPECT_TRUE(contains(message(rows, {}), "mixup and cutmix: wants a class an example"));
  FitOptions weighted;
  weighted.class_weights.balanced = true;
  EXPECT_TRUE(contains(message(classes, weighted), "mixup and cutmix: want no class weights"));
  EXPECT_TRUE(contains(message(classes, {.device = {Device::Kind::kCuda, 0}}), "on the CPU alone"));
  const std::vector<std::int32_t> order = first_of(20);
  Trainer trainer(net, {.batch_size = 20, .class_weights = {1, 2, 3}});
  EXPECT_TRUE(contains(
      error_of(ErrorKind::kUsage,
               [&] { trainer.step(Batch(classes, order).augmented({.cutmix = 1}, 0, 0), 0.1); }),
      "mixup and cutmix: want no class weights"));
}

}  // namespace
}  // namespace lenet
