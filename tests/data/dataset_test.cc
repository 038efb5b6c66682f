#include "lenet/dataset.h"

#include <cmath>
#include <limits>

#include "data/test_files.h"

namespace lenet {
namespace {

Dataset make(std::vector<Label> labels, std::int64_t classes, std::vector<std::string> names = {}) {
  const std::size_t images = labels.size();
  auto pixels = std::make_unique<std::uint8_t[]>(5 + 6 * images);
  for (std::size_t i = 0; i < 6 * images; ++i) pixels[5 + i] = static_cast<std::uint8_t>(i);
  return Dataset(std::move(pixels), 5, {1, 2, 3}, std::move(labels), classes, std::move(names));
}

TEST(Dataset, FindsEachImageBehindTheOffset) {
  const Dataset data = make({0, 2, 1}, 3);
  EXPECT_EQ(data.size(), 3);
  EXPECT_EQ(data.classes(), 3);
  EXPECT_EQ(data.label(1), 2);
  for (std::int64_t i = 0; i < 3; ++i) EXPECT_EQ(data.image(i)[0], 6 * i);
}

TEST(Dataset, RefusesLabelsOutsideTheClasses) {
  const std::string message = error_of(ErrorKind::kBadInput, [] { make({0, 3}, 3); });
  EXPECT_TRUE(contains(message, "label 3 at image 1, want below 3"));
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [] { make({}, 3); }), "no labels"));
}

TEST(Dataset, WantsOneNameAClassOrNone) {
  EXPECT_EQ(make({0, 1}, 2, {"cat", "dog"}).class_names()[1], "dog");
  EXPECT_TRUE(make({0, 1}, 2).class_names().empty());
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput,
                                [] {
                                  make({0, 1}, 2, {"cat"});
                                }),
                       "1 class names, want 2"));
}

TEST(Dataset, HoldsFloatsAsImagesAndAsTargets) {
  const Dataset data(FloatImages{{1, 2, 3, 4, 5, 6}}, {1, 1, 2}, FloatTargets{{7, 8, 9}, 1});
  EXPECT_EQ(data.size(), 3);
  EXPECT_FALSE(data.has_bytes() || data.has_classes());
  EXPECT_EQ(data.floats(1)[0], 3);
  EXPECT_EQ(data.rows()[2][0], 9);
  EXPECT_EQ(data.classes(), 0);
  EXPECT_TRUE(data.labels().empty() && data.class_names().empty());
  const Dataset bytes = make({0, 1}, 2);
  EXPECT_TRUE(bytes.has_bytes() && bytes.has_classes());
  EXPECT_EQ(bytes.rows().size(), 0);
}

TEST(Dataset, RefusesFloatsThatMakeNoWholeExamples) {
  const auto message = [](std::vector<float> images, FloatTargets targets) {
    return error_of(ErrorKind::kBadInput, [&] {
      Dataset(FloatImages{images}, {1, 1, 2}, targets);
    });
  };
  EXPECT_TRUE(contains(message({1, 2, 3}, {{1, 2}, 1}), "3 floats, want 2 images of shape 1x1x2"));
  EXPECT_TRUE(contains(message({1, 2}, {{1, 2, 3}, 2}), "3 target values in rows of 2"));
  EXPECT_TRUE(contains(message({1, 2}, {{1}, 0}), "1 target values in rows of 0"));
  EXPECT_TRUE(contains(message({}, {{}, 1}), "0 target values"));
}

TEST(Dataset, RefusesFloatsThatAreNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto message = [](std::vector<float> images, std::vector<float> rows) {
    return error_of(ErrorKind::kBadInput, [&] {
      Dataset(FloatImages{images}, {1, 1, 2}, FloatTargets{rows, 1});
    });
  };
  EXPECT_TRUE(contains(message({1, 2, 3, nan}, {1, 2}), "a pixel of example 1 is nan"));
  EXPECT_TRUE(
      contains(message({1, 2, 3, 4}, {HUGE_VALF, 2}), "a target value of example 0 is inf"));
}

TEST(Dataset, IsEmptyOnceItHasMovedElsewhere) {
  Dataset classes = make({0, 1}, 2);
  const Dataset there = std::move(classes);
  EXPECT_EQ(classes.size(), 0);  // NOLINT
  Dataset rows(FloatImages{{1, 2}}, {1, 1, 2}, FloatTargets{{1}, 1});
  const Dataset of_rows = std::move(rows);
  EXPECT_EQ(rows.size(), 0);  // NOLINT
  EXPECT_EQ(of_rows.floats(0)[1], 2);
}

TEST(Dataset, RefusesNewLabelsWhereThereAreNoClasses) {
  EXPECT_TRUE(contains(
      error_of(ErrorKind::kUsage,
               [] {
                 Dataset(FloatImages{{1}}, {1, 1, 1}, FloatTargets{{1}, 1}).relabelled({}, 0);
               }),
      "wants a class an example"));
}

TEST(Dataset, TakesOtherClassesWithoutTouchingItsImages) {
  Dataset data = make({0, 2, 1}, 3, {"a", "b", "c"});
  const std::uint64_t id = data.id();
  const Label labels[] = {4, 1, 0};
  const Dataset other = std::move(data).relabelled(labels, 5);
  for (const auto& [image, label] : {std::pair(0, 4), {1, 0}, {2, 1}}) {
    EXPECT_EQ(other.label(image), label);
    EXPECT_EQ(other.image(image)[0], 6 * image);
  }
  EXPECT_EQ(other.classes(), 5);
  EXPECT_TRUE(other.class_names().empty());
  EXPECT_NE(other.id(), id);
}

TEST(Dataset, RefusesOtherClassesThatDoNotFit) {
  const Label labels[] = {4, 1, 0};
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage,
                                [&] {
                                  make({0, 1}, 2).relabelled(labels, 5);
                                }),
                       "3 new labels, want one for each of the 2 classes"));
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput,
                                [&] {
                                  make({0, 1}, 3).relabelled(labels, 4);
                                }),
                       "label 4 at image 0, want below 4"));
}

}  // namespace
}  // namespace lenet
