// Where values that meet lie, and the gradients by them.
#include "cpu/layout.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "cpu/plan.h"
#include "nn/networks.h"

namespace lenet::cpu {
namespace {

/// The stages of a network by their paths.
class Stages {
 public:
  explicit Stages(const char* text) : net_(built(text, {2, 4, 4})), plan_(net_) {
    for (const PlannedStage& stage : plan_.stages()) by_path_[stage.node.path] = &stage;
  }

  const PlannedStage& operator[](const std::string& path) const { return *by_path_.at(path); }
  const Plan& plan() const { return plan_; }

 private:
  Sequential net_;
  Plan plan_;
  std::map<std::string, const PlannedStage*> by_path_;
};

constexpr std::int64_t kChannel = 4 * 4 * kPack;

TEST(Layout, PutsASumOverItsBodyAndItsGradientOverBoth) {
  const Stages s("Conv2d(2, 1) Residual[ Conv2d(2, 1) BatchNorm2d ] ReLU Conv2d(2, 1)");
  EXPECT_EQ(s["1"].output, s["1.1"].output);
  EXPECT_EQ(s["1"].dy, s["1"].output);
  EXPECT_EQ(s["1.1"].dy, s["1"].dy);
  // The identity's gradient is where it was left, until the body's is added.
  EXPECT_EQ(s["1"].inputs[0].to, s["1"].dy);
  EXPECT_EQ(s["1.0"].input().sum, s["1"].dy);
  EXPECT_EQ(s["1.0"].input().to, s["0"].output);
}

TEST(Layout, PutsASumOverNothingThatIsNeededOnTheWayBack) {
  const Stages s("Conv2d(2, 1) Sum[ Conv2d(2, 1) ReLU | Conv2d(2, 1) Sigmoid ] Conv2d(2, 1)");
  EXPECT_NE(s["1"].output, s["1.0.0"].output);
  EXPECT_NE(s["1"].output, s["1.1.0"].output);
  EXPECT_EQ(s["1.0.0"].dy, s["1.0.0"].output);
}

TEST(Layout, PutsWhatAConcatReadsSideBySide) {
  const Stages s("Conv2d(2, 1) Concat[ Conv2d(3, 1) | Conv2d(1, 1) ] Conv2d(2, 1)");
  EXPECT_EQ(s["1.0.0"].output, s["1"].output);
  EXPECT_EQ(s["1.1.0"].output, s["1"].output + 3 * kChannel);
  EXPECT_EQ(s["1.1.0"].dy, s["1"].dy + 3 * kChannel);
  EXPECT_EQ(s["1"].dy, s["1"].output);
}

TEST(Layout, KeepsTheValuesOfAConcatThatMoreIsDoneWith) {
  const Stages dense("Conv2d(2, 1) Concat[ | Conv2d(1, 1) ] Concat[ | Conv2d(1, 1) ] Conv2d(2, 1)");
  EXPECT_EQ(dense["0"].output, dense["2"].output);
  EXPECT_EQ(dense["1"].output, dense["2"].output);
  EXPECT_EQ(dense["1.1.0"].output, dense["2"].output + 2 * kChannel);
  EXPECT_NE(dense["2"].dy, dense["2"].output);
  EXPECT_NE(dense["1"].dy, dense["1"].output);
  EXPECT_EQ(dense["2.1.0"].dy, dense["2"].dy + 3 * kChannel);
  const Stages relu("Conv2d(2, 1) Concat[ Conv2d(3, 1) ReLU | Conv2d(1, 1) ] Conv2d(2, 1)");
  EXPECT_EQ(relu["1.0.0"].output, relu["1"].output);
  EXPECT_NE(relu["1"].dy, relu["1"].output);
  EXPECT_EQ(relu["1.0.0"].dy, relu["1.0.0"].output);
}

TEST(Layout, LetsTheLossWriteOverAConcat) {
  const Stages s("Conv2d(2, 1) Concat[ | Conv2d(1, 1) ]");
  EXPECT_EQ(s["1"].dy, s["1"].output);
  EXPECT_NE(s["0"].output, s["1"].output);
}

}  // namespace
}  // namespace lenet::cpu
