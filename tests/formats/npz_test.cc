// Arrays that numpy wrote (golden/make_data.py), and what is wrong with others.
#include <cstring>
#include <string>

#include "data/test_files.h"
#include "formats/npy.h"
#include "lenet/load_data.h"

namespace lenet {
namespace {

std::filesystem::path npz(const std::string& name) {
  return LENET_GOLDEN_DIR "/data/" + name + ".npz";
}

std::vector<int> bytes_of(const Dataset& data, std::int64_t image) {
  const std::uint8_t* first = data.image(image);
  return {first, first + element_count(data.image_shape())};
}

TEST(Npz, ReadsArraysStoredAndDeflated) {
  for (const char* name : {"grey", "grey_deflated", "column_labels"}) {
    ASSERT_EQ(data_format(npz(name)), DataFormat::kNpz);
    const auto [train, test] = load_data(npz(name));
    EXPECT_EQ(train.size(), 4);
    EXPECT_EQ(train.image_shape(), (Shape{1, 2, 3}));
    EXPECT_EQ(train.classes(), 2);
    EXPECT_EQ(train.label(1), 1);
    EXPECT_EQ(bytes_of(train, 3), (std::vector<int>{18, 19, 20, 21, 22, 23}));
    EXPECT_EQ(bytes_of(test, 0), (std::vector<int>{100, 101, 102, 103, 104, 105}));
  }
}

TEST(Npz, BringsChannelsToTheFront) {
  for (const char* name : {"channels_last", "channels_first"}) {
    const auto [train, test] = load_data(npz(name));
    EXPECT_EQ(train.image_shape(), (Shape{3, 2, 4})) << name;
    EXPECT_EQ(train.image(1)[0], 24) << name;  // red of the first pixel
    EXPECT_EQ(train.image(1)[8], 25) << name;  // green of it
    EXPECT_EQ(train.image(0)[1], 3) << name;   // red of the second
  }
}

TEST(Npz, TakesFloatsFrom0To1AsSharesAndOthersAsBytes) {
  const auto [shares, ignored] = load_data(npz("float_to_1"));
  EXPECT_EQ(bytes_of(shares, 0), (std::vector<int>{0, 26}));  // 25.5
  EXPECT_EQ(bytes_of(shares, 1), (std::vector<int>{128, 255}));
  const auto [bytes, ignored_too] = load_data(npz("float_to_255"));
  EXPECT_EQ(bytes_of(bytes, 0), (std::vector<int>{0, 1}));
  EXPECT_EQ(bytes_of(bytes, 1), (std::vector<int>{128, 255}));
}

TEST(Npz, TakesLabelsAndPixelsOfOtherTypes) {
  for (const char* name : {"float_labels", "int_pixels"}) {
    const auto [train, test] = load_data(npz(name), {.test_split = 0.5});
    EXPECT_EQ(train.classes(), 2) << name;
    EXPECT_EQ(bytes_of(train, 0).size(), 6U) << name;
  }
}

TEST(Npz, SplitsDataWithoutATestSet) {
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [] { load_data(npz("no_test")); }),
                       "as in --test-split 0.2"));
  const auto [train, test] = load_data(npz("no_test"), {.test_split = 0.5});
  EXPECT_EQ(train.size(), 2);
  EXPECT_EQ(test.size(), 2);
  EXPECT_NE(test.label(0), test.label(1));
  EXPECT_TRUE(
      contains(error_of(ErrorKind::kUsage, [] { load_data(npz("grey"), {.test_split = 0.5}); }),
               "leave out --test-split"));
}

struct BadArray {
  const char *file, *part;
};

class NpzRefuses : public testing::TestWithParam<BadArray> {};

TEST_P(NpzRefuses, AndSaysWhy) {
  const BadArray bad = GetParam();
  const std::string message =
      error_of(ErrorKind::kBadInput, [&] { load_data(npz(bad.file), {.test_split = 0.5}); });
  EXPECT_TRUE(contains(message, bad.part));
}

INSTANTIATE_TEST_SUITE_P(
    Arrays, NpzRefuses,
    testing::Values(BadArray{"pickled", "x_train: Python objects (pickled)"},
                    BadArray{"big_endian", "big-endian numbers (>f4)"},
                    BadArray{"fortran", "Fortran order"},
                    BadArray{"float_nan", "x_train: nan at pixel 0"},
                    BadArray{"float_negative", "pixels from -1 to -0, mean -0.4"},
                    BadArray{"negative_label", "label -1 at image 1"},
                    BadArray{"label_256", "the largest label is 256, for 4 images"},
                    BadArray{"few_labels", "y_train: 3 labels, want 4"},
                    BadArray{"flat", "shape 4x6, want images"},
                    BadArray{"no_y_train", "no array y_train"},
                    BadArray{"no_y_test", "no array y_test"}),
    [](const auto& test) { return std::string(test.param.file); });

class NpzFile : public TestFolder {
 protected:
  std::string refusal(const std::string& bytes) const {
    write_file(dir_ / "a.npz", bytes);
    return error_of(ErrorKind::kBadInput, [&] { load_data(dir_ / "a.npz"); });
  }
};

TEST_F(NpzFile, CutAnywhereIsRefused) {
  const std::string whole = read_file(npz("grey_deflated"), 1 << 20);
  for (std::size_t size = 0; size < whole.size(); size += 7) refusal(whole.substr(0, size));
}

