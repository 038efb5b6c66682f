// Folders of image files, one a class.
#include <algorithm>

#include "data/test_files.h"
#include "lenet/image.h"
#include "lenet/load_data.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

class ImageFolder : public TestFolder {
 protected:
  /// An image of one value, written as PNG or, by the name's ending, as PGM.
  void put(const std::string& file, std::uint8_t value, const Shape& shape = {1, 2, 2}) const {
    fs::create_directories((dir_ / file).parent_path());
    const Image image{
        shape, std::vector<std::uint8_t>(static_cast<std::size_t>(element_count(shape)), value)};
    if (!file.ends_with(".pgm")) return write_png(dir_ / file, image);
    write_file(dir_ / file, "P5 2 2 255\n" + std::string(4, static_cast<char>(value)));
  }

  std::string refusal(const LoadOptions& options = {.test_split = 0.5}) const {
    return error_of(ErrorKind::kBadInput, [&] { load_data(dir_, options); });
  }
};

TEST_F(ImageFolder, OfTrainAndTestHasClassesAndFilesInTheOrderOfTheirNames) {
  put("train/b/2.png", 4);
  put("train/b/1.PNG", 3);
  put("train/a/x/deeper.pgm", 2);
  put("train/a/one.png", 1);
  put("test/b/t.png", 5);
  write_file(dir_ / "train/a/notes.txt", "not an image");
  write_file(dir_ / "train/a/.hidden.png", "nor this");
  ASSERT_EQ(data_format(dir_), DataFormat::kImages);
  const auto [train, test] = load_data(dir_);
  EXPECT_EQ(train.class_names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(train.image_shape(), (Shape{1, 2, 2}));
  ASSERT_EQ(train.size(), 4);
  const std::uint8_t values[] = {1, 2, 3, 4}, labels[] = {0, 0, 1, 1};
  for (std::int64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(train.image(i)[3], values[i]);
    EXPECT_EQ(train.label(i), labels[i]);
  }
  ASSERT_EQ(test.size(), 1);
  EXPECT_EQ(test.label(0), 1);
  EXPECT_EQ(test.class_names(), train.class_names());
}

TEST_F(ImageFolder, MayHaveImagesOfEveryFormatWhateverTheirEndings) {
  const fs::path golden = fs::path(LENET_GOLDEN_DIR) / "images";
  int files = 0;
  for (const char* name : {"grey.bmp", "bare.dib", "grey.gif", "lossy.webp", "grey.tif", "bits.pbm",
                           "grey.jpg", "grey.png"}) {
    fs::create_directories(dir_ / "a");
    const std::string ending = fs::path(name).extension().string();
    fs::copy(golden / name, dir_ / "a" / (std::to_string(++files) + ending));
    fs::copy(golden / name, dir_ / "a" / (std::to_string(++files) + ".JPG"));
  }
  EXPECT_EQ(load_data(dir_, {.test_optional = true}).first.size(), files);
}

TEST_F(ImageFolder, WithoutATestSetIsSplitByClasses) {
  for (int i = 0; i < 10; ++i) {
    put("cat/" + std::to_string(i) + ".png", static_cast<std::uint8_t>(i));
    put("dog/" + std::to_string(i) + ".png", static_cast<std::uint8_t>(100 + i));
  }
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { load_data(dir_); }), "--test-split 0.2"));
  const auto [train, test] = load_data(dir_, {.test_split = 0.2});
  EXPECT_EQ(train.size(), 16);
  EXPECT_EQ(std::ranges::count(test.labels(), 0), 2);
  EXPECT_EQ(std::ranges::count(test.labels(), 1), 2);
  const auto [all, none] = load_data(dir_, {.test_optional = true});
  EXPECT_EQ(all.size(), 20);
  EXPECT_EQ(none.size(), 0);
}

TEST_F(ImageFolder, MayHaveAClassOfTrains) {
  put("car/1.png", 1);
  put("train/1.png", 2);
  EXPECT_EQ(load_data(dir_, {.test_optional = true}).first.class_names(),
            (std::vector<std::string>{"car", "train"}));
}

