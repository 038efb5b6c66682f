#include "lenet/confusion_matrix.h"

#include <cmath>

#include "base/errors.h"

namespace lenet {
namespace {

// Of class 0: three, two of them right; of 1: one, taken for 0; of 3: two, both right; of 2 and 4
// none, but one was taken for 2.
const std::vector<Label> kLabels = {0, 0, 1, 3, 0, 3};
const std::vector<std::int32_t> kPredicted = {0, 2, 0, 3, 0, 3};

TEST(ConfusionMatrix, CountsEachPair) {
  const ConfusionMatrix matrix(kLabels, kPredicted, 5);
  EXPECT_EQ(matrix.counts().size(), 4u);
  EXPECT_EQ(matrix.count(0, 0), 2);
  EXPECT_EQ(matrix.count(0, 2), 1);
  EXPECT_EQ(matrix.count(1, 0), 1);
  EXPECT_EQ(matrix.count(3, 3), 2);
  EXPECT_EQ(matrix.count(2, 0), 0);
}

TEST(ConfusionMatrix, HasTheScoresOfEachClass) {
  const ConfusionMatrix matrix(kLabels, kPredicted, 5);
  EXPECT_EQ(matrix.recall(0), 2.0 / 3);
  EXPECT_EQ(matrix.precision(0), 2.0 / 3);
  EXPECT_EQ(matrix.f1(0), 2.0 / 3);
  EXPECT_EQ(matrix.recall(1), 0);
  EXPECT_EQ(matrix.precision(1), std::nullopt);
  EXPECT_EQ(matrix.f1(1), 0);
  EXPECT_EQ(matrix.recall(2), std::nullopt);
  EXPECT_EQ(matrix.precision(2), 0);
  EXPECT_EQ(matrix.f1(2), 0);
  EXPECT_EQ(matrix.f1(3), 1);
  EXPECT_EQ(matrix.recall(4), std::nullopt);
  EXPECT_EQ(matrix.f1(4), std::nullopt);
}

TEST(ConfusionMatrix, MeansCountTheClassesThatOccur) {
  const ConfusionMatrix matrix(kLabels, kPredicted, 5);
  EXPECT_DOUBLE_EQ(matrix.balanced_accuracy(), (2.0 / 3 + 0 + 1) / 3);
  EXPECT_DOUBLE_EQ(matrix.macro_f1(), (2.0 / 3 + 0 + 0 + 1) / 4);
  EXPECT_TRUE(std::isnan(ConfusionMatrix({}, {}, 3).balanced_accuracy()));
}

// scikit-learn 1.2 says 0.416667 and 0.666667 of the same examples (zero_division=0).
TEST(ConfusionMatrix, AveragesAreScikitLearns) {
  const ConfusionMatrix matrix(kLabels, kPredicted, 5);
  const ConfusionMatrix::Averages macro = matrix.macro_average(),
                                  weighted = matrix.weighted_average();
  for (const double score : {macro.precision, macro.recall, macro.f1}) {
    EXPECT_DOUBLE_EQ(score, 5.0 / 12);
  }
  for (const double score : {weighted.precision, weighted.recall, weighted.f1}) {
    EXPECT_DOUBLE_EQ(score, 2.0 / 3);
  }
  EXPECT_EQ(matrix.examples(), 6);
  EXPECT_EQ(matrix.right(), 4);
  EXPECT_EQ(matrix.support(0), 3);
  EXPECT_TRUE(std::isnan(ConfusionMatrix({}, {}, 3).macro_average().f1));
}

TEST(ConfusionMatrix, NamesThePairsThatAreConfusedMost) {
  const std::vector<Label> labels = {0, 0, 1, 1, 2, 2, 2};
  const std::vector<std::int32_t> predicted = {1, 0, 2, 2, 0, 1, 2};
  const auto pairs = ConfusionMatrix(labels, predicted, 3).most_confused(3);
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs[0].label, 1);
  EXPECT_EQ(pairs[0].predicted, 2);
  EXPECT_EQ(pairs[0].count, 2);
  EXPECT_EQ(pairs[1].label, 0);
  EXPECT_EQ(pairs[2].label, 2);
  EXPECT_EQ(pairs[2].predicted, 0);
}

TEST(ConfusionMatrix, TakesNoMoreMemoryForManyClasses) {
  const std::vector<Label> labels = {65'535};
  const std::vector<std::int32_t> predicted = {7};
  EXPECT_EQ(ConfusionMatrix(labels, predicted, kMostClasses).count(65'535, 7), 1);
}

TEST(ConfusionMatrix, RefusesWhatDoesNotFit) {
  const auto refusal = [](const std::vector<Label>& labels,
                          const std::vector<std::int32_t>& predicted, std::int64_t classes) {
    return error_of(ErrorKind::kUsage, [&] { ConfusionMatrix(labels, predicted, classes); });
  };
  EXPECT_TRUE(contains(refusal({0}, {0}, 0), "0 classes, want 1 to 65536"));
  EXPECT_TRUE(contains(refusal({0}, {0}, 65'537), "65537 classes"));
  EXPECT_TRUE(contains(refusal({0, 1}, {0}, 2), "2 labels and 1 predictions"));
  EXPECT_TRUE(contains(refusal({0, 2}, {0, 1}, 2), "example 1 of class 2 was taken for 1"));
  EXPECT_TRUE(contains(refusal({0, 1}, {0, -1}, 2), "taken for -1, want classes below 2"));
}

}  // namespace
}  // namespace lenet
