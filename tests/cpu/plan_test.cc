#include "cpu/plan.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace lenet::cpu {
namespace {

/// What the groups of `pattern` match in docs/design.md, match by match; without commas.
std::vector<std::string> in_design(const std::string& pattern) {
  std::ifstream file(LENET_SOURCE_DIR "/docs/design.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = std::regex_replace(text.str(), std::regex(","), "");
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator match(all.begin(), all.end(), regex), end; match != end; ++match) {
    for (std::size_t group = 1; group < match->size(); ++group) found.push_back((*match)[group]);
  }
  return found;
}

// The picture of a training step.
TEST(Plan, OfLeNetIsThatOfTheDesign) {
  Sequential net = make_lenet();
  Generator generator(0);
  net.build({1, 28, 28}, generator);
  const Plan plan(net);

  std::vector<std::string> values = {"1x28x28", "0"}, slots, panels;
  for (const PlannedStage& stage : plan.stages()) {
    values.push_back(to_string(plan.graph().output_of(stage.node)));
    values.push_back(std::to_string(stage.output));
    const std::int64_t parameters = stage.node.parameters.last - stage.node.parameters.first;
    if (parameters == 0) continue;
    if (stage.cpu->traits().gradient_over_batch) {
      panels.push_back(std::to_string(stage.x_panels));
      panels.push_back(std::to_string(stage.dy_panels));
    } else {
      slots.push_back(std::to_string(parameters));
    }
  }
  EXPECT_EQ(in_design("\n ([0-9x]+) +([0-9]+)(?=\n)"), values);
  EXPECT_EQ(in_design("slot p: ([0-9]+) floats"), slots);
  EXPECT_EQ(in_design("panels ([0-9]+) to [0-9]+ of x ([0-9]+)"), panels);
}

/// Barriers of a training step.
std::size_t barriers(const char* text) {
  Sequential net = Sequential::parse(text);
  Generator generator(0);
  net.build({1, 8, 8}, generator);
  return Plan(net).segments().size() - 1;
}

TEST(Plan, HasOneBarrierForAllNormalisationsThatAreReady) {
  EXPECT_EQ(barriers("Conv2d(2, 1) BatchNorm2d ReLU BatchNorm2d"), 2);
  EXPECT_EQ(barriers("BatchNorm2d BatchNorm2d"), 2);
  // Inception, whose branches have one or two convolutions: two in place of six.
  EXPECT_EQ(barriers("Concat[ Conv2d(2, 1) BatchNorm2d ReLU"
                     " | Conv2d(2, 1) BatchNorm2d ReLU Conv2d(2, 3, padding=1) BatchNorm2d ReLU"
                     " | Conv2d(2, 1) BatchNorm2d ReLU Conv2d(2, 5, padding=2) BatchNorm2d ReLU"
                     " | MaxPool2d(3, stride=1, padding=1) Conv2d(2, 1) BatchNorm2d ReLU ]"),
            2);
  // A projection's waits for nothing.
  EXPECT_EQ(barriers("Sum[ Conv2d(2, 1) BatchNorm2d ReLU Conv2d(2, 1) BatchNorm2d"
                     " | Conv2d(2, 1) BatchNorm2d ]"),
            2);
}

}  // namespace
}  // namespace lenet::cpu
