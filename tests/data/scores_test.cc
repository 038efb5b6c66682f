#include "lenet/scores.h"

#include <cmath>
#include <vector>

#include "base/errors.h"

namespace lenet {
namespace {

// Four examples of two columns; the second column's targets are all the same.
const std::vector<float> kOutputs = {0.5f, 1, -1, 2, 2, -3, 1, 4};
const std::vector<float> kTargets = {1, 1, 0, 1, 1, 1, 0, 1};
const FloatRows kY(kOutputs, 2), kT(kTargets, 2);

TEST(Scores, OfNumbersAreScikitLearns) {
  EXPECT_DOUBLE_EQ(mean_absolute_error(kY, kT, 0), (0.5 + 1 + 1 + 1) / 4);
  EXPECT_DOUBLE_EQ(root_mean_squared_error(kY, kT, 0), std::sqrt((0.25 + 1 + 1 + 1) / 4));
  EXPECT_DOUBLE_EQ(*r2_score(kY, kT, 0), 1 - 3.25);  // the targets' squares around 0.5 sum to 1
  EXPECT_EQ(r2_score(kY, kT, 1), std::nullopt);
}

TEST(Scores, OfLabelsAreScikitLearns) {
  // Outputs with the label: 0.5 and 2; without: -1 and 1. Three of four pairs are in order.
  EXPECT_DOUBLE_EQ(*roc_auc_score(kY, kT, 0), 0.75);
  EXPECT_EQ(roc_auc_score(kY, kT, 1), std::nullopt);
  // Said of 0.5, 2 and 1, of which two have it.
  EXPECT_DOUBLE_EQ(*f1_score(kY, kT, 0), 2 * 2 / 5.0);
  EXPECT_DOUBLE_EQ(*f1_score(kY, kT, 1), 2 * 3 / 7.0);
  EXPECT_DOUBLE_EQ(label_accuracy(kY, kT), 6 / 8.0);
  EXPECT_DOUBLE_EQ(exact_match(kY, kT), 2 / 4.0);
  const std::vector<float> never = {-1, -2}, none = {0, 0};
  EXPECT_EQ(f1_score({never, 1}, {none, 1}, 0), std::nullopt);
}

TEST(Scores, CountEqualOutputsHalf) {
  const std::vector<float> y = {1, 1, 1, 0}, t = {1, 0, 1, 0};
  EXPECT_DOUBLE_EQ(*roc_auc_score({y, 1}, {t, 1}, 0), (2 * 0.5 + 2) / 4);
}

TEST(Scores, OfThresholdsAreScikitLearns) {
  const std::vector<float> y = {0.5f, -1, 2, 1, 1, 0.25f}, t = {1, 0, 1, 0, 1, 0};
  const ThresholdCurve curve = threshold_curve({y, 1}, {t, 1}, 0);
  EXPECT_EQ(curve.thresholds, (std::vector<double>{2, 1, 0.5, 0.25, -1}));
  EXPECT_EQ(curve.there, (std::vector<std::int64_t>{1, 2, 3, 3, 3}));
  EXPECT_EQ(curve.others, (std::vector<std::int64_t>{0, 1, 1, 2, 3}));
  EXPECT_DOUBLE_EQ(*average_precision_score({y, 1}, {t, 1}, 0), 1.0 / 3 + 2.0 / 9 + 0.25);
  EXPECT_DOUBLE_EQ(*roc_auc_score({y, 1}, {t, 1}, 0), 5.0 / 6);
  EXPECT_DOUBLE_EQ(*precision_score({y, 1}, {t, 1}, 0), 3.0 / 5);
  EXPECT_DOUBLE_EQ(*recall_score({y, 1}, {t, 1}, 0), 1);
  const std::vector<float> none(6);
  EXPECT_EQ(average_precision_score({y, 1}, {none, 1}, 0), std::nullopt);
  EXPECT_EQ(recall_score({y, 1}, {none, 1}, 0), std::nullopt);
  EXPECT_EQ(precision_score({none, 1}, {t, 1}, 0), std::nullopt);
}

TEST(Scores, ShareHasWilsonsInterval) {
  const Interval most = confidence_interval(8, 10), all = confidence_interval(10, 10);
  EXPECT_NEAR(most.low, 0.490162, 1e-6);
  EXPECT_NEAR(most.high, 0.943318, 1e-6);
  EXPECT_NEAR(all.low, 0.722467, 1e-6);
  EXPECT_DOUBLE_EQ(all.high, 1);
  EXPECT_EQ(confidence_interval(0, 0).low, 0);
  EXPECT_EQ(confidence_interval(0, 0).high, 1);
}

TEST(Scores, FindTheLabelAmongTheLargest) {
  const std::vector<float> y = {3, 1, 2, 5, 5, 5};
  const std::vector<Label> labels = {2, 1};
  EXPECT_EQ(top_k_accuracy_score({y, 3}, labels, 1), 0);
  EXPECT_EQ(top_k_accuracy_score({y, 3}, labels, 2), 1);
}

TEST(Scores, RefuseWhatDoesNotFit) {
  const auto message = [](auto f) { return error_of(ErrorKind::kUsage, f); };
  const std::vector<float> none;
  EXPECT_TRUE(contains(message([&] {
                         r2_score(kY, {kTargets, 4}, 0);
                       }),
                       "outputs of (4, 2) and targets of (2, 4)"));
  EXPECT_TRUE(contains(message([&] { f1_score(kY, kT, 2); }), "column 2"));
  EXPECT_TRUE(contains(message([&] { exact_match({none, 2}, {none, 2}); }), "at least one"));
  const std::vector<float> odd = {1, std::nanf(""), 0, 0}, there = {1, 0, 1, 0};
  EXPECT_TRUE(contains(message([&] {
                         threshold_curve({odd, 1}, {there, 1}, 0);
                       }),
                       "output 0 is not always a number"));
  EXPECT_EQ(roc_auc_score({odd, 1}, {there, 1}, 0), std::nullopt);
  EXPECT_EQ(average_precision_score({odd, 1}, {there, 1}, 0), std::nullopt);
  EXPECT_EQ(top_k_accuracy_score({odd, 4}, std::vector<Label>{1}, 2), 0);
  const std::vector<Label> labels = {0, 1, 2, 0};
  EXPECT_TRUE(contains(message([&] { top_k_accuracy_score(kY, labels, 1); }), "label 2"));
}

}  // namespace
}  // namespace lenet
