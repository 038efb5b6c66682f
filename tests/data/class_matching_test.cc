#include "lenet/class_matching.h"

#include "data/test_files.h"

namespace lenet {
namespace {

using Names = std::vector<std::string>;
using Outputs = std::vector<Label>;

/// Images of one pixel, whose value is 10 * label + place.
Dataset make(std::vector<Label> labels, Names names, std::int64_t classes = 0) {
  auto pixels = std::make_unique<std::uint8_t[]>(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    pixels[i] = static_cast<std::uint8_t>(10 * labels[i] + i);
  }
  if (classes == 0) classes = std::ssize(names);
  return Dataset(std::move(pixels), 0, {1, 1, 1}, std::move(labels), classes, std::move(names));
}

TEST(MatchClasses, GivesTheOutputOfEachName) {
  EXPECT_EQ(match_classes({"a", "b", "c"}, {"a", "b", "c"}), (Outputs{0, 1, 2}));
  EXPECT_EQ(match_classes({"a", "b", "c"}, {"c", "a", "b"}), (Outputs{1, 2, 0}));
  EXPECT_EQ(match_classes({"c"}, {"a", "b", "c"}), (Outputs{2}));
  EXPECT_EQ(match_classes({}, {"a"}), Outputs());
}

TEST(MatchClasses, ListsBothSidesForAClassThatTheModelDoesNotKnow) {
  const std::string message = error_of(ErrorKind::kUsage, [] {
    match_classes({"rose", "tulip"}, {"daisy", "rose"});
  });
  for (const char* part :
       {"class 'tulip'", "the data's classes are rose, tulip", "the model's are daisy, rose"}) {
    EXPECT_TRUE(contains(message, part));
  }
  EXPECT_FALSE(contains(message, "rename"));
}

TEST(MatchClasses, PointsToANameThatIsWrittenAlmostAlike) {
  for (const char* name : {"Ankle boot", "ankle-boot", "ankle_boot", "AnkleBoot"}) {
    const std::string message = error_of(ErrorKind::kUsage, [&] {
      match_classes({name}, {"bag", "ankle boot"});
    });
    EXPECT_TRUE(contains(message, "but 'ankle boot': rename one of them"));
  }
  // Two names that differ in case alone are two classes.
  EXPECT_EQ(match_classes({"a", "A"}, {"A", "a"}), (Outputs{1, 0}));
}

TEST(MatchClasses, RefusesANameThatTheModelHasTwice) {
  const Names twice = {"a", "b", "a"};
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage,
                                [&] {
                                  match_classes({"b", "a"}, twice);
                                }),
                       "class 'a': the model has two of that name"));
  EXPECT_EQ(match_classes({"b"}, twice), (Outputs{1}));
  EXPECT_EQ(match_classes(twice, twice), (Outputs{0, 1, 2}));  // as they stand
}

TEST(MatchClasses, RefusesAnOutputThatNoLabelCanBe) {
  Names many;
  for (int i = 0; i < 65'537; ++i) many.push_back(std::to_string(i));
  EXPECT_EQ(match_classes({"65535"}, many), (Outputs{65'535}));
  const std::string message = error_of(ErrorKind::kUsage, [&] { match_classes({"65536"}, many); });
  EXPECT_TRUE(contains(message, "class '65536': output 65536 of the model, want at most 65535"));
  EXPECT_TRUE(contains(message, "98, 99 and 65437 more"));
}

TEST(InClassesOf, LabelsImagesByTheModelsOutputs) {
  const Dataset data = in_classes_of({"x", "b", "y", "a"}, make({0, 1, 1, 0}, {"a", "b"}));
  EXPECT_EQ(Outputs(data.labels().begin(), data.labels().end()), (Outputs{3, 1, 1, 3}));
  EXPECT_EQ(data.classes(), 4);
  EXPECT_EQ(data.class_names(), (Names{"x", "b", "y", "a"}));
  EXPECT_EQ(data.image_shape(), (Shape{1, 1, 1}));
  for (const auto& [image, pixel] : {std::pair(0, 0), {1, 11}, {2, 12}, {3, 3}}) {
    EXPECT_EQ(data.image(image)[0], pixel);
  }
}

TEST(InClassesOf, GoesByNumberWhereOneSideHasNoNames) {
  const Dataset nameless = in_classes_of({"b", "a", "c"}, make({0, 1}, {}, 2));
  EXPECT_EQ(nameless.label(1), 1);
  EXPECT_EQ(nameless.classes(), 2);
  EXPECT_TRUE(nameless.class_names().empty());
  const Dataset named = in_classes_of({}, make({0, 1}, {"a", "b"}));
  EXPECT_EQ(named.label(1), 1);
  EXPECT_EQ(named.class_names(), (Names{"a", "b"}));
}

}  // namespace
}  // namespace lenet
