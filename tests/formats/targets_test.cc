// Targets that are numbers or labels, images of floats, and images that are their own targets.
#include <cmath>
#include <string>
#include <vector>

#include "data/test_files.h"
#include "formats/formats.h"
#include "formats/npy_files.h"
#include "lenet/load_data.h"

namespace lenet {
namespace {

class Arrays : public TestFolder {
 protected:
  void add(const std::string& name, const std::string& bytes) const {
    write_file(dir_ / (name + ".npy"), bytes);
  }
  /// Four images of 1x1x2 and what they are compared with.
  void add_images(const std::string& y) const {
    add("x_train", npy_file("|u1", "4, 1, 2", "abcdefgh"));
    add("y_train", y);
  }
  std::pair<Dataset, Dataset> load(LoadOptions how = {}) {
    notes_.clear();
    how.test_optional = true;
    how.note = [this](const std::string& note) { notes_ += note + "\n"; };
    return load_data(dir_, how);
  }
  std::string refusal(ErrorKind kind, const LoadOptions& how = {}) {
    return error_of(kind, [&] { load(how); });
  }

  std::string notes_;
};

std::vector<float> copy_of(FloatRows rows) { return {rows.values.begin(), rows.values.end()}; }

TEST_F(Arrays, OfNumbersThatAreNotWholeAreTargets) {
  add_images(npy_file("4,", {0.5f, 2, -1, 3}));
  const Dataset one = load().first;
  EXPECT_FALSE(one.has_classes());
  EXPECT_EQ(one.outputs(), 1);
  EXPECT_EQ(copy_of(one.rows()), (std::vector<float>{0.5f, 2, -1, 3}));
  EXPECT_TRUE(contains(notes_, "0.5 at image 0: a number an image to learn"));
  add_images(npy_file("4, 2", {1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(load().first.outputs(), 2);
  EXPECT_TRUE(contains(notes_, "2 at image 0: 2 numbers an image to learn"));
}

TEST_F(Arrays, OfSeveralOnesARowAreLabels) {
  add_images(npy_file("4, 2", {1, 1, 0, 0, 0, 1, 1, 0}));
  EXPECT_EQ(load().first.outputs(), 2);
  EXPECT_TRUE(contains(notes_, "1 ones in a row of 2: several labels an image"));
  add_images(npy_file("4, 2", {1, 0, 1, 0, 0, 1, 1, 0}));
  EXPECT_EQ(load().first.classes(), 2);
  EXPECT_EQ(notes_, "");
}

TEST_F(Arrays, OfClassesAreNumbersWhereTheseAreWanted) {
  add_images(npy_file("4,", {0, 1, 1, 0}));
  EXPECT_TRUE(load().first.has_classes());
  const Dataset numbers = load({.numbers = true}).first;
  EXPECT_EQ(copy_of(numbers.rows()), (std::vector<float>{0, 1, 1, 0}));
}

TEST_F(Arrays, OfOneKindInTrainingAndTestAreWanted) {
  add_images(npy_file("4,", {0.5f, 2, -1, 3}));
  add("x_test", npy_file("|u1", "1, 1, 2", "ab"));
  add("y_test", npy_file("1,", {2}));
  const Dataset test = load().second;
  EXPECT_EQ(test.rows()[0][0], 2);  // as the training set has numbers
  add_images(npy_file("4,", {0, 1, 1, 0}));
  add("y_test", npy_file("1,", {0.5f}));
  EXPECT_TRUE(contains(refusal(ErrorKind::kBadInput), "1 numbers an image, want a class an image"));
  add_images(npy_file("3,", {0.5f, 1, 1}));
  EXPECT_TRUE(contains(refusal(ErrorKind::kBadInput), "3 rows, want 4, one for each image"));
  add_images(npy_file("4,", {0.5f, NAN, 1, 1}));
  EXPECT_TRUE(contains(refusal(ErrorKind::kBadInput), "nan at image 1"));
  add_images(npy_file("4, 1, 1", {0.5f, 1, 1, 1}));
  EXPECT_TRUE(contains(refusal(ErrorKind::kBadInput), "shape 4x1x1"));
}

TEST_F(Arrays, OfFloatsAreTakenAsTheyAre) {
  add("x_train", npy_file("2, 3", {-1, 2.5f, 300, 0, 1, 2}));
  add("y_train", npy_file("2,", {0, 1}));
  EXPECT_TRUE(contains(refusal(ErrorKind::kBadInput), "--floats"));
  const Dataset data = load({.floats = true}).first;
  EXPECT_FALSE(data.has_bytes());
  EXPECT_EQ(data.image_shape(), (Shape{1, 1, 3}));
  EXPECT_EQ(data.floats(0)[2], 300);
  add("x_train", npy_file("2, 1, 2, 3", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  const Dataset last = load({.floats = true}).first;  // three channels, behind height and width
  EXPECT_EQ(last.image_shape(), (Shape{3, 1, 2}));
  EXPECT_EQ(std::vector<float>(last.floats(0), last.floats(0) + 6),
            (std::vector<float>{1, 4, 2, 5, 3, 6}));
  add("x_train", npy_file("2, 2, 1, 2", {1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(load({.floats = true}).first.image_shape(), (Shape{2, 1, 2}));
  add("x_train", npy_file("2, 2", {1, INFINITY, 3, 4}));
  EXPECT_TRUE(contains(refusal(ErrorKind::kBadInput, {.floats = true}), "inf at number 1"));
}

TEST_F(Arrays, MayBeTheirOwnTargets) {
  add("x_train", npy_file("|u1", "2, 1, 2", std::string("\0\xff\x33\x66", 4)));
  EXPECT_TRUE(contains(refusal(ErrorKind::kBadInput), "no array y_train"));
  const Dataset own = load({.targets = {"input"}}).first;
  EXPECT_TRUE(own.has_bytes());
  EXPECT_EQ(copy_of(own.rows()), (std::vector<float>{0, 1, 0.2f, 0.4f}));
  EXPECT_TRUE(contains(refusal(ErrorKind::kUsage, {.targets = {"a"}}),
                       "--targets names columns of CSV files, or is input"));
}

TEST_F(Arrays, OfFloatsAreSplitWithTheirTargets) {
  add("x_train", npy_file("4, 2", {1, 2, 3, 4, 5, 6, 7, 8}));
  add("y_train", npy_file("4, 2", {-1, -2, -3, -4, -5, -6, -7, -8}));
  const auto [train, test] = load({.test_split = 0.25, .floats = true});
  ASSERT_EQ(train.size(), 3);
  ASSERT_EQ(test.size(), 1);
  for (const Dataset* data : {&train, &test}) {
    for (std::int64_t i = 0; i < data->size(); ++i) {
      EXPECT_EQ(data->rows()[i][1], -data->floats(i)[1]);
    }
  }
}

Part parse(const std::string& text, const LoadOptions& how) {
  return parse_csv(text, how, "a.csv");
}

TEST(CsvTargets, AreTheColumnsOfTheseNames) {
  const Part part = parse("id,high,p0,p1,wide,label\n9,1.5,10,20,-2,3\n9,2,30,40,4e1,3\n",
                          {.size = {1, 2}, .targets = {"wide", "high"}});
  EXPECT_EQ(part.rows.values, (std::vector<float>{-2, 1.5f, 40, 2}));
  EXPECT_EQ(part.rows.names, (std::vector<std::string>{"wide", "high"}));
  EXPECT_TRUE(part.labels.empty());
  EXPECT_EQ(part.pixels[3], 40);
}

TEST(CsvTargets, MayBeTheLabelAsANumber) {
  const Part part = parse("label,p\n1.25,1\n-3,2\n", {.numbers = true});
  EXPECT_EQ(part.rows.values, (std::vector<float>{1.25f, -3}));
  EXPECT_EQ(parse("1.25,1\n-3,2\n", {.numbers = true}).rows.values,
            (std::vector<float>{1.25f, -3}));
}

TEST(CsvTargets, GoWithoutLabelsWhereImagesAreTheirOwn) {
  const LoadOptions own = {.size = {1, 2}, .targets = {"input"}};
  EXPECT_EQ(parse("a,b\n1,2\n3,4\n", own).size(), 2);
  EXPECT_EQ(parse("1,2\n3,4\n", own).pixels[1], 2);
  EXPECT_EQ(parse("9,1,2\n9,3,4\n", own).pixels[1], 2);
  EXPECT_EQ(parse("label,a,b\n9,1,2\n", own).pixels[1], 2);
}

TEST(CsvTargets, GoWithNumbersAsImages) {
  const Part part = parse("label,a,b,c\n1,-0.5,1e3,2\n", {.floats = true});
  EXPECT_EQ(part.floats, (std::vector<float>{-0.5f, 1000, 2}));
  EXPECT_EQ(part.image_shape, (Shape{1, 1, 3}));
  EXPECT_EQ(part.pixels, nullptr);
}

TEST(CsvTargets, AreRefusedByPlaceAndName) {
  const auto refusal = [](const std::string& text, const LoadOptions& how, ErrorKind kind) {
    return error_of(kind, [&] { parse(text, how); });
  };
  EXPECT_EQ(refusal("a,b\n1,2\n", {.targets = {"c"}}, ErrorKind::kUsage),
            "a.csv: 0 columns are called c, want one; the first row has a, ..., b");
  EXPECT_TRUE(contains(refusal("a,a,b\n1,2,3\n", {.targets = {"a"}}, ErrorKind::kUsage),
                       "2 columns are called a"));
  EXPECT_TRUE(contains(refusal("a,b\nx,2\n", {.targets = {"a"}}, ErrorKind::kBadInput),
                       "row 2: column 1: found target \"x\", want a finite number"));
  EXPECT_TRUE(
      contains(refusal("a,b\n1,nan\n", {.targets = {"a"}, .floats = true}, ErrorKind::kBadInput),
               "row 2: column 2: found number \"nan\""));
  EXPECT_TRUE(contains(refusal("a,b,c\n1,2,3\n", {.targets = {"a"}}, ErrorKind::kBadInput),
                       "3 columns are 1 target and 2 pixels, which make no square"));
  EXPECT_TRUE(contains(refusal("a,b\n1,2\n", {.targets = {"a", "b"}}, ErrorKind::kBadInput),
                       "no column of pixels"));
}

}  // namespace
}  // namespace lenet
