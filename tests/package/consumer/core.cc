// Trains and predicts with lenet::core alone. Exits with 1 if a result is wrong.
#include <lenet/core.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

constexpr std::int64_t kImages = 64, kPixels = 8 * 8;

/// Even images dark, odd ones bright.
lenet::Dataset make_images() {
  auto pixels = std::make_unique<std::uint8_t[]>(kImages * kPixels);
  std::vector<lenet::Label> labels;
  for (std::int64_t i = 0; i < kImages; ++i) {
    std::fill_n(pixels.get() + i * kPixels, kPixels, i % 2 ? 220 : 30);
    labels.push_back(i % 2);
  }
  return {std::move(pixels), 0, {1, 8, 8}, std::move(labels), 2, {"dark", "bright"}};
}

}  // namespace

int main() {
  const lenet::Dataset data = make_images();
  lenet::Sequential net = lenet::Sequential::parse("Conv2d(4, 3) ReLU Flatten Linear(2)");
  const lenet::Report report =
      lenet::fit(net, data, data, {.epochs = 20, .batch_size = 16, .lr = 0.1f});
  lenet::Predictor predict(net);
  std::printf("loss %.4f, accuracy %.2f, data %s\n", report.loss, report.test_acc(),
              lenet::data_sha256(data, data).c_str());
  return report.test_acc() == 1 && predict.probabilities(data.image(1))[1] > 0.5f ? 0 : 1;
}
