// The layers of LeNet-5 that later networks left out, and its preset.
#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "lenet/layers.h"
#include "lenet/summary.h"
#include "lenet/trainer.h"
#include "nn/mask.h"
#include "nn/preset_images.h"
#include "train/datasets.h"

namespace lenet {
namespace {

Sequential built(const std::string& text, const Shape& input) {
  Sequential net = Sequential::parse(text);
  Generator generator(4);
  net.build(input, generator);
  return net;
}

std::vector<std::int32_t> first(std::int32_t count) {
  std::vector<std::int32_t> order;
  for (std::int32_t i = 0; i < count; ++i) order.push_back(i);
  return order;
}

std::int64_t zeros(std::span<const float> values) { return std::ranges::count(values, 0.0f); }

/// Every gradient of Affine2d against the slope of the loss over 2 * 2^-7: the error of that
/// difference is of the order of 2^-14 times the third derivative, and 1e-7 / 2^-7 by rounding.
TEST(Affine2d, HasTheGradientOfTheLoss) {
  const Dataset data = noise_images({3, 4, 4}, 20, 3);
  Sequential net = built("Affine2d Sigmoid Affine2d Flatten Linear(3)", {3, 4, 4});
  Trainer trainer(net, {.batch_size = 20});
  const auto order = first(20);
  const Batch batch(data, order);
  std::vector<float> gradient(net.parameters().size()), ignored(gradient.size());
  trainer.gradient(batch, gradient);
  for (std::size_t i = 0; i < 12; ++i) {  // both layers' weights and biases
    const float value = net.parameters()[i];
    const auto loss = [&](float step) {
      net.parameters()[i] = value + step;
      trainer.parameters_changed();
      return trainer.gradient(batch, ignored).loss();
    };
    const double slope = (loss(0x1p-7f) - loss(-0x1p-7f)) / 0x1p-6;
    EXPECT_NEAR(gradient[i], slope, 1e-4) << i;
    loss(0);
  }
}

TEST(Affine2d, StartsAsTheIdentity) {
  Sequential net = built("Affine2d", {2, 2, 2});
  const std::vector<float> x = {1, -2, 3, 4, 5, 6, -7, 8};
  EXPECT_EQ(forward(net, x), x);
  net.parameters()[1] = 3;   // weight of channel 1
  net.parameters()[2] = 10;  // bias of channel 0
  EXPECT_EQ(forward(net, x), (std::vector<float>{11, 8, 13, 14, 15, 18, -21, 24}));
}

TEST(LeNet5C3, HasTheSixtyConnectionsOfTheTable) {
  const Sequential net = built("LeNet5C3", {6, 14, 14});
  const auto weight = net.parameters().first(16 * 6 * 25);
  EXPECT_EQ(zeros(weight), (96 - 60) * 25);
  const auto connected = [&](std::size_t output, std::size_t input) {
    return weight[(output * 6 + input) * 25] != 0;
  };
  // Rows of table I: output 0 sees maps 0 to 2, 6 sees 0 to 3, 12 sees 0, 1, 3, 4, and 15 all.
  EXPECT_TRUE(connected(0, 0) && connected(0, 2) && !connected(0, 3) && !connected(0, 5));
  EXPECT_TRUE(connected(6, 3) && !connected(6, 4));
  EXPECT_TRUE(connected(12, 0) && connected(12, 4) && !connected(12, 2) && !connected(12, 5));
  EXPECT_TRUE(connected(15, 0) && connected(15, 5));
}

TEST(LeNet5C3, HoldsWhatIsNotConnectedAtZero) {
  const Sequential net = built("LeNet5C3", {6, 14, 14});
  const std::vector<ParameterRange> zeros = held_at_zero(net[0], 2416);
  std::int64_t count = 0;
  for (const auto& [first, last] : zeros) count += last - first;
  EXPECT_EQ(count, (16 * 6 - 60) * 25);
  EXPECT_TRUE(held_at_zero(built("Conv2d(16, 5)", {6, 14, 14})[0], 2416).empty());
}

TEST(LeNet5C3, LearnsNothingWhereNothingIsConnected) {
  const Dataset data = noise_images({6, 6, 6}, 32, 3);
  Sequential net = built("LeNet5C3 Tanh Flatten Linear(3)", {6, 6, 6});
  Trainer trainer(
      net, {.batch_size = 32, .optimizer = {.kind = Optimizer::Kind::kAdam, .weight_decay = 0.1}});
  const auto order = first(32);
  for (int i = 0; i < 3; ++i) trainer.step(Batch(data, order), 0.01);
  EXPECT_EQ(zeros(net.parameters().first(16 * 6 * 25)), (96 - 60) * 25);
}

TEST(LeNet5C3, TakesSixChannelsOnly) {
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage,
                                [] {
                                  built("LeNet5C3", {3, 14, 14});
                                }),
                       "want 6 channels"));
}

TEST(Presets, ParseAndPrintThemselves) {
  for (const std::string& name : preset_names()) {
    const std::optional<Sequential> net = make_preset(name);
    ASSERT_TRUE(net) << name;
    EXPECT_EQ(Sequential::parse(net->text()).text(), net->text()) << name;
  }
  EXPECT_FALSE(make_preset("lenet6"));
  EXPECT_EQ(make_preset("lenet")->text(), make_lenet().text());
}

TEST(Presets, HaveAnOutputAClass) {
  for (const std::string& name : preset_names()) {
    if (is_large(name)) continue;  // the counts below are of ten
    Sequential net = *make_preset(name, 3);
    Generator generator;
    net.build(images_of(name), generator);
    EXPECT_EQ(net.output_shape(), Shape{3}) << name;
    EXPECT_THROW(make_preset(name, 0), Error);
  }
}

/// D2L's chapter 7 and MLPerf Tiny.
TEST(Presets, HaveTheCountsOfTheirSources) {
  struct Counts {
    const char* name;
    std::int64_t classes, parameters, multiply_adds;  ///< -1: not counted there
  };
  for (const auto& [name, classes, parameters, multiply_adds] :
       {Counts{"alexnet", 10, 46'764'746, -1}, Counts{"vgg", 10, 43'093'322, -1},
        Counts{"nin", 10, 1'992'166, -1}, Counts{"googlenet", 10, 5'977'530, -1},
        Counts{"resnet18", 10, 11'178'378, -1}, Counts{"densenet", 10, 758'226, -1},
        Counts{"resnet8", 10, 78'186, 12'501'632}, Counts{"ds-cnn", 12, 23'756, 2'656'768},
        Counts{"mobilenet-025", 2, 216'322, 7'489'664},
        Counts{"autoencoder", 640, 267'928, 264'192}}) {
    Sequential net = *make_preset(name, classes);
    Generator generator;
    net.build(images_of(name), generator);
    EXPECT_EQ(net.output_shape(), Shape{classes}) << name;
    EXPECT_EQ(std::ssize(net.parameters()), parameters) << name;
    if (multiply_adds < 0) continue;
    EXPECT_EQ(work_of(net).forward, multiply_adds) << name;
  }
}

}  // namespace
}  // namespace lenet
