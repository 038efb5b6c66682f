// What numbers in arrays mean as pixels and as labels.
#include <cmath>
#include <cstring>

#include "data/test_files.h"
#include "formats/array_labels.h"
#include "formats/array_pixels.h"
#include "formats/npy_files.h"
#include "lenet/load_data.h"

namespace lenet {
namespace {

template <typename T>
NpyArray array_of(char kind, std::vector<std::int64_t> shape, const std::vector<T>& values) {
  NpyArray a{.name = "a", .bytes = nullptr, .kind = kind, .item_size = sizeof(T), .shape = shape};
  a.bytes = std::make_unique<std::uint8_t[]>(values.size() * sizeof(T));
  std::memcpy(a.bytes.get(), values.data(), values.size() * sizeof(T));
  return a;
}

template <typename T>
std::vector<int> pixels_of(char kind, const std::vector<T>& values) {
  const NpyArray a = array_of(kind, {std::ssize(values)}, values);
  to_pixels(a, white_of(a, {}));
  return {a.values(), a.values() + values.size()};
}

template <typename T>
std::string pixel_refusal(char kind, const std::vector<T>& values) {
  const NpyArray a = array_of(kind, {std::ssize(values)}, values);
  return error_of(ErrorKind::kBadInput, [&] { white_of(a, {}); });
}

TEST(ArrayPixels, OfFloatsToOneAreSharesToRounding) {
  EXPECT_EQ(pixels_of<float>('f', {0, 0.5f, 1}), (std::vector<int>{0, 128, 255}));
  EXPECT_EQ(pixels_of<float>('f', {0, 0.5f, 1.0000001f}), (std::vector<int>{0, 128, 255}));
  EXPECT_EQ(pixels_of<double>('f', {0, 0.5, 1.000001}), (std::vector<int>{0, 128, 255}));
  EXPECT_EQ(pixels_of<float>('f', {0, 127.6f, 255.0001f}), (std::vector<int>{0, 128, 255}));
}

TEST(ArrayPixels, OfWholeNumbersOfAnyTypeAreBytes) {
  const std::vector<int> want = {0, 7, 255};
  EXPECT_EQ(pixels_of<std::uint8_t>('u', {0, 7, 255}), want);
  EXPECT_EQ(pixels_of<std::uint16_t>('u', {0, 7, 255}), want);
  EXPECT_EQ(pixels_of<std::int32_t>('i', {0, 7, 255}), want);
  EXPECT_EQ(pixels_of<std::int64_t>('i', {0, 7, 255}), want);
}

TEST(ArrayPixels, OfBoolAreBlackAndWhite) {
  EXPECT_EQ(pixels_of<std::uint8_t>('b', {0, 1, 1}), (std::vector<int>{0, 255, 255}));
}

TEST(ArrayPixels, OfADoubtfulRangeAreRefusedWithWhatWasSeen) {
  EXPECT_TRUE(contains(pixel_refusal<float>('f', {-1.5f, 0, 1.5f}),
                       "pixels from -1.5 to 1.5, mean 0, deviation 1.22; want 0 to 1"));
  EXPECT_TRUE(contains(pixel_refusal<std::int8_t>('i', {-128, 0, 127}), "from -128 to 127"));
  EXPECT_TRUE(contains(pixel_refusal<std::uint16_t>('u', {0, 65535}), "of 16 bits a pixel?"));
  EXPECT_TRUE(contains(pixel_refusal<float>('f', {0, 1.5f}), "neither 0 to 1 nor 0 to 255"));
  EXPECT_TRUE(contains(pixel_refusal<std::uint8_t>('u', {0, 1, 0}), "array.astype(bool)"));
  EXPECT_TRUE(contains(pixel_refusal<float>('f', {0, INFINITY}), "inf at pixel 1"));
}

TEST(ArrayPixels, ThatAreNearlyBlackAreNamed) {
  const NpyArray a = array_of<double>('f', {3}, {0, 8, 16});  // scikit-learn's digits
  std::vector<std::string> notes;
  EXPECT_EQ(white_of(a, [&](const std::string& note) { notes.push_back(note); }), 255);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_TRUE(contains(notes[0], "pixels from 0 to 16"));
  EXPECT_TRUE(contains(notes[0], "nearly black"));
}

template <typename T>
std::vector<Label> labels_of(char kind, std::vector<std::int64_t> shape,
                             const std::vector<T>& values) {
  return array_labels(array_of(kind, std::move(shape), values));
}

TEST(ArrayLabels, AreWholeNumbersOfAnyType) {
  const std::vector<Label> want = {2, 0, 1};
  EXPECT_EQ(labels_of<std::int64_t>('i', {3}, {2, 0, 1}), want);
  EXPECT_EQ(labels_of<std::uint8_t>('u', {3, 1}, {2, 0, 1}), want);
  EXPECT_EQ(labels_of<float>('f', {3}, {2, 0, 1}), want);
}

TEST(ArrayLabels, MayBeRowsWithAOne) {
  const std::vector<Label> want = {2, 0};
  EXPECT_EQ(labels_of<double>('f', {2, 3}, {0, 0, 1, 1, 0, 0}), want);
  EXPECT_EQ(labels_of<std::uint8_t>('b', {2, 3}, {0, 0, 1, 1, 0, 0}), want);
}

TEST(ArrayLabels, OfOtherKindsAreRefused) {
  const auto refusal = [](std::vector<std::int64_t> shape, const std::vector<float>& values) {
    return error_of(ErrorKind::kBadInput, [&] { labels_of('f', std::move(shape), values); });
  };
  EXPECT_TRUE(contains(refusal({2}, {0, 0.5f}), "label 0.5 at image 1, want whole numbers"));
  EXPECT_TRUE(contains(refusal({2}, {0, NAN}), "label nan at image 1"));
  EXPECT_TRUE(contains(refusal({1}, {1e30f}), "want whole numbers"));
  EXPECT_TRUE(contains(refusal({1}, {65536}), "label 65536 at image 0, want 0 to 65535"));
  EXPECT_TRUE(contains(refusal({1}, {-1}), "label -1 at image 0"));
  EXPECT_TRUE(contains(refusal({1, 3}, {1, 0, 1}), "2 ones in the row of image 0, want 1"));
  EXPECT_TRUE(contains(refusal({1, 3}, {0, 0, 0}), "0 ones in the row of image 0, want 1"));
  EXPECT_TRUE(contains(refusal({1, 3}, {0, 7, 0}), "with 7 at image 0"));
  EXPECT_TRUE(contains(refusal({1, 1, 1}, {0}), "shape 1x1x1, want one label an image"));
}

class ArrayFolder : public TestFolder {
 protected:
  void add(const std::string& name, std::int64_t images, const std::string& pixel = "\xc8") const {
    const std::string n = std::to_string(images);
    std::string pixels, labels;
    for (std::int64_t i = 0; i < images; ++i) {
      pixels += pixel;
      labels += static_cast<char>(i % 2);
    }
    write_file(dir_ / ("x_" + name + ".npy"), npy_file("|u1", n + ", 1, 1", pixels));
    write_file(dir_ / ("y_" + name + ".npy"), npy_file("|u1", n + ",", labels));
  }
  std::pair<Dataset, Dataset> load() {
    notes_.clear();
    return load_data(dir_, {.note = [this](const std::string& note) { notes_ += note + "\n"; }});
  }

