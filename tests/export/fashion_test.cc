// The whole test set through compiled C, and what a Cortex-M4 needs for it.
#include <algorithm>
#include <cstdio>

#include "data/test_files.h"
#include "export/compiled.h"
#include "lenet/c_export.h"
#include "lenet/fit.h"
#include "lenet/trainer.h"
#include "nn/preset_images.h"
#include "train/golden.h"

namespace lenet {
namespace {

/// An epoch of a network that fits the data well.
Model trained(const char* preset) {
  const auto& [train, test] = fashion_mnist();
  Model model{*make_preset(preset), train.class_names()};
  FitOptions options{.epochs = 1, .batch_size = 64, .lr = 0.05, .normalize = true};
  options.optimizer.momentum = 0.9;
  if (kUnderSanitizer) options.max_steps = 20;
  fit(model.net, train, test, options);
  return model;
}

class FashionInC : public TestFolder {
 protected:
  /// Images of the test set whose likeliest class is `of(image)`, by the C.
  template <class F>
  std::int64_t agreeing(const Compiled& c, F of) const {
    const Dataset& test = fashion_mnist().second;
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < test.size(); ++i) {
      const std::vector<float> p = c.probabilities(test.image(i), 10);
      count += std::ranges::max_element(p) - p.begin() == of(i);
    }
    return count;
  }
};

TEST_F(FashionInC, FloatsClassifyEveryImageAsLenetDoes) {
  const Model model = trained("lenet-relu");
  const Dataset& test = fashion_mnist().second;
  export_c(dir_ / "net.c", model);
  const Compiled c(dir_, "net");
  ASSERT_TRUE(c);
  const Evaluation expected = evaluate(model.net, test);
  const auto predicted = [&](std::int64_t i) {
    return expected.predicted[static_cast<std::size_t>(i)];
  };
  EXPECT_EQ(agreeing(c, predicted), test.size());
}

class IntegersOf : public FashionInC, public testing::WithParamInterface<const char*> {};

TEST_P(IntegersOf, LoseAtMostHalfAPoint) {
  const auto& [train, test] = fashion_mnist();
  const Model model = trained(GetParam());
  const QuantizedNetwork quantized(model.net, train);
  export_c(dir_ / "net.c", model, quantized);
  const Compiled c(dir_, "net");
  ASSERT_TRUE(c);
  const auto right = agreeing(c, [&test](std::int64_t i) { return test.label(i); });
  const double accuracy = static_cast<double>(right) / static_cast<double>(test.size());
  EXPECT_GE(accuracy, evaluate_accuracy(model.net, test) - 0.005);
  EXPECT_EQ(accuracy, evaluate_accuracy(quantized, test));
}

INSTANTIATE_TEST_SUITE_P(Presets, IntegersOf, testing::Values("lenet-relu", "lenet-bn", "lenet5"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase(name, '-');
                           return name;
                         });

struct Sizes {
  long text = 0, data = 0, bss = 0;
};

class OnCortexM4 : public TestFolder {
 protected:
  /// What arm-none-eabi-size says of net.c.
  Sizes sizes() const {
    const std::string command =
        "cd '" + dir_.string() +
        "' && arm-none-eabi-gcc -std=c99 -mcpu=cortex-m4 -mthumb -O2 -ffreestanding -Wall -Wextra "
        "-Werror -pedantic -c net.c && arm-none-eabi-size net.o";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    Sizes found;
    EXPECT_EQ(std::fscanf(pipe, "%*[^\n] %ld %ld %ld", &found.text, &found.data, &found.bss), 3);
    EXPECT_EQ(::pclose(pipe), 0);
    return found;
  }

  /// The figure behind a word of the C's first comment.
  long promised(const std::string& word) const {
    const std::string text = read_file(dir_ / "net.c", 1 << 24);
    return std::stol(text.substr(text.find(" * " + word) + 3 + word.size()));
  }

  void expect_promised_sizes(const std::string& name) const {
    const Sizes found = sizes();
    std::printf("%s: text %ld, data %ld, bss %ld bytes\n", name.c_str(), found.text, found.data,
                found.bss);
    const long code = found.text - promised("Flash");
    const bool long_one = name.starts_with("mobilenet");  // 55 calls, of 20 to 40 bytes each
    EXPECT_GE(code, 500);                                 // of two layers: what is counted is there
    EXPECT_LE(code, (long_one ? 4 : 3) * 1024);
    EXPECT_EQ(found.data, 0);
    EXPECT_EQ(found.bss, promised("RAM"));
  }
};

TEST_F(OnCortexM4, FlashAndRamAreThePromisedOnes) {
  if (std::system("command -v arm-none-eabi-gcc >/dev/null") != 0) {
    GTEST_SKIP() << "no arm-none-eabi-gcc: install gcc-arm-none-eabi and libnewlib-arm-none-eabi";
  }
  for (const std::string& preset : preset_names()) {
    if (is_large(preset)) continue;
    SCOPED_TRACE(preset);
    const Shape input = images_of(preset);
    const Dataset images = random_images(input, 4);
    const Model model{random_net(make_preset(preset)->text(), input), {}};
    export_c(dir_ / "net.c", model);
    expect_promised_sizes(preset + ", float");
    export_c(dir_ / "net.c", model, QuantizedNetwork(model.net, images));
    expect_promised_sizes(preset + ", int8");
  }
}

}  // namespace
}  // namespace lenet
