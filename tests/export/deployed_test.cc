#include "export/deployed.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/errors.h"
#include "export/compiled.h"

namespace lenet {
namespace {

using Kind = Operation::Kind;

Operation norm(Kind kind, std::vector<float> weight, std::vector<float> bias) {
  const Shape shape = {static_cast<std::int64_t>(weight.size()), 1, 1};
  return {
      .kind = kind, .name = "1", .input = shape, .output = shape, .weight = weight, .bias = bias};
}

/// Two channels of weights (1, 2) and (3, 4).
Operation conv(std::vector<float> bias) {
  return {.kind = Kind::kConv2d,
          .name = "0",
          .input = {1, 1, 2},
          .output = {2, 1, 1},
          .kernel = {1, 2},
          .weight = {1, 2, 3, 4},
          .bias = bias};
}

TEST(FoldNorms, WorksABatchNormIntoTheConvolutionBefore) {
  Operation batch_norm = norm(Kind::kBatchNorm, {4, 3}, {10, 0});
  batch_norm.mean = {3, -1};
  batch_norm.variance = {3, 0};
  batch_norm.eps = 1;  // deviations 2 and 1
  const auto folded = fold_norms({conv({0.5f, 1}), batch_norm});
  ASSERT_EQ(folded.size(), 1u);
  EXPECT_EQ(folded[0].kind, Kind::kConv2d);
  EXPECT_EQ(folded[0].weight, (std::vector<float>{2, 4, 9, 12}));
  EXPECT_EQ(folded[0].bias, (std::vector<float>{0.5f * 2 + 10 - 3 * 2, 1 * 3 + 0 + 1 * 3}));
}

TEST(FoldNorms, GivesALayerWithoutBiasOne) {
  const auto folded = fold_norms({conv({}), norm(Kind::kAffine, {2, 3}, {5, 6})});
  ASSERT_EQ(folded.size(), 1u);
  EXPECT_EQ(folded[0].weight, (std::vector<float>{2, 4, 9, 12}));
  EXPECT_EQ(folded[0].bias, (std::vector<float>{5, 6}));
}

TEST(FoldNorms, KeepsScaleAndShiftWhereNothingBeforeTakesThem) {
  Operation pool = conv({});
  pool.kind = Kind::kMaxPool2d;
  pool.weight = {};
  Operation batch_norm = norm(Kind::kBatchNorm, {2, 1}, {10, 0});
  batch_norm.mean = {3, -1};
  batch_norm.variance = {4, 1};
  const auto folded = fold_norms({pool, batch_norm, norm(Kind::kAffine, {2, 3}, {1, 1})});
  ASSERT_EQ(folded.size(), 2u);  // the second goes into the first
  EXPECT_EQ(folded[1].kind, Kind::kAffine);
  EXPECT_EQ(folded[1].weight, (std::vector<float>{2, 3}));
  EXPECT_EQ(folded[1].bias, (std::vector<float>{(10 - 3) * 2 + 1, 1 * 3 + 1}));
}

TEST(DeployedOperations, LeaveFlattenOutButDoNotFoldAcrossIt) {
  const Sequential net =
      random_net("Conv2d(2, 3) Flatten BatchNorm1d Linear(3) BatchNorm1d", {1, 4, 4});
  const auto operations = deployed_operations(net);
  ASSERT_EQ(operations.size(), 3u);
  EXPECT_EQ(operations[1].kind, Kind::kAffine);
  EXPECT_EQ(operations[1].weight.size(), 8u);
  EXPECT_EQ(operations[2].kind, Kind::kLinear);
}

TEST(DeployedOperations, RefuseWeightsThatLeaveTheRangeOfFloat) {
  Sequential net = random_net("Conv2d(2, 3) BatchNorm2d Flatten", {1, 4, 4});
  net.named_parameters()[0].values[0] = std::numeric_limits<float>::max();
  net.named_parameters()[2].values[0] = 100;
  EXPECT_TRUE(
      contains(error_of(ErrorKind::kBadInput, [&] { deployed_operations(net); }), "layer 0"));
}

}  // namespace
}  // namespace lenet
