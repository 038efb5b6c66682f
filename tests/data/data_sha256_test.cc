// The bytes that data_sha256 sums, by their description in docs/formats.md; the digests are those
// of Python's hashlib.
#include <algorithm>

#include "data/test_files.h"
#include "lenet/dataset.h"

namespace lenet {
namespace {

struct Set {
  std::vector<std::uint8_t> pixels;
  std::vector<Label> labels;
  std::int64_t classes;
  std::vector<std::string> names = {};
  Shape shape = {1, 1, 2};
  std::int64_t offset = 0;
};

Dataset make(const Set& set) {
  auto pixels = std::make_unique<std::uint8_t[]>(set.pixels.size());
  std::ranges::copy(set.pixels, pixels.get());
  return Dataset(std::move(pixels), set.offset, set.shape, set.labels, set.classes, set.names);
}

const Set kTrain = {{1, 2, 3, 4}, {0, 1}, 2, {"cat", "dog"}};
const Set kTest = {{5, 6}, {1}, 2, {"cat", "dog"}};

std::string sum_of(const Set& train, const Set& test) {
  return data_sha256(make(train), make(test));
}

TEST(DataSha256, IsThatOfTheDocumentedBytes) {
  EXPECT_EQ(sum_of(kTrain, kTest),
            "070cd739fdd1cd3ed3caf8432f7a937a781a01380e24fa8bbc16f23b277b308d");
}

TEST(DataSha256, HasTwoBytesALabelOfMoreThan256Classes) {
  const Set train = {{1, 2, 3, 4}, {299, 1}, 300}, test = {{5, 6}, {258}, 300};
  EXPECT_EQ(sum_of(train, test),
            "46af69988d80a7bc1595c13f06d9bd127677d7b08327065b5a537bc22fb162c5");
}

TEST(DataSha256, TakesAnEmptyTestSet) {
  EXPECT_EQ(data_sha256(make(kTrain), Dataset()),
            "fabcf8c157438e99d0096c30e46ced833e57cd113d2d7120833207668f13f545");
}

TEST(DataSha256, TellsFloatsFromBytesAndRowsFromClasses) {
  const auto floats = [](std::vector<float> values, std::vector<Label> labels) {
    return Dataset(FloatImages{std::move(values)}, {1, 1, 2}, ClassTargets{std::move(labels), 2});
  };
  EXPECT_EQ(data_sha256(floats({0.5f, 1, 2, -3}, {0, 1}), floats({1, 2}, {1})),
            "ecfd6a464bbdf7c9f59ee7a38482c110aef2a6bf42dddb6b63f6b0d4675c901f");
  const auto bytes = [](std::vector<std::uint8_t> pixels, std::vector<float> rows) {
    auto copy = std::make_unique<std::uint8_t[]>(pixels.size());
    std::ranges::copy(pixels, copy.get());
    return Dataset(ByteImages{std::move(copy)}, {1, 1, 2}, FloatTargets{std::move(rows), 1});
  };
  EXPECT_EQ(data_sha256(bytes({1, 2, 3, 4}, {0.5f, 1}), bytes({5, 6}, {2})),
            "f28ac41df6e757ee9333ede11310481868bbaccf50bcc9f75fc851597a4c959a");
  EXPECT_EQ(data_sha256(Dataset(FloatImages{{7}}, {1, 1, 1}, FloatTargets{{1, 2}, 2}), Dataset()),
            "299c1feeb2b9695b3f73f923b077f2010506409ff8d844dfff283907c8a12b9e");
}

TEST(DataSha256, IsOfTheImagesNotOfTheFileAroundThem) {
  Set behind = kTrain;
  behind.pixels.insert(behind.pixels.begin(), {9, 9, 9});
  behind.offset = 3;
  EXPECT_EQ(sum_of(behind, kTest), sum_of(kTrain, kTest));
}

TEST(DataSha256, ChangesWithEveryPart) {
  std::vector<Set> others(8, kTrain);
  others[0].pixels[3] = 5;
  others[1].labels[0] = 1;
  others[2].names[1] = "dot";
  others[3].names = {};
  std::swap(others[4].names[0], others[4].names[1]);
  others[5].shape = {1, 2, 1};
  others[6].pixels = {3, 4, 1, 2};
  others[6].labels = {1, 0};  // the same images in another order
  others[7].names = {"catd", "og"};
  std::vector<std::string> sums = {sum_of(kTrain, kTest), sum_of(kTest, kTrain)};
  for (const Set& other : others) sums.push_back(sum_of(other, kTest));
  Set three = kTrain;
  three.names = {};
  three.classes = 3;
  sums.push_back(sum_of(three, kTest));
  std::ranges::sort(sums);
  EXPECT_EQ(std::ranges::adjacent_find(sums), sums.end());
}

TEST(DataSha256, TellsAnImageOfTheOneSetFromOneOfTheOther) {
  const Set one = {{1, 2}, {0}, 2}, two = {{1, 2, 3, 4}, {0, 1}, 2};
  const Set other = {{3, 4}, {1}, 2};
  EXPECT_NE(sum_of(two, other), sum_of(one, two));
}

}  // namespace
}  // namespace lenet
