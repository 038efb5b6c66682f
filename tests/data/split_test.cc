#include "lenet/split.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <set>
#include <string>

#include "base/errors.h"

namespace lenet {
namespace {

/// Images of one pixel; class c has counts[c] of them, the classes taking turns.
Dataset make(std::vector<std::int64_t> counts, std::vector<std::string> names = {}) {
  const auto classes = std::ssize(counts);
  std::vector<Label> labels;
  while (std::ranges::any_of(counts, [](std::int64_t n) { return n > 0; })) {
    for (std::size_t c = 0; c < counts.size(); ++c) {
      if (counts[c]-- > 0) labels.push_back(static_cast<Label>(c));
    }
  }
  auto pixels = std::make_unique<std::uint8_t[]>(labels.size());
  return Dataset(std::move(pixels), 0, {1, 1, 1}, std::move(labels), classes, std::move(names));
}

std::vector<std::int64_t> class_counts(const Dataset& data,
                                       const std::vector<std::int32_t>& indices) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(data.classes()));
  for (const std::int32_t i : indices) ++counts[data.label(i)];
  return counts;
}

TEST(StratifiedSplit, TakesTheFractionOfEveryClassRounded) {
  const Dataset data = make({100, 0, 14, 15, 26});  // a tenth of 14 is 1.4, of 15 is 1.5
  const Split split = stratified_split(data, 0.1, 0);
  EXPECT_EQ(class_counts(data, split.holdout), (std::vector<std::int64_t>{10, 0, 1, 2, 3}));
  EXPECT_EQ(class_counts(data, split.train), (std::vector<std::int64_t>{90, 0, 13, 13, 23}));
}

TEST(StratifiedSplit, TakesImagesWithoutClassesAsOne) {
  const Dataset data(FloatImages{std::vector<float>(15)}, {1, 1, 1},
                     FloatTargets{std::vector<float>(15), 1});
  const Split split = stratified_split(data, 0.2, 0);
  EXPECT_EQ(split.holdout.size(), 3u);
  EXPECT_EQ(split.train.size(), 12u);
  EXPECT_EQ(small_classes_text(split, 0.2), "");
  EXPECT_EQ(stratified_split(data, 0.01, 0).holdout.size(), 1u);
  EXPECT_EQ(stratified_split(data, 0.01, 0).small_classes, 0);
}

TEST(StratifiedSplit, NamesEveryImageOnceInAscendingOrder) {
  const Dataset data = make({70, 30, 50});
  const Split split = stratified_split(data, 0.3, 5);
  EXPECT_TRUE(std::ranges::is_sorted(split.train));
  EXPECT_TRUE(std::ranges::is_sorted(split.holdout));
  std::vector<std::int32_t> all;
  std::ranges::merge(split.train, split.holdout, std::back_inserter(all));
  ASSERT_EQ(std::ssize(all), 150);
  for (std::int32_t i = 0; i < 150; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], i);
}

TEST(StratifiedSplit, IsChosenByTheSeed) {
  const Dataset data = make({50, 50});
  EXPECT_EQ(stratified_split(data, 0.2, 1).holdout, stratified_split(data, 0.2, 1).holdout);
  std::set<std::vector<std::int32_t>> seen;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    seen.insert(stratified_split(data, 0.2, seed).holdout);
  }
  EXPECT_EQ(seen.size(), 20u);
}

TEST(StratifiedSplit, ChoosesEveryImageEquallyOften) {
  constexpr int kSeeds = 4000;
  const Dataset data = make({10, 10});
  std::vector<int> chosen(20);
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    for (const std::int32_t i : stratified_split(data, 0.3, seed).holdout) {
      ++chosen[static_cast<std::size_t>(i)];
    }
  }
  const double deviation = std::sqrt(kSeeds * 0.3 * 0.7);
  for (const int count : chosen) EXPECT_NEAR(count, 0.3 * kSeeds, 4 * deviation);
}

TEST(StratifiedSplit, ChoosesDifferentPlacesInEachClass) {
  const Dataset data = make({50, 50});  // image 2 i is of class 0, image 2 i + 1 of class 1
  std::vector<std::int32_t> places[2];
  for (const std::int32_t i : stratified_split(data, 0.2, 0).holdout) {
    places[i % 2].push_back(i / 2);
  }
  EXPECT_NE(places[0], places[1]);
}

TEST(StratifiedSplit, WantsAFractionBetweenZeroAndOne) {
  const Dataset data = make({10, 10});
  for (const double fraction : {0.0, 1.0, -0.5, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    const std::string message =
        error_of(ErrorKind::kUsage, [&] { stratified_split(data, fraction, 0); });
    EXPECT_TRUE(contains(message, "want one above 0 and below 1"));
  }
}

TEST(StratifiedSplit, LeavesClassesWithFewImagesSomeToTrainOn) {
  const Dataset data = make({20, 4, 1});
  const Split few = stratified_split(data, 0.1, 0);
  EXPECT_EQ(class_counts(data, few.holdout), (std::vector<std::int64_t>{2, 0, 0}));
  EXPECT_EQ(few.small_classes, 2);
  const Split most = stratified_split(data, 0.9, 0);
  EXPECT_EQ(class_counts(data, most.holdout), (std::vector<std::int64_t>{18, 3, 0}));
  EXPECT_EQ(most.small_classes, 1);
  EXPECT_EQ(stratified_split(make({20, 40, 0}), 0.1, 0).small_classes, 0);
}

TEST(StratifiedSplit, TakesOfAllImagesWhereNoClassHasEnough) {
  const Dataset data = make(std::vector<std::int64_t>(300, 1));
  const Split split = stratified_split(data, 0.2, 0);
  EXPECT_EQ(split.holdout.size(), 60u);
  EXPECT_EQ(split.train.size(), 240u);
  EXPECT_EQ(split.small_classes, 300);
  EXPECT_TRUE(std::ranges::is_sorted(split.holdout));
  EXPECT_NE(split.holdout, stratified_split(data, 0.2, 1).holdout);
  EXPECT_EQ(stratified_split(make({1, 1}), 0.01, 0).holdout.size(), 1u);
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { stratified_split(make({1}), 0.5, 0); }),
                       "one image"));
}

TEST(StratifiedSplit, SaysHowManyClassesAreSmall) {
  const auto text = [](const Dataset& data) {
    return small_classes_text(stratified_split(data, 0.1, 0), 0.1);
  };
  EXPECT_EQ(text(make({20, 20})), "");
  EXPECT_EQ(text(make({20, 4})),
            "1 class has too few images to set a share of 0.1 aside, and keeps all");
  EXPECT_EQ(text(make({20, 4, 4})),
            "2 classes have too few images to set a share of 0.1 aside, and keep all");
  EXPECT_TRUE(contains(text(make({4, 4})), "taken of all images, whatever their class"));
}

}  // namespace
}  // namespace lenet
