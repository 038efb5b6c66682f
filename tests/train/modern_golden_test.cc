// The networks of D2L's chapter 7 and of MLPerf Tiny against PyTorch's numbers at small images.
#include <cmath>
#include <string>
#include <vector>

#include "lenet/sequential.h"
#include "lenet/trainer.h"
#include "train/golden.h"

namespace lenet {
namespace {

/// The preset's text, with no Dropout.
std::string without_dropout(std::string text) {
  for (std::size_t first; (first = text.find("Dropout(")) != std::string::npos;) {
    text.erase(first, text.find(' ', first) + 1 - first);
  }
  return text;
}

class ModernNetworks : public testing::TestWithParam<const char*> {};

// The reference is in float64, and float32 is within 4e-6 of it.
TEST_P(ModernNetworks, HavePyTorchsGradientAndTenSteps) {
  const auto golden = golden_json("modern.json").at(GetParam());
  const auto classes = golden.at("classes").get<std::int64_t>();
  const auto input = golden.at("input").get<Shape>();
  const std::int64_t outputs = classes > 0 ? classes : element_count(input);
  Sequential net = Sequential::parse(without_dropout(make_preset(GetParam(), outputs)->text()));
  Generator generator(0);
  net.build(input, generator);
  constexpr std::int64_t kImages = 16;
  std::vector<float> x(static_cast<std::size_t>(kImages * element_count(net.input_shape())));
  generator.uniform(x, -1, 1);
  std::vector<Label> labels;
  for (std::int64_t i = 0; i < kImages && classes > 0; ++i) {
    labels.push_back(static_cast<Label>(i * 7 % classes));
  }
  const Batch batch = classes > 0 ? Batch(x, labels) : Batch(x, FloatRows(x, outputs));
  Trainer trainer(net, {.batch_size = kImages, .threads = 2});
  std::vector<float> gradient(net.parameters().size());
  trainer.gradient(batch, gradient);
  double squares = 0;
  for (const float v : gradient) squares += static_cast<double>(v) * static_cast<double>(v);
  const auto norm = golden.at("gradient").get<double>();
  EXPECT_NEAR(std::sqrt(squares), norm, 1e-4 * norm);
  for (const double want : golden.at("losses").get<std::vector<double>>()) {
    const double loss = trainer.step(batch, golden.at("lr").get<double>()).loss();
    EXPECT_NEAR(loss, want, 1e-4 * want);
  }
}

INSTANTIATE_TEST_SUITE_P(Presets, ModernNetworks,
                         testing::Values("alexnet", "vgg", "nin", "googlenet", "resnet18",
                                         "densenet", "resnet8", "ds-cnn", "mobilenet-025",
                                         "autoencoder"));

}  // namespace
}  // namespace lenet