TEST_F(ImageFolder, WithOneColourImageIsAllInColour) {
  put("train/a/grey.png", 7);
  put("train/b/grey.png", 8);
  put("test/a/colour.png", 9, {3, 2, 2});
  const auto [train, test] = load_data(dir_);
  EXPECT_EQ(train.image_shape(), (Shape{3, 2, 2}));
  EXPECT_EQ(test.image_shape(), (Shape{3, 2, 2}));
  for (int i = 0; i < 12; ++i) EXPECT_EQ(train.image(0)[i], 7);
}

TEST_F(ImageFolder, OfGreyImagesIsInColourIfAsked) {
  put("a/grey.png", 7);
  const Dataset data = load_data(dir_, {.test_optional = true, .colour = true}).first;
  ASSERT_EQ(data.image_shape(), (Shape{3, 2, 2}));
  for (int byte = 0; byte < 12; ++byte) EXPECT_EQ(data.image(0)[byte], 7);
}

TEST_F(ImageFolder, OfSeveralSizesNeedsOne) {
  put("a/1.png", 10);
  put("a/2.png", 20, {1, 4, 6});
  put("b/1.png", 30);
  put("b/2.png", 30);
  EXPECT_TRUE(contains(refusal(), "a/2.png: 4x6 pixels (height x width), but"));
  EXPECT_TRUE(contains(refusal(), "--size 2x2"));
  const auto [train, test] = load_data(dir_, {.size = {3, 3}, .test_split = 0.5});
  EXPECT_EQ(train.image_shape(), (Shape{1, 3, 3}));
  EXPECT_EQ(train.size() + test.size(), 4);
}

TEST_F(ImageFolder, RefusesAClassWithoutImages) {
  put("a/1.png", 1);
  fs::create_directory(dir_ / "empty");
  EXPECT_TRUE(contains(refusal(), "empty: no image in this class"));
}

TEST_F(ImageFolder, RefusesTestImagesOfNoClassAndNone) {
  put("train/a/1.png", 1);
  put("train/b/1.png", 1);
  fs::create_directory(dir_ / "test");
  EXPECT_TRUE(contains(refusal({}), "test: no images"));
  put("test/c/1.png", 1);
  EXPECT_TRUE(contains(refusal({}), "test/c: no class of that name to train on, want one of a, b"));
}

TEST_F(ImageFolder, NamesTheFileThatIsBroken) {
  put("a/1.png", 1);
  put("b/1.png", 1);
  write_file(dir_ / "b/2.png", "no image");
  EXPECT_TRUE(contains(refusal(), "b/2.png: no image that lenet reads"));
  write_file(dir_ / "b/2.png", read_file(dir_ / "a/1.png", 1000).substr(0, 40));
  EXPECT_TRUE(contains(refusal(), "b/2.png"));
}

TEST_F(ImageFolder, TakesMoreThan256Classes) {
  for (int i = 0; i < 300; ++i)
    put("class" + std::to_string(1000 + i) + "/1.png", static_cast<std::uint8_t>(i));
  const Dataset data = load_data(dir_, {.test_optional = true}).first;
  EXPECT_EQ(data.classes(), 300);
  EXPECT_EQ(data.label(299), 299);
  EXPECT_EQ(data.image(299)[0], 299 - 256);
}

TEST_F(ImageFolder, RefusesNamesForATerminal) {
  put("a/1.png", 1);
  put("\x1b[31m/1.png", 1);
  EXPECT_TRUE(contains(refusal(), "control character"));
}

TEST_F(ImageFolder, IsNotFollowedInCircles) {
  put("a/1.png", 1);
  put("b/1.png", 2);
  fs::create_directory_symlink(dir_, dir_ / "a/again");
  EXPECT_EQ(load_data(dir_, {.test_optional = true}).first.size(), 2);
}

}  // namespace
}  // namespace lenet
