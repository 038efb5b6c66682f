#include "lenet/c_export.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "data/test_files.h"
#include "export/compiled.h"
#include "lenet/layers.h"
#include "lenet/trainer.h"
#include "reference/compare.h"

namespace lenet {
namespace {

class CExport : public TestFolder {
 protected:
  /// Exports a network under `name` and compiles it.
  std::unique_ptr<Compiled> compiled(Sequential net, const std::string& name) const {
    export_c(dir_ / (name + ".c"), {std::move(net), {}});
    return std::make_unique<Compiled>(dir_, name);
  }

  std::string content(const std::string& name) const { return read_file(dir_ / name, 1 << 24); }
};

/// A network and the image that it takes.
struct Network {
  const char* name;
  std::string text;
  Shape input = {1, 28, 28};
};

void PrintTo(const Network& network, std::ostream* out) { *out << network.name; }

std::string preset(const char* name) { return make_preset(name)->text(); }

class CExportOf : public CExport, public testing::WithParamInterface<Network> {
 protected:
  /// The network, with or without a normalization of its pixels.
  Sequential net(bool normalized) const {
    Sequential net = random_net(GetParam().text, GetParam().input);
    if (!normalized) return net;
    Normalization n;
    for (std::int64_t c = 0; c < net.input_shape()[0]; ++c) {
      n.mean.push_back(0.3f + 0.1f * static_cast<float>(c));
      n.deviation.push_back(0.2f + 0.1f * static_cast<float>(c));
    }
    net.set_normalization(n);
    return net;
  }
};

TEST_P(CExportOf, FloatsGiveThePredictorsProbabilities) {
  for (const bool normalized : {false, true}) {
    const Sequential expected = net(normalized);
    const auto c = compiled(net(normalized), normalized ? "standardised" : "plain");
    ASSERT_TRUE(*c);
    const Dataset images = random_images(expected.input_shape(), 5);
    Predictor predictor(expected);
    std::set<std::vector<float>> different;
    for (std::int64_t i = 0; i < images.size(); ++i) {
      const auto want = predictor.probabilities(images.image(i));
      different.emplace(want.begin(), want.end());
      const auto found = c->probabilities(images.image(i), outputs_of(expected));
      for (std::size_t k = 0; k < want.size(); ++k) EXPECT_NEAR(found[k], want[k], 1e-5);
    }
    EXPECT_EQ(different.size(), 5u) << "the network does not look at the image";
  }
}

class CExportOfRows : public CExport, public testing::WithParamInterface<LossFunction> {
 protected:
  static constexpr const char* kNet = "Conv2d(3, 3) Tanh Flatten Linear(4)";