TEST_F(NpzFile, BrokenByteIsRefusedByTheChecksum) {
  std::string bytes = read_file(npz("grey"), 1 << 20);
  bytes[bytes.find("\x14\x15\x16\x17")] ^= 1;  // the last pixels of x_train, stored
  EXPECT_TRUE(contains(refusal(bytes), "x_train.npy"));
}

TEST_F(NpzFile, RefusesOtherCompressionsThanNumpys) {
  std::string bytes = read_file(npz("grey_deflated"), 1 << 20);
  bytes.replace(bytes.find("PK\1\2") + 10, 2, std::string("\x0c\0", 2));  // bzip2
  EXPECT_TRUE(contains(refusal(bytes), "compression method 12, want stored or deflated"));
}

/// The directory, at the archive's end, claims 4294967280 bytes behind a few.
TEST_F(NpzFile, BombIsRefusedBeforeMemoryIsTaken) {
  std::string bytes = read_file(npz("grey_deflated"), 1 << 20);
  const std::size_t entry = bytes.find("PK\1\2");
  bytes.replace(entry + 24, 4, "\xf0\xff\xff\xff");
  EXPECT_TRUE(contains(refusal(bytes), "more than 4 GiB, than these can hold"));
}

TEST(Npy, InAFolderAreReadByTheirNames) {
  const std::filesystem::path folder = LENET_GOLDEN_DIR "/data/arrays";
  ASSERT_EQ(data_format(folder), DataFormat::kNpz);
  const auto [train, test] = load_data(folder);
  EXPECT_EQ(train.size(), 4);
  EXPECT_EQ(train.image_shape(), (Shape{1, 2, 3}));
  EXPECT_EQ(train.label(1), 1);
  EXPECT_EQ(bytes_of(test, 0), (std::vector<int>{100, 101, 102, 103, 104, 105}));
}

class NpyFolder : public TestFolder {
 protected:
  void SetUp() override {
    TestFolder::SetUp();
    std::filesystem::copy(LENET_GOLDEN_DIR "/data/arrays", dir_ / "arrays");
  }
  std::string refusal() const {
    return error_of(ErrorKind::kBadInput, [&] { load_data(dir_ / "arrays"); });
  }
};

TEST_F(NpyFolder, WithoutLabelsIsRefused) {
  std::filesystem::remove(dir_ / "arrays/y_test.npy");
  EXPECT_TRUE(contains(refusal(), "arrays: no array y_test"));
}

TEST_F(NpyFolder, WithABrokenFileIsRefusedByItsName) {
  std::filesystem::resize_file(dir_ / "arrays/y_train.npy", 130);
  EXPECT_TRUE(contains(refusal(), "y_train.npy"));
}

TEST(Npy, AloneIsRefusedWithTheWayToPackIt) {
  EXPECT_TRUE(contains(
      error_of(ErrorKind::kBadInput, [] { load_data(LENET_GOLDEN_DIR "/data/alone.npy"); }),
      "np.savez"));
}

/// Version 1 with this header and two bytes of values.
std::string npy_refusal(const std::string& header, const std::string& magic = "\x93NUMPY\1") {
  std::string text = magic + std::string("\0", 1);
  text += static_cast<char>(header.size());
  text += std::string("\0", 1) + header + "ab";
  auto bytes = std::make_unique<std::uint8_t[]>(text.size());
  std::memcpy(bytes.get(), text.data(), text.size());
  return error_of(ErrorKind::kBadInput,
                  [&] { parse_npy(std::move(bytes), std::ssize(text), "a"); });
}

TEST(Npy, RefusesWhatIsNoHeader) {
  EXPECT_TRUE(contains(npy_refusal("", "\x93NUMPX\1"), "no array of numpy's"));
  EXPECT_TRUE(contains(npy_refusal("", "\x93NUMPY\4"), "version 4 of the format"));
  EXPECT_TRUE(contains(npy_refusal("{}"), "no 'descr': in the header"));
  EXPECT_TRUE(contains(npy_refusal("{'descr': '<c8', "), "dtype '<c8'"));
  EXPECT_TRUE(contains(npy_refusal("{'descr': '<U5', "), "text (<U5), want numbers"));
  EXPECT_TRUE(contains(npy_refusal("{'descr': '|S3', "), "return_inverse=True"));
  EXPECT_TRUE(contains(npy_refusal("{'descr': [('a', '<f4')], "), "dtype [('a', '<f4')]"));
  EXPECT_TRUE(contains(npy_refusal("{'descr': '|u1', 'fortran_order': False, 'shape': (2"),
                       "want one such as (10, 28, 28)"));
}

TEST(Npy, RefusesShapesThatTheFileDoesNotHold) {
  const std::string start = "{'descr': '|u1', 'fortran_order': False, 'shape': ";
  EXPECT_TRUE(contains(npy_refusal(start + "(3,), }"), "promises 3 bytes, found 2"));
  EXPECT_TRUE(contains(npy_refusal(start + "(4294967296, 4294967296, 2), }"), "more than 4 GiB"));
  EXPECT_TRUE(contains(npy_refusal(start + "(-1,), }"), "want one such as"));
}

}  // namespace
}  // namespace lenet
