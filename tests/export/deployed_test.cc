#include "export/deployed.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/errors.h"
#include "export/compiled.h"

namespace lenet {
namespace {

/// Gives value `value` of the one before.
InferenceNode norm(const Operation& op, std::vector<float> weight, std::vector<float> bias,
                   std::int64_t value = 2) {
  const Shape shape = {static_cast<std::int64_t>(weight.size()), 1, 1};
  return {.op = op,
          .name = "1",
          .input = shape,
          .output = shape,
          .weight = weight,
          .bias = bias,
          .inputs = {value - 1},
          .value = value};
}

template <class Op>
bool is(const InferenceNode& node) {
  return std::holds_alternative<Op>(node.op);
}

/// Two channels of weights (1, 2) and (3, 4).
InferenceNode conv(std::vector<float> bias) {
  return {.op = Conv2dOp{{.kernel = {1, 2}}},
          .name = "0",
          .input = {1, 1, 2},
          .output = {2, 1, 1},
          .weight = {1, 2, 3, 4},
          .bias = bias,
          .inputs = {0},
          .value = 1};
}

TEST(FoldNorms, WorksABatchNormIntoTheConvolutionBefore) {
  InferenceNode batch_norm = norm(BatchNormOp{.eps = 1, .momentum = 0.1}, {4, 3}, {10, 0});
  batch_norm.mean = {3, -1};
  batch_norm.variance = {3, 0};  // deviations 2 and 1
  const auto folded = fold_norms({conv({0.5f, 1}), batch_norm});
  ASSERT_EQ(folded.size(), 1u);
  EXPECT_TRUE(is<Conv2dOp>(folded[0]));
  EXPECT_EQ(folded[0].weight, (std::vector<float>{2, 4, 9, 12}));
  EXPECT_EQ(folded[0].bias, (std::vector<float>{0.5f * 2 + 10 - 3 * 2, 1 * 3 + 0 + 1 * 3}));
}

TEST(FoldNorms, GivesALayerWithoutBiasOne) {
  const auto folded = fold_norms({conv({}), norm(AffineOp(), {2, 3}, {5, 6})});
  ASSERT_EQ(folded.size(), 1u);
  EXPECT_EQ(folded[0].weight, (std::vector<float>{2, 4, 9, 12}));
  EXPECT_EQ(folded[0].bias, (std::vector<float>{5, 6}));
}

TEST(FoldNorms, KeepsScaleAndShiftWhereNothingBeforeTakesThem) {
  InferenceNode pool = conv({});
  pool.op = MaxPool2dOp{{.kernel = {1, 2}}};
  pool.weight = {};
  InferenceNode batch_norm = norm(BatchNormOp{.eps = 0, .momentum = 0.1}, {2, 1}, {10, 0});
  batch_norm.mean = {3, -1};
  batch_norm.variance = {4, 1};
  const auto folded = fold_norms({pool, batch_norm, norm(AffineOp(), {2, 3}, {1, 1}, 3)});
  ASSERT_EQ(folded.size(), 2u);  // the second goes into the first
  EXPECT_TRUE(is<AffineOp>(folded[1]));
  EXPECT_EQ(folded[1].weight, (std::vector<float>{2, 3}));
  EXPECT_EQ(folded[1].bias, (std::vector<float>{(10 - 3) * 2 + 1, 1 * 3 + 1}));
}

TEST(FoldNorms, LeavesAConvolutionThatOthersReadAsItIs) {
  const InferenceNode scale = norm(AffineOp(), {2, 3}, {5, 6});
  InferenceNode sum = norm(SumOp(), {}, {}, 3);
  sum.inputs = {1, 2};
  const auto folded = fold_norms({conv({1, 2}), scale, sum});
  ASSERT_EQ(folded.size(), 3u);
  EXPECT_EQ(folded[0].weight, (std::vector<float>{1, 2, 3, 4}));
}

TEST(DeployedNodes, LeaveFlattenOutButDoNotFoldAcrossIt) {
  const Sequential net =
      random_net("Conv2d(2, 3) Flatten BatchNorm1d Linear(3) BatchNorm1d", {1, 4, 4});
  const auto nodes = deployed_nodes(net);
  ASSERT_EQ(nodes.size(), 3u);
  EXPECT_TRUE(is<AffineOp>(nodes[1]));
  EXPECT_EQ(nodes[1].weight.size(), 8u);
  EXPECT_TRUE(is<LinearOp>(nodes[2]));
}

TEST(DeployedNodes, RefuseWeightsThatLeaveTheRangeOfFloat) {
  Sequential net = random_net("Conv2d(2, 3) BatchNorm2d Flatten", {1, 4, 4});
  net.named_parameters()[0].values[0] = std::numeric_limits<float>::max();
  net.named_parameters()[2].values[0] = 100;
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [&] { deployed_nodes(net); }), "layer 0"));
}

}  // namespace
}  // namespace lenet
