// The places of values in an evaluation: the same outputs as training's, in less memory.
#include "cpu/evaluation_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/aligned.h"
#include "cpu/plan.h"
#include "nn/networks.h"
#include "nn/preset_images.h"

namespace lenet::cpu {
namespace {

/// The outputs of one pack: evaluated, and by training's forward pass. Memory begins as NaN.
struct Outputs {
  explicit Outputs(const Sequential& net) {
    const Plan plan(net);
    AlignedFloats packed(plan.packed_size());
    plan.pack(net, packed.data());
    const auto run = [&](std::int64_t size, std::int64_t input, std::int64_t output,
                         const auto& pass_through) {
      AlignedFloats arena(size);
      std::fill_n(arena.data(), size, std::nanf(""));
      for (std::int64_t i = 0; i < element_count(net.input_shape()) * kPack; ++i) {
        arena.data()[input + i] = static_cast<float>(i * 37 % 64 - 31) / 32;
      }
      pass_through(
          PackPass{.parameters = net.parameters(), .packed = packed.data(), .arena = arena.data()});
      const float* first = arena.data() + output;
      return std::vector<float>(first, first + element_count(net.output_shape()) * kPack);
    };
    const EvaluationLayout& layout = plan.evaluation();
    evaluated = run(layout.size, layout.input(), layout.output(),
                    [&](const PackPass& pass) { plan.evaluate(pass); });
    forward =
        run(plan.arena_size(), 0, plan.output(), [&](const PackPass& pass) { plan.forward(pass); });
  }

  std::vector<float> evaluated, forward;
};

class Evaluated : public testing::TestWithParam<const char*> {};

/// Pairs of what gives a value, what joins it, and what is done to the join.
TEST_P(Evaluated, HasTheOutputsOfTrainingsForwardPass) {
  for (const char* producer : {"Conv2d(4, 3, padding=1)", "BatchNorm2d", "Conv2d(4, 1) ReLU",
                               "MaxPool2d(3, stride=1, padding=1)", "Dropout(0.5)"}) {
    for (const char* behind : {"", "ReLU", "BatchNorm2d", "GELU", "PReLU", "Affine2d"}) {
      std::string text = GetParam();
      for (std::size_t at = 0; (at = text.find('@')) != std::string::npos;) {
        text.replace(at, 1, producer);
      }
      text += std::string(" ") + behind + " Conv2d(3, 3) Flatten Linear(5)";
      SCOPED_TRACE(text);
      Sequential net = Sequential::parse(text);
      build_at_random(net, {4, 6, 6});
      const Outputs outputs(net);
      EXPECT_EQ(outputs.evaluated, outputs.forward);
      EXPECT_TRUE(std::ranges::none_of(outputs.evaluated, [](float v) { return std::isnan(v); }));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Joins, Evaluated,
    testing::Values("@", "@ @", "Residual[ @ ]", "@ Residual[ @ @ ]", "@ Sum[ @ | @ ]",
                    "@ Sum[ | | @ ]", "Sum[ Concat[ @ | @ ] | Concat[ @ | @ ] ]", "Concat[ @ | @ ]",
                    "@ Concat[ | @ ]", "@ Concat[ | ]", "@ Concat[ | Concat[ | @ ] | @ ]",
                    "Concat[ | @ ] Concat[ | @ ]", "@ Concat[ Residual[ @ ] | @ ] ReLU",
                    "Concat[ @ | Sum[ @ | @ ] ]",
                    "@ Scale[ AdaptiveAvgPool2d(1) Conv2d(4, 1) Sigmoid ]",
                    "@ Sum[ Concat[ | @ ] ReLU Conv2d(4, 1) | ]",
                    "@ Sum[ Concat[ | @ ] BatchNorm2d Conv2d(4, 1) | ]",
                    "Concat[ @ | @ ] ReLU MaxPool2d(2, stride=1)",
                    "Residual[ @ Scale[ AdaptiveAvgPool2d(1) Sigmoid ] ]",
                    "@ Scale[ AdaptiveAvgPool2d(1) Sigmoid ] Residual[ @ ]"));

TEST(EvaluationLayout, OfPresetsGivesTheirOutputs) {
  for (const std::string& name : preset_names()) {
    if (is_large(name)) continue;
    SCOPED_TRACE(name);
    const Sequential net = built(make_preset(name, 10)->text().c_str(), images_of(name));
    const Outputs outputs(net);
    EXPECT_EQ(outputs.evaluated, outputs.forward);
  }
}

std::int64_t elements_of(const char* text, const Shape& input) {
  Sequential net = Sequential::parse(text);
  build_at_random(net, input);
  return Plan(net).evaluation().size / kPack;
}

TEST(EvaluationLayout, NeedsTheLargestNeighboursOfAChain) {
  EXPECT_EQ(elements_of("Conv2d(8, 3, padding=1) BatchNorm2d ReLU MaxPool2d(2) Flatten Linear(10)",
                        {1, 8, 8}),
            8 * 64 + 8 * 16);
  EXPECT_EQ(elements_of("BatchNorm2d Dropout(0.5) ReLU", {2, 5, 5}), 50);
}

/// What MLPerf Tiny's figures take it to have: the image of the stem's output, and two beside it.
TEST(EvaluationLayout, OfResNet8IsThreeOfItsLargestValues) {
  EXPECT_EQ(elements_of(make_preset("resnet8", 10)->text().c_str(), {3, 32, 32}), 3 * 16 * 32 * 32);
}

}  // namespace
}  // namespace lenet::cpu