  /// What a network of this loss gives.
  static float given(float output) {
    return GetParam() == LossFunction::kBce ? 1 / (1 + std::exp(-output)) : output;
  }
};

TEST_P(CExportOfRows, GivesNumbersOrTheProbabilitiesOfLabels) {
  const Dataset images = random_images({1, 6, 5}, 20);
  const Model model{random_net(kNet, {1, 6, 5}), {}, {.loss = GetParam()}};
  const QuantizedNetwork quantized(model.net, images, 10);
  export_c(dir_ / "floats.c", model);
  export_c(dir_ / "integers.c", model, quantized);
  const Compiled floats(dir_, "floats"), integers(dir_, "integers");
  ASSERT_TRUE(floats && integers);
  const std::vector<float> want = forward(model.net, images);
  for (std::int64_t i = 0; i < images.size(); ++i) {
    const auto found = floats.probabilities(images.image(i), 4);
    const auto of_integers = integers.probabilities(images.image(i), 4);
    const auto logits = quantized.logits(images.image(i));
    for (std::size_t k = 0; k < 4; ++k) {
      EXPECT_NEAR(found[k], given(want[static_cast<std::size_t>(4 * i) + k]), 1e-5);
      EXPECT_NEAR(of_integers[k], given(logits[k]), 1e-6);
    }
  }
}

TEST_P(CExportOfRows, TakesFloatsAsTheyAre) {
  Model model{random_net(kNet, {1, 6, 5}), {"a", "b"}, {.loss = GetParam(), .float_images = true}};
  model.net.set_normalization({.mean = {10}, .deviation = {20}});
  std::vector<float> x(90);
  Generator(3).uniform(x, -50, 50);
  const Dataset images(FloatImages{x}, {1, 6, 5}, ClassTargets{{0, 0, 0}, 1});
  export_c(dir_ / "floats.c", model);
  const Compiled c(dir_, "floats");
  ASSERT_TRUE(c);
  const std::vector<float> want = forward(model.net, images);
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto found = c.probabilities(images.floats(i), 4);
    for (std::size_t k = 0; k < 4; ++k) {
      EXPECT_NEAR(found[k], given(want[static_cast<std::size_t>(4 * i) + k]), 1e-5);
    }
  }
  const bool labels = GetParam() == LossFunction::kBce;
  EXPECT_TRUE(contains(content("floats.h"),
                       labels ? "floats_labels[FLOATS_LABELS]" : "floats_outputs[FLOATS_OUTPUTS]"));
  EXPECT_TRUE(contains(content("floats.c"), "\"b\",\n    \"output 2\""));
}

/// Beyond what was calibrated on they saturate; what is no number is taken for the least.
TEST_P(CExportOfRows, IntegersTakeFloatsAsTheyAre) {
  Model model{random_net(kNet, {2, 6, 5}), {}, {.loss = GetParam(), .float_images = true}};
  std::vector<float> x(60 * 9);
  Generator(3).uniform(x, -50, 50);
  const Dataset images(FloatImages{x}, {2, 6, 5}, ClassTargets{std::vector<Label>(9), 1});
  for (float& v : x) v *= 3;
  x[7] = std::nanf(""), x[8] = HUGE_VALF, x[9] = -HUGE_VALF;
  for (const bool normalized : {false, true}) {
    if (normalized) model.net.set_normalization({.mean = {10, -5}, .deviation = {20, 30}});
    const QuantizedNetwork quantized(model.net, images, 9);
    const std::string name = normalized ? "standardised" : "plain";
    export_c(dir_ / (name + ".c"), model, quantized);
    const Compiled c(dir_, name);
    ASSERT_TRUE(c);
    for (std::int64_t i = 0; i < 9; ++i) {
      for (const float* image : {images.floats(i), std::as_const(x).data() + 60 * i}) {
        const auto found = c.probabilities(image, 4);
        const auto logits = quantized.logits(image);
        for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(found[k], given(logits[k]), 1e-6);
      }
    }
    const std::vector<float> want = forward(model.net, images), got = forward(quantized, images);
    EXPECT_LE(relative_distance(got, want), 0.03);
  }
}

TEST_F(CExport, IntegersRefuseImagesOfTheOtherKind) {
  Model model{random_net("Flatten Linear(2)", {1, 2, 2}), {}, {.float_images = true}};
  const Dataset bytes = random_images({1, 2, 2}, 5);
  const Dataset floats(FloatImages{{1, 2, 3, 4}}, {1, 2, 2}, ClassTargets{{0}, 1});
  const QuantizedNetwork of_bytes(model.net, bytes), of_floats(model.net, floats);
  const auto refusal = [](const auto& action) { return error_of(ErrorKind::kUsage, action); };
  EXPECT_TRUE(contains(refusal([&] { export_c(dir_ / "n.c", model, of_bytes); }),
                       "calibrated on images of bytes, the network takes images of floats"));
  model.origin.float_images = false;
  EXPECT_TRUE(contains(refusal([&] { export_c(dir_ / "n.c", model, of_floats); }),
                       "calibrated on images of floats, the network takes images of bytes"));
  EXPECT_TRUE(contains(refusal([&] { of_bytes.logits(floats.floats(0)); }), "not of floats"));
  EXPECT_TRUE(contains(refusal([&] { of_floats.logits(bytes.image(0)); }), "not of bytes"));
  EXPECT_TRUE(contains(refusal([&] { forward(of_floats, bytes); }), "not of bytes"));
  const Dataset huge(FloatImages{{1, 2, 3, 3e38f}}, {1, 2, 2}, ClassTargets{{0}, 1});
  model.net.set_normalization({.mean = {0}, .deviation = {0.01f}});
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [&] { QuantizedNetwork(model.net, huge); }),
                       "an image: a normalised number is inf"));
}

INSTANTIATE_TEST_SUITE_P(Losses, CExportOfRows,
                         testing::Values(LossFunction::kBce, LossFunction::kMse, LossFunction::kL1),
                         [](const auto& test) { return std::string(to_string(test.param)); });

/// As the C does it, so that equal logits give equal bits.
std::vector<float> softmax(std::vector<float> y) {
  const float most = *std::ranges::max_element(y);
  float sum = 0;
  for (float& v : y) sum += v = std::exp(v - most);
  for (float& v : y) v /= sum;
  return y;
}

