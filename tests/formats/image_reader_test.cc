// Many image files: on any number of threads, with broken ones among them.
#include <algorithm>
#include <thread>

#include "data/test_files.h"
#include "image/image_bytes.h"
#include "lenet/load_data.h"

namespace lenet {
namespace {

class ImageReading : public TestFolder {
 protected:
  void write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((dir_ / name).parent_path());
    write_file(dir_ / name, bytes);
  }
  /// 40 grey images of two classes, of which image i has the value i.
  void put_images() const {
    for (int i = 0; i < 40; ++i) write(name_of(i), image(i));
  }
  static std::string name_of(int i) {
    return (i < 20 ? "a/" : "b/") + std::to_string(100 + i) + ".pgm";
  }
  static std::string image(int value) {
    return "P5 2 2 255\n" + std::string(4, static_cast<char>(value));
  }
  LoadOptions options() {
    notes_.clear();
    return {.test_optional = true,
            .note = [this](const std::string& note) { notes_ += note + "\n"; }};
  }
  Dataset load(const LoadOptions& how) const { return load_data(dir_, how).first; }
  std::string refusal(const LoadOptions& how) const {
    return error_of(ErrorKind::kBadInput, [&] { load(how); });
  }

  std::string notes_;
};

TEST_F(ImageReading, HasTheOrderOfTheNamesOnAnyNumberOfThreads) {
  put_images();
  for (const int threads : {1, 2, 3, 8, 100}) {
    LoadOptions how = options();
    how.threads = threads;
    const Dataset data = load(how);
    ASSERT_EQ(data.size(), 40);
    for (std::int64_t i = 0; i < 40; ++i) {
      ASSERT_EQ(data.image(i)[3], i);
      ASSERT_EQ(data.label(i), i < 20 ? 0 : 1);
    }
  }
}

TEST_F(ImageReading, NamesTheFirstBrokenFileOnAnyNumberOfThreads) {
  put_images();
  for (const int broken : {7, 8, 9, 23, 39}) write(name_of(broken), "P5 2 2 255\n1");
  for (const int threads : {1, 2, 8}) {
    for (int i = 0; i < 20; ++i) {
      LoadOptions how = options();
      how.threads = threads;
      const std::string message = refusal(how);
      ASSERT_TRUE(contains(message, "a/107.pgm: 1 bytes of pixels, want at least 4"));
      ASSERT_TRUE(contains(message, "; --skip-broken leaves out such files"));
    }
  }
}

TEST_F(ImageReading, LeavesOutBrokenFilesAndCountsThem) {
  put_images();
  for (const int broken : {0, 8, 39}) write(name_of(broken), "P5 2 2 255\n1");
  LoadOptions how = options();
  how.skip_broken = true;
  const Dataset data = load(how);
  ASSERT_EQ(data.size(), 37);
  EXPECT_EQ(data.image(0)[0], 1);
  EXPECT_EQ(data.image(7)[0], 9);
  EXPECT_EQ(std::ranges::count(data.labels(), 0), 18);
  EXPECT_TRUE(contains(notes_, "3 files left out as broken, the first: "));
  EXPECT_TRUE(contains(notes_, "a/100.pgm: 1 bytes of pixels"));
}

TEST_F(ImageReading, RefusesImagesOfAnotherSizeAlsoWhereBrokenOnesAreLeftOut) {
  put_images();
  write(name_of(0), "none");
  write(name_of(5), "P5 1 1 255\n1");
  LoadOptions how = options();
  how.skip_broken = true;
  const std::string message = refusal(how);
  EXPECT_TRUE(contains(message, "a/105.pgm: 1x1 pixels (height x width), but"));
  EXPECT_TRUE(contains(message, "a/101.pgm has 2x2"));
}

TEST_F(ImageReading, RefusesAClassOfWhichNothingIsLeft) {
  put_images();
  for (int i = 20; i < 40; ++i) write(name_of(i), "none");
  LoadOptions how = options();
  how.skip_broken = true;
  EXPECT_TRUE(contains(refusal(how), "b: all images of this class are broken; add some, or"));
  for (int i = 0; i < 20; ++i) write(name_of(i), "none");
  EXPECT_TRUE(contains(refusal(how), "all images are broken"));
}

TEST_F(ImageReading, NotesDamagedFilesThatHaveAllPixels) {
  for (const char* name : {"a/1.png", "b/1.png"}) {
    std::filesystem::create_directories((dir_ / name).parent_path());
    write_png(dir_ / name, {{1, 1, 2}, {3, 4}});
  }
  const std::string whole = read_file(dir_ / "b/1.png", 1000);
  write("b/1.png", whole.substr(0, whole.size() - 12));
  EXPECT_EQ(load(options()).size(), 2);
  EXPECT_TRUE(contains(notes_, "1 damaged file taken, as all pixels are there, the first: "));
  EXPECT_TRUE(contains(notes_, "b/1.png: the file is cut"));
}

TEST_F(ImageReading, TellsItsProgressToTheThreadThatLoads) {
  put_images();
  for (const int threads : {1, 4}) {
    std::vector<std::int64_t> calls;
    LoadOptions how = options();
    how.threads = threads;
    const std::thread::id own = std::this_thread::get_id();
    how.progress = [&](std::int64_t done, std::int64_t all) {
      EXPECT_EQ(std::this_thread::get_id(), own);
      EXPECT_EQ(all, 40);
      calls.push_back(done);
    };
    load(how);
    ASSERT_FALSE(calls.empty());
    EXPECT_TRUE(std::ranges::is_sorted(calls));
    EXPECT_EQ(calls.back(), 40);
  }
}

TEST_F(ImageReading, SkipsNothingInOtherFormats) {
  write("a.csv", "0,1,2,3,4\n1,2,3,4,5\n");
  EXPECT_TRUE(contains(
      error_of(ErrorKind::kUsage, [&] { load_data(dir_ / "a.csv", {.skip_broken = true}); }),
      "--skip-broken is for image files"));
}

}  // namespace
}  // namespace lenet
