#include "data/test_files.h"
#include "lenet/load_data.h"

namespace lenet {
namespace {

class IdxFolder : public TestFolder {
 protected:
  /// Three training and two test images of 2x3.
  IdxFolder() {
    write("train-images-idx3-ubyte", image_file(3, 2, 3, "aaaaaabbbbbbcccccc"));
    write("train-labels-idx1-ubyte", label_file("\1\4\2"));
    write("t10k-images-idx3-ubyte.gz", gzip(image_file(2, 2, 3, "ddddddeeeeee")));
    write("t10k-labels-idx1-ubyte.gz", gzip(label_file("\4\1")));
  }

  void write(const std::string& name, const std::string& bytes) const {
    write_file(dir_ / name, bytes);
  }
  std::string refusal(ErrorKind kind = ErrorKind::kBadInput) const {
    return error_of(kind, [&] { load_idx_folder(dir_); });
  }
};

TEST_F(IdxFolder, LoadsPlainAndGzippedFilesSideBySide) {
  const auto [train, test] = load_idx_folder(dir_);
  EXPECT_EQ(train.size(), 3);
  EXPECT_EQ(test.size(), 2);
  EXPECT_EQ(train.image_shape(), (Shape{1, 2, 3}));
  EXPECT_EQ(train.image(2)[5], 'c');
  EXPECT_EQ(test.image(1)[0], 'e');
  EXPECT_EQ(train.label(1), 4);
  EXPECT_EQ(test.label(0), 4);
}

TEST_F(IdxFolder, CountsClassesUpToTheLargestTrainingLabel) {
  const auto [train, test] = load_idx_folder(dir_);
  EXPECT_EQ(train.classes(), 5);
  EXPECT_EQ(test.classes(), 5);
}

TEST_F(IdxFolder, TakesAllOf256Classes) {
  write("train-labels-idx1-ubyte", label_file("\1\xff\2"));
  EXPECT_EQ(load_idx_folder(dir_).first.classes(), 256);
}

TEST_F(IdxFolder, KnowsNoNamesForOtherData) {
  EXPECT_TRUE(load_idx_folder(dir_).first.class_names().empty());
}

TEST_F(IdxFolder, PrefersThePlainFile) {
  write("train-labels-idx1-ubyte.gz", "not even gzip");
  EXPECT_EQ(load_idx_folder(dir_).first.label(0), 1);
}

TEST_F(IdxFolder, RefusesTestLabelsThatTrainingNeverSaw) {
  write("t10k-labels-idx1-ubyte.gz", gzip(label_file("\4\5")));
  const std::string message = refusal();
  EXPECT_TRUE(contains(message, "t10k-labels-idx1-ubyte.gz: label 5 at image 1, want at most 4"));
}

TEST_F(IdxFolder, RefusesAnotherNumberOfLabelsThanImages) {
  write("train-labels-idx1-ubyte", label_file("\1\2"));
  EXPECT_TRUE(contains(refusal(), "train-labels-idx1-ubyte: 2 labels, want 3"));
}

TEST_F(IdxFolder, RefusesTestImagesOfAnotherSize) {
  write("t10k-images-idx3-ubyte.gz", gzip(image_file(2, 3, 2, "ddddddeeeeee")));
  EXPECT_TRUE(contains(refusal(), "t10k-images-idx3-ubyte.gz: images of 1x3x2, want 1x2x3"));
}

TEST_F(IdxFolder, NamesTheFileThatIsMissing) {
  std::filesystem::remove(dir_ / "t10k-labels-idx1-ubyte.gz");
  EXPECT_TRUE(contains(refusal(ErrorKind::kIo), "t10k-labels-idx1-ubyte: not found"));
}

TEST_F(IdxFolder, NamesTheFileThatIsBroken) {
  write("train-images-idx3-ubyte", image_file(3, 2, 3, "short"));
  EXPECT_TRUE(contains(refusal(), "train-images-idx3-ubyte: sizes 3x2x3 promise 18 bytes"));
}

}  // namespace
}  // namespace lenet