TEST_P(CExportOf, IntegersAreThoseOfTheSimulation) {
  for (const bool normalized : {false, true}) {
    const Model model{net(normalized), {}};
    const Dataset images = random_images(model.net.input_shape(), 20);
    const QuantizedNetwork quantized(model.net, images, 10);
    const std::string name = normalized ? "standardised" : "plain";
    export_c(dir_ / (name + ".c"), model, quantized);
    const Compiled c(dir_, name);
    ASSERT_TRUE(c);
    for (std::int64_t i = 0; i < images.size(); ++i) {
      EXPECT_EQ(c.probabilities(images.image(i), outputs_of(model.net)),
                softmax(quantized.logits(images.image(i))));
    }
  }
}

TEST_P(CExportOf, IntegersAreCloseToTheFloats) {
  const Sequential expected = net(true);
  const Dataset images = random_images(expected.input_shape(), 20);
  const QuantizedNetwork quantized(expected, images);
  Predictor predictor(expected);
  for (std::int64_t i = 0; i < images.size(); ++i) {
    const auto want = predictor.probabilities(images.image(i));
    const auto found = softmax(quantized.logits(images.image(i)));
    for (std::size_t k = 0; k < want.size(); ++k) EXPECT_NEAR(found[k], want[k], 0.03);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Networks, CExportOf,
    testing::Values(
        Network{"LeNet", preset("lenet")}, Network{"LeNetReLU", preset("lenet-relu")},
        Network{"LeNetBN", preset("lenet-bn")}, Network{"LeNet5", preset("lenet5")},
        Network{"Best", preset("best")},
        Network{"ResidualBlocks",
                "Conv2d(4, 3, padding=1) BatchNorm2d ReLU "
                "Residual[ Conv2d(4, 3, padding=1) BatchNorm2d ReLU Conv2d(4, 3, padding=1) "
                "BatchNorm2d ] ReLU Sum[ Conv2d(6, 3, stride=2, padding=1) BatchNorm2d ReLU "
                "Conv2d(6, 3, padding=1) BatchNorm2d | Conv2d(6, 1, stride=2) ] ReLU "
                "AdaptiveAvgPool2d(1) Flatten Linear(5)",
                {3, 16, 16}},
        Network{"Inception",
                "Concat[ Conv2d(2, 1) ReLU | Conv2d(3, 1) ReLU Conv2d(4, 3, padding=1) ReLU | "
                "MaxPool2d(3, stride=1, padding=1) Conv2d(2, 1) ReLU ] MaxPool2d(2) "
                "Concat[ | BatchNorm2d ReLU Conv2d(3, 3, padding=1) ] "
                "Concat[ | BatchNorm2d ReLU Conv2d(3, 3, padding=1) ] ReLU Flatten Linear(4)",
                {2, 9, 8}},
        Network{"ReadersOfEveryKind",
                "Residual[ Conv2d(2, 1) ] Sum[ | | Sigmoid | MaxPool2d(3, stride=1, padding=1) ] "
                "Concat[ | Tanh | ] Concat[ Flatten | AvgPool2d(2) Flatten ] "
                "Concat[ | | Linear(3) ] Residual[ Residual[ Dropout ] ] [ Linear(6) Residual[ "
                "Linear(6) ReLU ] ] Sum[ Linear(4) | Concat[ Linear(1) | Linear(3) ] ]",
                {2, 6, 5}},
        Network{"EveryLayer",
                "Conv2d(5, (3, 5), stride=(2, 1), padding=(1, 2), bias=False) BatchNorm2d "
                "LeakyReLU(0.1) MaxPool2d(3, stride=2, padding=1) BatchNorm2d SiLU "
                "Conv2d(7, 3, padding=2) Affine2d ScaledTanh AvgPool2d(3, stride=2, padding=1) "
                "Affine2d Tanh Conv2d(4, 1) Sigmoid Dropout AdaptiveAvgPool2d(1) Flatten "
                "Linear(19, bias=False) BatchNorm1d ReLU Linear(4)",
                {2, 13, 21}},
        Network{
            "Softplus", "Conv2d(4, 3) Softplus AvgPool2d(2) Flatten Linear(4) Softplus", {1, 8, 8}},
        Network{"Groups",
                "Conv2d(6, 3, padding='same', groups=3, bias=False) BatchNorm2d ReLU "
                "Conv2d(6, 3, padding=1, stride=2, groups=6) ReLU Conv2d(4, 1) Flatten Linear(4)",
                {3, 9, 8}},
        Network{"DilationAndZeros",
                "ZeroPad2d((0, 1, 0, 1)) Conv2d(4, 2, stride=2) Tanh ZeroPad2d((2, 1, 0, 3)) "
                "Conv2d(3, (2, 3), dilation=(3, 2), padding=1) Tanh ZeroPad2d((2, 1, 0, 3)) "
                "MaxPool2d(2) Flatten Linear(4)",
                {1, 11, 9}},
        Network{"PoolingsOverTheEdge",
                "Conv2d(4, 2) Tanh MaxPool2d(2, ceil_mode=True) Conv2d(3, 1) AvgPool2d(3, "
                "stride=2, padding=1, ceil_mode=True) Flatten Linear(4)",
                {2, 12, 9}},
        Network{"PoolingsWithoutPadding",
                "Conv2d(4, 2) AvgPool2d((3, 2), stride=2, padding=1, count_include_pad=False) "
                "Tanh Flatten Linear(4)",
                {2, 10, 9}},
        Network{"AdaptivePoolings",
                "Conv2d(4, 1) AdaptiveMaxPool2d((7, 5)) Tanh AdaptiveAvgPool2d((4, 3)) "
                "AdaptiveMaxPool2d(2) Flatten Linear(4)",
                {2, 10, 9}},
        Network{"SqueezeAndExcite",
                "Conv2d(4, 3) ReLU Scale[ AdaptiveAvgPool2d(1) Conv2d(2, 1) ReLU Conv2d(4, 1) "
                "Sigmoid ] Residual[ Scale[ AdaptiveAvgPool2d(1) Flatten Linear(4) Hardsigmoid ] ] "
                "Scale[ Tanh ] Flatten Linear(4)",
                {1, 8, 8}},
        Network{"PReLUs",
                "Conv2d(4, 3) PReLU(4) AvgPool2d(2) PReLU Flatten Linear(8) PReLU(8, init=-0.5) "
                "Linear(4)",
                {1, 8, 8}},
        Network{"Upsampled",
                "Conv2d(4, 3, stride=2) Tanh Upsample((2, 3)) Conv2d(3, 3) ReLU Upsample(2) "
                "Flatten Linear(4)",
                {1, 9, 8}},
        Network{"GroupNorms",
                "Conv2d(6, 3) GroupNorm(3) ReLU MaxPool2d(2) GroupNorm(1, affine=False) Tanh "
                "Flatten Linear(8) GroupNorm(2, eps=0.1) ReLU Linear(4)",
                {1, 10, 10}},
        Network{"LayerNorms",
                "Conv2d(6, 3) LayerNorm ReLU MaxPool2d(2) Flatten Linear(8) LayerNorm(bias=False) "
                "Tanh Linear(4)",
                {1, 10, 10}},
        Network{"ReLU6", "Conv2d(4, 3) ReLU6 AvgPool2d(2) Flatten Linear(4) ReLU6", {1, 8, 8}},
        Network{"HardFunctions",
                "Conv2d(4, 3) Hardswish AvgPool2d(2) Flatten Linear(4) Hardsigmoid",
                {1, 8, 8}},
        Network{"ELU", "Conv2d(4, 3) ELU AvgPool2d(2) Flatten Linear(4) ELU(0.5)", {1, 8, 8}},
        Network{"Mish", "Conv2d(4, 3) Mish AvgPool2d(2) Flatten Linear(4) Mish", {1, 8, 8}},
        Network{"GELU",
                "Conv2d(4, 3) GELU AvgPool2d(2) Flatten Linear(4) GELU(approximate='tanh')",
                {1, 8, 8}},
        Network{"PixelsAlone", "Flatten", {2, 3, 2}},
        Network{"EndsInAConvolution", "BatchNorm2d Conv2d(3, 3) ReLU Conv2d(5, 4)", {1, 6, 6}},
        Network{"EndsInAnActivation", "MaxPool2d(2) ReLU Flatten Linear(3) Tanh", {3, 6, 5}},
        Network{"EndsInAReLU", "AvgPool2d(2) Flatten Linear(20) ReLU", {3, 6, 5}},
        Network{"EndsInAPooling", "Conv2d(4, 3) SiLU AdaptiveAvgPool2d(1) Flatten", {3, 6, 5}},
        Network{"Features", "Linear(4) Sigmoid Linear(3)", {7}}),
    [](const auto& test) { return test.param.name; });

// The activations of MLPerf Tiny's ResNet-8 in bytes: three maps of 16x32x32 at a time.
TEST_F(CExport, OfResNet8TakesThreeMapsOfMemory) {
  Sequential net = random_net(
      "Conv2d(16, 3, padding=1) BatchNorm2d ReLU "
      "Residual[ Conv2d(16, 3, padding=1) BatchNorm2d ReLU Conv2d(16, 3, padding=1) BatchNorm2d ] "
      "ReLU Sum[ Conv2d(32, 3, stride=2, padding=1) BatchNorm2d ReLU Conv2d(32, 3, padding=1) "
      "BatchNorm2d | Conv2d(32, 1, stride=2) ] ReLU Sum[ Conv2d(64, 3, stride=2, padding=1) "
      "BatchNorm2d ReLU Conv2d(64, 3, padding=1) BatchNorm2d | Conv2d(64, 1, stride=2) ] ReLU "
      "AdaptiveAvgPool2d(1) Flatten Linear(10)",
      {3, 32, 32});
  const QuantizedNetwork quantized(net, random_images({3, 32, 32}, 2), 2);
  export_c(dir_ / "resnet8.c", {std::move(net), {}}, quantized);
  EXPECT_TRUE(contains(content("resnet8.c"), "RAM     49152 bytes: an arena of 49152 int8_t"));
}

TEST_F(CExport, HeaderGivesSizesAndClassNames) {
  export_c(dir_ / "net.c", {random_net("Flatten Linear(3)", {2, 5, 7}), {"top", "middle"}});
  write_file(dir_ / "main.c",
             "#include \"net.h\"\n"
             "typedef char sizes[NET_CHANNELS == 2 && NET_HEIGHT == 5 && NET_WIDTH == 7 &&\n"
             "                   NET_INPUTS == 70 && NET_CLASSES == 3 ? 1 : -1];\n"
             "sizes made;\n");
  EXPECT_TRUE(compiles(dir_, "-c main.c"));
  const Compiled c(dir_, "net");
  ASSERT_TRUE(c);
  EXPECT_STREQ(c.classes()[0], "top");
  EXPECT_STREQ(c.classes()[1], "middle");
  EXPECT_STREQ(c.classes()[2], "class 2");
}

TEST_F(CExport, HeaderServesCPlusPlus) {
  export_c(dir_ / "net.c", {random_net("Flatten Linear(3)", {2, 5, 7}), {}});
  write_file(dir_ / "main.cc",
             "#include \"net.h\"\n#include \"net.h\"\n"
             "int main() {\n"
             "  unsigned char pixels[NET_INPUTS] = {};\n  float p[NET_CLASSES];\n"
             "  net_predict(pixels, p);\n  return p[0] + p[1] + p[2] > 0.999f ? 0 : 1;\n}\n");
  EXPECT_EQ(std::system(("cd '" + dir_.string() +
                         "' && cc -std=c99 -c net.c && c++ main.cc net.o -lm && ./a.out")
                            .c_str()),
            0);
}

TEST_F(CExport, HostileClassNamesAreReadBackByteByByte) {
  const std::vector<std::string> names = {"\"; system(\"x\"); \"",
                                          "back\\slash\\",
                                          "?\?/ ?\?( ?\?)",
                                          "new\nline\r\t\x01"
                                          "7",
                                          "\xc3\xa4\xe2\x82\xac\xff",
                                          "*/ /* %s"};
  export_c(dir_ / "net.c", {random_net("Flatten Linear(6)", {1, 2, 2}), names});
  const Compiled c(dir_, "net");
  ASSERT_TRUE(c);
  for (std::size_t k = 0; k < names.size(); ++k) EXPECT_EQ(c.classes()[k], names[k]);
}

TEST_F(CExport, FileNamesThatAreNoIdentifierAreMadeOne) {
  export_c(dir_ / "9 of '2026'-\xc3\xa4.c", {random_net("Flatten Linear(3)", {1, 2, 2}), {}});
  EXPECT_TRUE(contains(content("9 of '2026'-\xc3\xa4.h"),
                       "void model_9_of__2026_____predict(const uint8_t *pixels"));
  EXPECT_TRUE(compiles(dir_, "-c *.c"));
}

TEST_F(CExport, TwoNetworksLinkIntoOneProgram) {
  export_c(dir_ / "a.c", {random_net("Conv2d(2, 3) Flatten Linear(3)", {1, 4, 4}), {}});
  export_c(dir_ / "b.c", {random_net("Conv2d(2, 3) Flatten Linear(3)", {1, 4, 4}), {}},
           {.name = "second"});
  write_file(dir_ / "main.c",
             "#include \"a.h\"\n#include \"b.h\"\n"
             "int main(void) {\n"
             "  static const uint8_t pixels[A_INPUTS] = {1, 2, 3};\n"
             "  float p[A_CLASSES], q[SECOND_CLASSES];\n"
             "  a_predict(pixels, p);\n  second_predict(pixels, q);\n  return p[0] < q[0];\n}\n");
  EXPECT_TRUE(compiles(dir_, "a.c b.c main.c -lm && ./a.out"));
}

TEST_F(CExport, HoldsOnlyTheFunctionsThatItCalls) {
  export_c(dir_ / "net.c", {random_net("Flatten Linear(3)", {1, 2, 2}), {}});
  const std::string text = content("net.c");
  EXPECT_TRUE(contains(text, "static void linear("));
  for (const char* name : {"conv2d", "pool2d", "sigmoid", "Window", "malloc"}) {
    EXPECT_FALSE(contains(text, name));
  }
}

TEST_F(CExport, SummaryNamesFlashAndRam) {
  export_c(dir_ / "net.c", {random_net("Conv2d(2, 3) Flatten Linear(3)", {1, 4, 4}), {"a", "b"}});
  const std::string text = content("net.c");
  // A window of 12 ints, 18 + 2 + 24 + 3 weights; "a", "b", "class 2" and three pointers.
  EXPECT_TRUE(contains(text, "Flash   " + std::to_string(12 * 4 + 47 * 4 + 2 + 2 + 8 + 12) + " "));
  EXPECT_TRUE(contains(text, "RAM     96 bytes: an arena of 24 float"));
}

class CExportRefuses : public CExport {
 protected:
  std::string refusal(ErrorKind kind, const std::string& file, const COptions& options = {},
                      const std::vector<std::string>& class_names = {}) const {
    const Model model{random_net("Flatten Linear(3)", {1, 2, 2}), class_names};
    const std::string message = error_of(kind, [&] { export_c(dir_ / file, model, options); });
    EXPECT_TRUE(std::filesystem::is_empty(dir_)) << "a file was written";
    return message;
  }
};

TEST_F(CExportRefuses, AFileThatDoesNotEndInC) {
  EXPECT_TRUE(contains(refusal(ErrorKind::kUsage, "net.h"), "ends in .c"));
}

TEST_F(CExportRefuses, AFileNameThatCannotBeIncluded) {
  for (const char* name : {"a\"b.c", "a\\b.c", "a\nb.c", "what?\?.c"}) {
    EXPECT_TRUE(contains(refusal(ErrorKind::kUsage, name), "C can include"));
  }
}

TEST_F(CExportRefuses, ANameThatIsNoIdentifier) {
  for (const char* name : {"7up", "a-b", "a b", "_a", "x;int y", "\xc3\xa4"}) {
    EXPECT_TRUE(contains(refusal(ErrorKind::kUsage, "net.c", {.name = name}), name));
  }
}

TEST_F(CExportRefuses, AClassNameThatNoStringHolds) {
  using std::string_literals::operator""s;
  EXPECT_TRUE(contains(refusal(ErrorKind::kBadInput, "net.c", {}, {"a", "b\0c"s}), "class name 1"));
  EXPECT_TRUE(
      contains(refusal(ErrorKind::kBadInput, "net.c", {}, {std::string(4096, 'x')}), "4095"));
}

TEST_F(CExportRefuses, AFolderThatIsNotThere) {
  EXPECT_TRUE(contains(refusal(ErrorKind::kIo, "nowhere/net.c"), "nowhere"));
}

/// Changes nothing.
class Mine : public Layer {
 public:
  std::string text() const override { return "Mine"; }
  Shape infer(const Shape& input) override { return input; }
  void forward(const ForwardPass&) const override {}
  void backward(const BackwardPass&) const override {}
};

TEST_F(CExportRefuses, ALayerOfTheUser) {
  Model model{Sequential(Mine(), Flatten()), {}};
  Generator generator;
  model.net.build({1, 2, 2}, generator);
  const auto to_floats = [&] { export_c(dir_ / "net.c", model); };
  const auto to_integers = [&] { QuantizedNetwork q(model.net, random_images({1, 2, 2}, 1)); };
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, to_floats), "Mine"));
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, to_integers), "Mine"));
}

}  // namespace
}  // namespace lenet