  std::string notes_;
};

TEST_F(ArrayFolder, NamesArraysThatAreNotUsed) {
  add("train", 4);
  add("test", 2);
  load();
  EXPECT_EQ(notes_, "");
  write_file(dir_ / "images.npy", npy_file("|u1", "1, 1, 1", "a"));
  load();
  EXPECT_TRUE(contains(notes_, "not used by its name: images"));
}

TEST_F(ArrayFolder, JudgesByValidationWhereThereIsNoTest) {
  add("train", 4);
  add("val", 3);
  EXPECT_EQ(load().second.size(), 3);
  EXPECT_TRUE(contains(notes_, "x_val, y_val: the test set"));
  add("test", 2);
  EXPECT_EQ(load().second.size(), 2);
  EXPECT_TRUE(contains(notes_, "x_val, y_val: not used"));
}

TEST_F(ArrayFolder, NamesWhatWasFoundWhereSomethingIsMissing) {
  add("train", 2);
  std::filesystem::rename(dir_ / "y_train.npy", dir_ / "answers.npy");
  const std::string why = error_of(ErrorKind::kBadInput, [&] { load(); });
  EXPECT_TRUE(contains(why, "no array y_train"));
  EXPECT_TRUE(contains(why, "found answers, x_train"));
}

TEST_F(ArrayFolder, OfTwoMeaningsOfWhiteIsRefused) {
  add("train", 2);
  write_file(dir_ / "x_test.npy", npy_file("|b1", "1, 1, 1", "\1"));
  write_file(dir_ / "y_test.npy", npy_file("|u1", "1,", std::string(1, '\0')));
  EXPECT_TRUE(
      contains(error_of(ErrorKind::kBadInput, [&] { load(); }), "white is 1, but 255 in x_train"));
}

TEST(Npz, OfKuzushijiHaveOneArrayEach) {
  const auto [train, test] = load_data(LENET_GOLDEN_DIR "/data/kuzushiji");
  EXPECT_EQ(train.size(), 4);
  EXPECT_EQ(train.image(0)[1], 1);
  EXPECT_EQ(test.image(0)[0], 100);
  EXPECT_EQ(test.label(1), 1);
}

}  // namespace
}  // namespace lenet
