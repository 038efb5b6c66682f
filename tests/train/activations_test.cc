// What each layer makes of an image is what the network up to it has as its output.
#include "lenet/activations.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <sstream>

#include "base/errors.h"
#include "lenet/trainer.h"
#include "nn/networks.h"

namespace lenet {
namespace {

std::vector<float> some_values(const Shape& shape, std::int64_t images) {
  std::vector<float> values(static_cast<std::size_t>(images * element_count(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(i * 37 % 64) / 32 - 1;
  }
  return values;
}

/// Elements of a model text, of which the first ones are a network too.
using Elements = std::vector<const char*>;

/// The network of the first `count` elements with the parameters of `whole`.
Sequential first_of(const Elements& elements, std::size_t count, Sequential& whole) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += std::string(elements[i]) + " ";
  Sequential net = Sequential::parse(text);
  Generator generator;
  net.build(whole.input_shape(), generator);
  std::ranges::copy(whole.parameters().first(net.parameters().size()), net.parameters().begin());
  std::ranges::copy(whole.buffers().first(net.buffers().size()), net.buffers().begin());
  return net;
}

class Activations : public testing::TestWithParam<Elements> {};

TEST_P(Activations, AreTheOutputsOfTheNetworkUpToThere) {
  const Elements& elements = GetParam();
  std::string text;
  for (const char* element : elements) text += std::string(element) + " ";
  Sequential net = Sequential::parse(text);
  build_at_random(net, {2, 12, 12});
  const std::int64_t images = 19;
  const std::vector<float> values = some_values(net.input_shape(), images);
  const std::vector<Activation> all = activations(net, values);
  std::set<std::string> paths;
  for (const Activation& a : all) {
    EXPECT_TRUE(paths.insert(a.path).second) << a.path;
    EXPECT_EQ(std::ssize(a.values), images * element_count(a.shape));
    EXPECT_EQ(forward(net, values, a.path), a.values) << a.path;
  }
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto at = std::ranges::find(all, std::to_string(i), &Activation::path);
    if (at == all.end()) continue;  // zeros in front of a convolution
    const Sequential part = first_of(elements, i + 1, net);
    EXPECT_EQ(at->shape, part.output_shape());
    EXPECT_EQ(at->values, forward(part, values)) << i << " " << elements[i];
  }
  EXPECT_EQ(all.back().values, forward(net, values));
}

INSTANTIATE_TEST_SUITE_P(
    Of, Activations,
    testing::Values(
        Elements{"Conv2d(6, 5, padding=2)", "Sigmoid", "AvgPool2d(2)", "Conv2d(4, 3)", "Sigmoid",
                 "AvgPool2d(2)", "Flatten", "Linear(12)", "Sigmoid", "Linear(5)"},
        Elements{"Conv2d(4, 3)", "BatchNorm2d", "ReLU", "MaxPool2d(2)", "Dropout(0.5)", "GELU",
                 "PReLU", "Flatten"},
        Elements{"ZeroPad2d((0, 1, 0, 1))", "Conv2d(4, 3, stride=2)", "ReLU", "ReLU",
                 "AdaptiveAvgPool2d(1)", "Flatten", "Linear(3)"},
        Elements{"Conv2d(4, 3, padding=1)", "Residual[ Conv2d(4, 3, padding=1) ReLU ]", "ReLU",
                 "Sum[ BatchNorm2d | ReLU ]", "Concat[ | Conv2d(2, 1) | Conv2d(3, 1) ReLU ]",
                 "Scale[ AdaptiveAvgPool2d(1) Conv2d(9, 1) Sigmoid ]", "ReLU", "Flatten"},
        Elements{"Flatten"}, Elements{"ReLU", "Flatten", "Linear(3)"}));

TEST(Activations, HaveNamesTextsAndShapes) {
  Sequential net = Sequential::parse("Conv2d(4, 3) Residual[ Conv2d(4, 1) ] [ ReLU Flatten ]");
  build_at_random(net, {1, 5, 5});
  const std::vector<float> values = some_values(net.input_shape(), 1);
  const std::vector<Activation> all = activations(net, values);
  std::string lines;
  for (const Activation& a : all) lines += a.path + " " + a.text + " " + to_string(a.shape) + "\n";
  EXPECT_EQ(lines,
            "0 Conv2d(4, 3) 4x3x3\n"
            "1.0 Conv2d(4, 1) 4x3x3\n"
            "1 Residual 4x3x3\n"
            "2.0 ReLU 4x3x3\n"
            "2.1 Flatten 36\n");
  EXPECT_EQ(forward(net, values, "2"), all.back().values);  // a group: what is last in it
}

TEST(Activations, NormaliseImagesOfBytesAsTheNetworkSays) {
  Sequential net = Sequential::parse("ReLU Flatten");
  build_at_random(net, {1, 1, 2});
  net.set_normalization({{0.5f}, {0.25f}});
  auto pixels = std::make_unique<std::uint8_t[]>(4);
  pixels[2] = 255, pixels[3] = 0;
  const Dataset data(std::move(pixels), 0, {1, 1, 2}, {0, 0}, 2);
  const std::vector<std::int32_t> second = {1};
  EXPECT_EQ(activations(net, data, second).front().values, (std::vector<float>{2, 0}));
}

TEST(Activations, RefuseALayerThatThereIsNot) {
  Sequential net = Sequential::parse("ZeroPad2d(1) Conv2d(4, 3) Residual[ ReLU ] Flatten");
  build_at_random(net, {1, 5, 5});
  const std::vector<float> values(25);
  for (const char* path : {"0", "4", "2.1", "", "-1", "2.", "1x"}) {
    EXPECT_EQ(error_of(ErrorKind::kUsage, [&] { forward(net, values, path); }),
              std::string("layer ") + path +
                  ": no layer that gives a value of its own; want one of 1, 2.0, 2, 3");
  }
  EXPECT_TRUE(contains(
      error_of(ErrorKind::kUsage, [&] { activations(net, std::vector<float>(26)); }), "26 values"));
  EXPECT_THROW(activations(Sequential::parse("Flatten"), values), Error);
}

}  // namespace
}  // namespace lenet
