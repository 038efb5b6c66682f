// A class that a user derives from a layer of the library is a layer of the user: it runs as its
// own passes say, and nothing takes it for its base.
#include "base/errors.h"
#include "data/test_files.h"
#include "lenet/c_export.h"
#include "lenet/head.h"
#include "lenet/model_file.h"
#include "lenet/onnx.h"
#include "lenet/predictor.h"
#include "lenet/quantize.h"
#include "nn/derived_layers.h"
#include "nn/networks.h"
#include "nn/user_layer.h"
#include "train/datasets.h"

namespace lenet {
namespace {

using namespace derived;

/// Twice what a layer of the reference computes.
reference::Layer doubled(const reference::Layer& layer) {
  return {layer.parameters,
          [=](const reference::Values& x, std::span<const double> p) {
            reference::Values y = layer.forward(x, p);
            for (double& v : y) v *= 2;
            return y;
          },
          {}};
}

reference::Layer power(int exponent) {
  return reference::mapping_layer([=](double x) { return std::pow(x, exponent); });
}

/// Derived layers with an activation before each and behind.
Sequential derived_net() {
  Sequential net(DoubledConv2d({.out_channels = 3, .kernel = 2}), Sigmoid(), SquaredAvgPool2d(),
                 Tanh(), SquaredMaxPool2d(), ReLU(), SquaredBarePool(), OtherTanh(), Sigmoid(),
                 Cube(), Flatten(), DoubledLinear(7), Tanh(), DoubledLinear({4, false}));
  build_at_random(net, {2, 4, 3});
  return net;
}

reference::Network derived_reference() {
  using reference::activation_layer;
  return {doubled(reference::conv2d_layer({2, 4, 3, 2, 2}, 3, true)),
          activation_layer(Function::Kind::kSigmoid),
          power(2),
          activation_layer(Function::Kind::kTanh),
          power(2),
          activation_layer(Function::Kind::kReLU),
          power(2),
          activation_layer(Function::Kind::kTanh),
          activation_layer(Function::Kind::kSigmoid),
          power(3),
          doubled(reference::linear_layer(18, 7, true)),
          activation_layer(Function::Kind::kTanh),
          doubled(reference::linear_layer(7, 4, false))};
}

TEST(DerivedLayer, TrainsAsItsOwnPassesSay) {
  Sequential net = derived_net();
  expect_reference(net, derived_reference());
}

TEST(DerivedLayer, PredictsASingleImageAsItsOwnPassesSay) {
  Sequential net = derived_net();
  const Dataset data = noise_images({2, 4, 3}, 5, 4);
  const std::vector<float> want = probabilities(net, data);
  Predictor predictor(net);
  const reference::Values parameters(net.parameters().begin(), net.parameters().end());
  for (std::int64_t n = 0; n < data.size(); ++n) {
    const std::span<const float> got = predictor.probabilities(data.image(n));
    reference::Values x;
    for (int i = 0; i < 24; ++i) x.push_back(data.image(n)[i] / 255.0);
    const reference::Values logits = reference::forward(derived_reference(), parameters, x);
    double sum = 0;
    for (const double v : logits) sum += std::exp(v);
    for (std::size_t k = 0; k < got.size(); ++k) {
      EXPECT_NEAR(got[k], std::exp(logits[k]) / sum, 1e-6);
      EXPECT_NEAR(got[k], want[static_cast<std::size_t>(n) * got.size() + k], 1e-6);
    }
  }
}

TEST(DerivedLayer, IsALayerOfTheUser) {
  int layers = 0;
  for_each_derived([&](const std::string& name, Sequential& net) {
    const Layer& layer = net[net.size() - 1];
    EXPECT_TRUE(is_user_layer(layer)) << name;
    EXPECT_TRUE(own_layer_text(layer).find(name) != std::string::npos) << own_layer_text(layer);
    ++layers;
  });
  EXPECT_EQ(layers, 7);
}

class DerivedLayerFiles : public TestFolder {};

TEST_F(DerivedLayerFiles, AreRefusedByNameInOnnxCAndIntegers) {
  for_each_derived([&](const std::string& name, Sequential& net) {
    const Shape input = net.input_shape();
    const std::string text = net.text();
    Model model{std::move(net), {}};
    const auto integers = [&] { QuantizedNetwork q(model.net, noise_images(input, 20, 2)); };
    for (const std::string& message :
         {error_of(ErrorKind::kUsage, [&] { serialise_onnx(model); }),
          error_of(ErrorKind::kUsage, [&] { export_c(dir_ / "net.c", model); }),
          error_of(ErrorKind::kUsage, integers)}) {
      EXPECT_TRUE(contains(message, name)) << text;
      EXPECT_TRUE(contains(message, "derived from")) << text;
      EXPECT_TRUE(contains(message, "a layer of your own, which no other format knows")) << text;
    }
  });
}

/// A file that says Conv2d would be read as one.
TEST_F(DerivedLayerFiles, DoNotSayThatTheyHoldTheLayerOfTheLibrary) {
  for_each_derived([&](const std::string& name, Sequential& net) {
    EXPECT_TRUE(contains(net.text(), name));
    save_model(dir_ / "model.safetensors", net, {});
    const auto read = [&] { load_model(dir_ / "model.safetensors"); };
    EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, read), "metadata model"));
    load_weights(dir_ / "model.safetensors", net);  // the way back for a network of one's own
  });
}

