// Which IDX files of a folder are taken, by their names.
#include "data/test_files.h"
#include "lenet/load_data.h"

namespace lenet {
namespace {

class IdxLayout : public TestFolder {
 protected:
  void write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((dir_ / name).parent_path());
    write_file(dir_ / name, bytes);
  }
  /// Two images of 1x2 whose pixels are `pixel`, with labels 0 and 1.
  void write_pair(const std::string& images, const std::string& labels, char pixel) const {
    write(images, image_file(2, 1, 2, std::string(4, pixel)));
    write(labels, label_file(std::string("\0\1", 2)));
  }
  std::pair<Dataset, Dataset> load(LoadOptions options = {}) {
    notes_.clear();
    options.note = [this](const std::string& note) { notes_ += note + "\n"; };
    return load_data(dir_, options);
  }
  /// The first training and the first test pixel, as letters.
  std::string pixels(const LoadOptions& options = {}) {
    const auto [train, test] = load(options);
    std::string found(1, static_cast<char>(train.image(0)[0]));
    if (test.size() > 0) found += static_cast<char>(test.image(0)[0]);
    return found;
  }
  std::string refusal(const LoadOptions& options = {}, ErrorKind kind = ErrorKind::kUsage) {
    return error_of(kind, [&] { load(options); });
  }

