// Which folders of images are taken for what.
#include "formats/image_layout.h"

#include "base/text.h"
#include "data/test_files.h"
#include "lenet/image.h"
#include "lenet/load_data.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

class ImageFolders : public TestFolder {
 protected:
  void put(const std::string& file) const {
    fs::create_directories((dir_ / file).parent_path());
    write_png(dir_ / file, Image{{1, 2, 2}, std::vector<std::uint8_t>(4, 9)});
  }
  void put_classes(const std::string& folder) const {
    put(folder + "/a/1.png");
    put(folder + "/b/1.png");
  }
  std::string pair_of(const std::string& train, const std::string& test) {
    notes_.clear();
    const ImageLayout found =
        image_layout(dir_, [this](const std::string& note) { notes_ += note + "\n"; });
    EXPECT_EQ(found.train, train.empty() ? dir_ : dir_ / train);
    EXPECT_EQ(found.test.value_or(""), test.empty() ? fs::path() : dir_ / test);
    return notes_;
  }

  std::string notes_;
};

TEST_F(ImageFolders, OfTrainingAndTestingAreASplit) {
  for (const auto& [train, test] :
       std::vector<std::pair<std::string, std::string>>{{"train", "test"},
                                                        {"training", "testing"},
                                                        {"Train", "Test"},
                                                        {"seg_train", "seg_test"},
                                                        {"train", "val"},
                                                        {"train", "valid"},
                                                        {"train", "validation"}}) {
    put_classes(train);
    put_classes(test);
    pair_of(train, test);
    fs::remove_all(dir_ / train);
    fs::remove_all(dir_ / test);
  }
}

TEST_F(ImageFolders, OfTheSameNameBelowAreGoneInto) {
  put_classes("seg_train/seg_train");
  put_classes("seg_test/seg_test");
  put("seg_pred/seg_pred/1.png");
  EXPECT_TRUE(contains(pair_of("seg_train/seg_train", "seg_test/seg_test"), "seg_pred: not used"));
}

/// As archives unpack.
TEST_F(ImageFolders, InOneFolderAloneAreTheData) {
  put_classes("flowers");
  EXPECT_TRUE(contains(pair_of("flowers", ""), "flowers: the data, the only folder there"));
  fs::create_directories(dir_ / "data");
  fs::rename(dir_ / "flowers", dir_ / "data/flowers");
  pair_of("data/flowers", "");
  fs::rename(dir_ / "data/flowers", dir_ / "all");
  fs::create_directories(dir_ / "data/flowers");
  fs::rename(dir_ / "all", dir_ / "data/flowers/train");
  put_classes("data/flowers/test");
  pair_of("data/flowers/train", "data/flowers/test");
}

TEST_F(ImageFolders, OfOneClassStayOne) {
  put("cat/1.png");
  put("cat/more/1.png");
  put("cat/others/1.png");
  pair_of("", "");
  std::string notes;
  load_data(dir_, {.test_optional = true, .note = [&](const std::string& note) { notes += note; }});
  EXPECT_TRUE(contains(notes, "one class, cat: there is nothing to tell apart"));
}

TEST_F(ImageFolders, NameAValidationSetThatIsTakenOrNot) {
  put_classes("train");
  put_classes("val");
  EXPECT_TRUE(contains(pair_of("train", "val"), "val: the test set, as there is no other"));
  put_classes("test");
  EXPECT_TRUE(contains(pair_of("train", "test"), "val: not used, as there is a test set"));
}

TEST_F(ImageFolders, WithoutLabelsAreNamedAndNotUsed) {
  put_classes("train");
  put("test/1.png");
  EXPECT_TRUE(contains(pair_of("train", ""), "test: not used, as its images are in no class'"));
  fs::remove_all(dir_ / "test");
  put("test/unknown/1.png");
  EXPECT_TRUE(contains(pair_of("train", ""), "test: not used"));
  put_classes("val");
  EXPECT_TRUE(contains(pair_of("train", "val"), "test: not used"));
}

TEST_F(ImageFolders, OfATestSetAloneAreTakenWhole) {
  put_classes("test");
  EXPECT_TRUE(contains(pair_of("test", ""), "test: taken whole"));
  put_classes("val");
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [&] { image_layout(dir_, {}); }),
                       "val and test, but no training set"));
}

TEST_F(ImageFolders, OfOneSubsetTwiceAreRefused) {
  put_classes("train");
  put_classes("Training");
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [&] { image_layout(dir_, {}); }),
                       "Training and train are both of one subset"));
}

TEST_F(ImageFolders, OfClassesWithSuchWordsAreClasses) {
  put("train/1.png");
  put("test/1.png");
  EXPECT_EQ(pair_of("", ""), "");
  put_classes("steam train");
  put("latest/1.png");
  EXPECT_EQ(pair_of("", ""), "");
}

TEST_F(ImageFolders, CountTheFilesThatAreLeftOut) {
  put_classes("train");
  put("train/a/2.JFIF");
  put("train/a/3.jpe");
  put("train/__MACOSX/a/1.png");
  for (const char* name : {"1.heic", "2.HEIC", "notes.txt", "README", ".DS_Store"}) {
    write_file(dir_ / "train/b" / name, "x");
  }
  const auto load = [&] {
    notes_.clear();
    return load_data(
        dir_, {.test_optional = true, .note = [this](const std::string& note) { notes_ += note; }});
  };
  put("train/loose.png");
  EXPECT_EQ(load().first.size(), 4);
  EXPECT_TRUE(contains(notes_, "train: 1 image in no class' folder: not used"));
  EXPECT_TRUE(contains(notes_, "4 files left out: 1 without an ending, 2 .heic, 1 .txt"));
  fs::remove(dir_ / "train/b/1.png");
  EXPECT_TRUE(contains(
      error_of(ErrorKind::kBadInput, [&] { load(); }),
      "no image in this class (PNG, JPEG, BMP, GIF, TIFF, WebP or PNM; 4 files left out:"));
}

TEST_F(ImageFolders, OfNamesThatAreNotUtf8AreRefusedBeforeTraining) {
  put("a/1.png");
  put("caf\xe9/1.png");
  EXPECT_TRUE(
      contains(error_of(ErrorKind::kBadInput, [&] { load_data(dir_, {.test_optional = true}); }),
               "the name of a class is not UTF-8"));
}

TEST(Utf8, IsToldFromOtherBytes) {
  for (const char* text : {"", "abc", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  for (const char* text : {"caf\xe9", "\xc3", "\xe2\x82", "\x80", "\xc0\x80", "\xe0\x80\x80",
                           "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xff"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
}

}  // namespace
}  // namespace lenet