/// The text of its base would be the library's layer in its place.
TEST(DerivedLayer, IsNeitherAHeadNorCopiedAsItsBase) {
  Sequential derived_head(Flatten(), DoubledLinear(3));
  const auto refused = [](auto f) { return error_of(ErrorKind::kUsage, f); };
  EXPECT_TRUE(contains(refused([&] { head_of(derived_head); }), "Doubled<lenet::Linear>"));
  EXPECT_TRUE(contains(refused([&] { with_new_head(derived_head, 2); }), "Doubled<lenet::Linear>"));
  Sequential behind(Flatten(), Linear(3), Cube());
  EXPECT_TRUE(contains(refused([&] { head_of(behind); }), "Cube"));
  for_each_derived([&](const std::string& name, Sequential& net) {
    net.add(std::make_unique<Flatten>());
    net.add(std::make_unique<Linear>(3));
    const std::string message = refused([&] { with_new_head(net, 2); });
    EXPECT_TRUE(contains(message, name)) << message;
    EXPECT_TRUE(contains(message, "a layer of your own")) << message;
  });
}

/// A Conv2d with a factor, of which its base knows nothing.
class Scaled : public Conv2d {
 public:
  Scaled() : Conv2d({.out_channels = 2, .kernel = 2}) {}
  std::vector<ParameterInfo> parameters() const override {
    std::vector<ParameterInfo> all = Conv2d::parameters();
    all.push_back({.name = "factor", .shape = {1}, .initial = 1});
    return all;
  }
};

TEST(DerivedLayer, HasGradientZeroForParametersThatItsBaseDoesNotKnow) {
  Sequential net{Scaled(), Flatten()};
  Sequential base{Conv2d({.out_channels = 2, .kernel = 2}), Flatten()};
  build_at_random(net, {1, 3, 3});
  build_at_random(base, {1, 3, 3});
  std::ranges::copy(net.parameters().first(10), base.parameters().begin());
  const reference::Examples examples = random_examples({1, 3, 3}, 8);
  const auto gradient = [&](Sequential& of) {
    std::vector<float> values(of.parameters().size(), 7.0f);
    Trainer(of, {.batch_size = 19}).gradient({examples.values, examples.labels}, values);
    return values;
  };
  std::vector<float> want = gradient(base);
  want.push_back(0);
  EXPECT_EQ(gradient(net), want);
}

TEST(LibraryLayer, RefusesAPassOfOnePackForStatisticsOfTheBatch) {
  Sequential net(BatchNorm1d{});
  build_at_random(net, {2});
  const AlignedFloats x(2 * kPack);
  const std::string message = error_of(ErrorKind::kUsage, [&] {
    net[0].forward({.parameters = net.parameters(), .x = x.data(), .y = x.data()});
  });
  EXPECT_TRUE(contains(message, "BatchNorm1d: a pass of one pack has no statistics")) << message;
}

// A class that normalises over the batch shares its work with the trainer, and cannot be derived.
struct OtherNorm : BatchNorm {
  using BatchNorm::BatchNorm;
};
static_assert(!std::is_constructible_v<OtherNorm, const char*, std::size_t, BatchNorm::Options>);

TEST(Operation, OfEachLayerOfTheLibraryIsItsOwn) {
  const char* text =
      "Conv2d(6, 1) LeNet5C3 Affine2d AvgPool2d(1) MaxPool2d(1) BatchNorm2d Dropout Sigmoid ReLU "
      "Tanh LeakyReLU SiLU ScaledTanh AdaptiveAvgPool2d(1) Flatten BatchNorm1d Linear(2)";
  const Sequential net = built(text, {1, 6, 6});
  const auto function = [](Function::Kind kind, float a = 0) { return FunctionOp{{kind, a}}; };
  using enum Function::Kind;
  const std::vector<Operation> want = {Conv2dOp{{1}},
                                       Conv2dOp{{5}},
                                       AffineOp(),
                                       AvgPool2dOp{{1}, {}},
                                       MaxPool2dOp{{1}},
                                       BatchNormOp{1e-5, 0.1},
                                       DropoutOp{0.5},
                                       function(kSigmoid),
                                       function(kReLU),
                                       function(kTanh),
                                       function(kLeakyReLU, 0.01f),
                                       function(kSiLU),
                                       function(kScaledTanh),
                                       AvgPool2dOp{{2, 2}, {}},
                                       FlattenOp(),
                                       BatchNormOp{1e-5, 0.1},
                                       LinearOp()};
  ASSERT_EQ(net.size(), std::ssize(want));
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_TRUE(net[static_cast<std::int64_t>(i)].operation() == want[i]) << i;
  }
}

}  // namespace
}  // namespace lenet