  std::string notes_;
};

TEST_F(IdxLayout, TellsSubsetsByWordsAndNotByLetters) {
  write_pair("latest-training-images", "latest-training-labels", 'a');
  write_pair("contest-validation-images", "contest-validation-labels", 'b');
  EXPECT_EQ(pixels(), "ab");
  EXPECT_TRUE(contains(notes_, "contest-validation-images: the test set, as there is no other"));
  EXPECT_TRUE(contains(notes_, "contest-validation-images: goes with latest-training-images"));
  write_pair("latest-testing-images", "latest-testing-labels", 'c');
  EXPECT_EQ(pixels(), "ac");
  EXPECT_TRUE(contains(notes_, "contest-validation-images: not used, as there is a test set"));
}

TEST_F(IdxLayout, TakesTheFoldersThatKaggleUnpacksFilesInto) {
  for (const std::string name : {"train", "t10k"}) {
    const std::string images = name + "-images-idx3-ubyte", labels = name + "-labels-idx1-ubyte";
    write_pair(images + "/" + images, labels + "/" + labels, name[0]);
  }
  EXPECT_EQ(pixels(), "tt");
  write_pair("train-images.idx3-ubyte", "train-labels.idx1-ubyte", 'a');
  EXPECT_EQ(pixels(), "at") << "the file beside the folder";
}

TEST_F(IdxLayout, PrefersThePlainFileAndTakesTheOnlyPairByAnyName) {
  write_pair("x", "y", 'a');
  write("x.gz", gzip(image_file(1, 1, 1, "b")));
  EXPECT_EQ(pixels({.test_optional = true}), "a");
  EXPECT_EQ(notes_, "");
}

TEST_F(IdxLayout, SaysThatALoneTestSetIsTakenWhole) {
  write_pair("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 'a');
  EXPECT_EQ(pixels({.test_optional = true}), "a");
  EXPECT_TRUE(contains(notes_, "t10k-images-idx3-ubyte: taken whole, as there is no other set"));
}

TEST_F(IdxLayout, NamesWhatItDoesNotUse) {
  write_pair("train-images", "train-labels", 'a');
  write("xnist-images", image_file(1, 1, 1, "b"));
  EXPECT_EQ(pixels({.test_optional = true}), "a");
  EXPECT_TRUE(contains(notes_, "xnist-images: not used, as its name has neither train nor test"));
}

TEST_F(IdxLayout, RefusesATestSetOfAnotherSplit) {
  write_pair("emnist-balanced-train-images", "emnist-balanced-train-labels", 'a');
  write_pair("emnist-letters-test-images", "emnist-letters-test-labels", 'b');
  EXPECT_TRUE(contains(refusal(),
                       "emnist-balanced-train-images and emnist-letters-test-images: "
                       "balanced and letters are two splits"));
}

TEST_F(IdxLayout, RefusesLabelsOfAnotherSplit) {
  write_pair("emnist-balanced-train-images", "emnist-letters-train-labels", 'a');
  EXPECT_TRUE(contains(refusal({.test_optional = true}), "two splits"));
  write_pair("emnist-balanced-test-images", "emnist-letters-test-labels", 'b');
  EXPECT_TRUE(contains(refusal(), "two splits"));
}

TEST_F(IdxLayout, TakesNamesThatDifferByANumberOrOnOneSide) {
  write_pair("my-train-images-60000", "my-train-labels-60000", 'a');
  write_pair("my-test-images-10000", "my-test-labels-10000", 'b');
  write_pair("my-new-val-images", "my-new-val-labels", 'c');
  EXPECT_EQ(pixels(), "ab");
}

TEST_F(IdxLayout, TakesTheSplitThatIsNamed) {
  for (const std::string split : {"balanced", "letters", "mnist"}) {
    for (const std::string part : {"train", "test"}) {
      const std::string start = "emnist-" + split + "-" + part;
      write_pair(start + "-images-idx3-ubyte", start + "-labels-idx1-ubyte",
                 part == "test" ? 'z' : split[0]);
    }
  }
  EXPECT_EQ(pixels({.split = "letters"}), "lz");
  EXPECT_TRUE(contains(notes_, "EMNIST's images lie on their sides: --transpose"));
  EXPECT_EQ(pixels({.split = "MNIST", .transpose = true}), "mz");
  EXPECT_EQ(notes_, "");
  EXPECT_TRUE(contains(refusal(), "--split balanced: balanced, letters, mnist"));
  EXPECT_TRUE(
      contains(refusal({.split = "digits"}),
               "no split digits by the names of its files; found balanced, letters, mnist"));
  EXPECT_TRUE(contains(refusal({.split = "emnist"}), "--split balanced: balanced, letters, mnist"));
}

TEST_F(IdxLayout, TakesASplitWhoseWordsAnotherHasToo) {
  write_pair("train-images", "train-labels", 'a');
  write_pair("fashion-mnist-train-images", "fashion-mnist-train-labels", 'b');
  write_pair("mnist-train-images", "mnist-train-labels", 'c');
  EXPECT_EQ(pixels({.split = "mnist", .test_optional = true}), "c");
  EXPECT_EQ(pixels({.split = "fashion", .test_optional = true}), "b");
  EXPECT_TRUE(contains(refusal(), "--split fashion-mnist: fashion-mnist, mnist"));
}

TEST_F(IdxLayout, NamesAFileThatIsNotWhatItsNameSays) {
  write("train-images-idx3-ubyte.gz", "<!DOCTYPE html>");
  write("train-labels-idx1-ubyte", label_file("\1"));
  EXPECT_TRUE(contains(refusal({.test_optional = true}, ErrorKind::kBadInput),
                       "train-images-idx3-ubyte.gz: magic 0x3c21444f, want 0x00000803"));
}

TEST_F(IdxLayout, RefusesTwoFilesForOnePlaceAndNamesBoth) {
  write_pair("train-x", "train-y", 'a');
  write("train-z", label_file("\1\2"));
  EXPECT_TRUE(contains(refusal(), "train-y and train-z have one place by their names; keep one"));
}

TEST_F(IdxLayout, SwapsRowsAndColumns) {
  write("train-images", image_file(2, 2, 3, "abcdefghijkl"));
  write("train-labels", label_file(std::string("\0\1", 2)));
  const Dataset train = load({.transpose = true, .test_optional = true}).first;
  EXPECT_EQ(train.image_shape(), (Shape{1, 3, 2}));
  const std::string first(train.image(0), train.image(0) + 6);
  const std::string second(train.image(1), train.image(1) + 6);
  EXPECT_EQ(first, "adbecf");
  EXPECT_EQ(second, "gjhkil");
}

TEST_F(IdxLayout, ReadsTheLabelsOfQmnist) {
  write("qmnist-train-images-idx3-ubyte", image_file(2, 1, 1, "ab"));
  std::string rows;
  for (const int label : {1, 0}) rows += std::string("\0\0\0", 3) + char(label) + std::string(4, 9);
  write("qmnist-train-labels-idx2-int", idx_bytes(0xc02, {2, 2}, rows));
  const Dataset train = load({.test_optional = true}).first;
  EXPECT_EQ(train.label(0), 1);
  EXPECT_EQ(train.label(1), 0);
}

}  // namespace
}  // namespace lenet
