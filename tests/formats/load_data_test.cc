// Which format a path holds, CIFAR batches, and IDX files of other names than MNIST's.
#include "lenet/load_data.h"

#include <sys/stat.h>

#include <algorithm>

#include "data/test_files.h"

namespace lenet {
namespace {

class LoadData : public TestFolder {
 protected:
  void write(const std::string& name, const std::string& bytes) const {
    write_file(dir_ / name, bytes);
  }
  std::string refusal(ErrorKind kind = ErrorKind::kBadInput) const {
    return error_of(kind, [&] { load_data(dir_); });
  }
};

/// A record of CIFAR: labels, then 1024 bytes each of red, green and blue.
std::string record(const std::string& labels, char red, char green, char blue) {
  return labels + std::string(1024, red) + std::string(1024, green) + std::string(1024, blue);
}

TEST_F(LoadData, TakesCifar10InTheOrderOfItsBatches) {
  write("data_batch_2.bin", record("\1", 'x', 'y', 'z'));
  write("data_batch_1.bin",
        record(std::string(1, '\0'), 'a', 'b', 'c') + record("\1", 'd', 'e', 'f'));
  write("test_batch.bin", record("\1", 'g', 'h', 'i'));
  write("batches.meta.txt", "airplane\nautomobile\n\n");
  ASSERT_EQ(data_format(dir_), DataFormat::kCifar);
  std::string notes;
  const auto [train, test] =
      load_data(dir_, {.note = [&](const std::string& note) { notes += note; }});
  EXPECT_TRUE(contains(notes, "2 of CIFAR-10's 5 data_batch files"));
  EXPECT_EQ(train.image_shape(), (Shape{3, 32, 32}));
  EXPECT_EQ(train.size(), 3);
  EXPECT_EQ(train.image(1)[1023], 'd');
  EXPECT_EQ(train.image(1)[1024], 'e');
  EXPECT_EQ(train.image(2)[3071], 'z');
  EXPECT_EQ(train.label(0), 0);
  EXPECT_EQ(test.image(0)[0], 'g');
  EXPECT_EQ(test.class_names(), (std::vector<std::string>{"airplane", "automobile"}));
}

TEST_F(LoadData, TakesTheFineLabelOfCifar100) {
  write("train.bin", record("\5\3", 'a', 'b', 'c'));
  write("test.bin", record("\5\2", 'd', 'e', 'f'));
  const auto [train, test] = load_data(dir_);
  EXPECT_EQ(train.label(0), 3);
  EXPECT_EQ(test.label(0), 2);
  EXPECT_EQ(test.image(0)[0], 'd');
}

TEST_F(LoadData, RefusesCifarBatchesThatAreCutOrHaveUnknownLabels) {
  write("data_batch_1.bin", record("\1", 'a', 'b', 'c').substr(1));
  EXPECT_TRUE(contains(refusal(), "data_batch_1.bin: 3072 bytes, want a multiple of 3073"));
  write("data_batch_1.bin", record("\2", 'a', 'b', 'c'));
  write("batches.meta.txt", "airplane\nautomobile\n");
  EXPECT_TRUE(contains(refusal(), "label 2 at image 0, want at most 1, as 2 classes have names"));
}

TEST_F(LoadData, RefusesCifarWithoutABatchToTrainOn) {
  write("test_batch.bin", record("\1", 'a', 'b', 'c'));
  EXPECT_TRUE(contains(refusal(ErrorKind::kIo), "no batch to train on"));
}

TEST_F(LoadData, TellsIdxFilesOfAnyNameByTheirHeaders) {
  write("my-train-x.gz", gzip(image_file(2, 1, 2, "aabb")));
  write("my-train-y", label_file("\1\2"));
  write("my-test-1", label_file("\2"));
  write("my-test-2", image_file(1, 1, 2, "cc"));
  write("README", "notes");
  write(".hidden-train", label_file("\1"));
  ASSERT_EQ(data_format(dir_), DataFormat::kIdx);
  const auto [train, test] = load_data(dir_);
  EXPECT_EQ(train.image(1)[0], 'b');
  EXPECT_EQ(test.label(0), 2);
}

TEST_F(LoadData, RefusesIdxFilesThatAreNotFourInPairs) {
  write("train-x", image_file(2, 1, 2, "aabb"));
  EXPECT_TRUE(contains(refusal(ErrorKind::kIo), "no IDX labels with train in its name"));
  write("train-y", label_file("\1\2"));
  EXPECT_TRUE(contains(refusal(ErrorKind::kUsage), "--test-split"));
  write("test-y", label_file("\1"));
  EXPECT_TRUE(contains(refusal(ErrorKind::kIo), "no IDX images with t10k or test in its name"));
}

TEST_F(LoadData, RefusesOtherFoldersAndFiles) {
  EXPECT_TRUE(contains(refusal(), "no files in the folder; want a folder of IDX"));
  write("notes", "nothing");
  EXPECT_TRUE(contains(refusal(), "a folder of other files; 1 file left out: 1 without an ending"));
  const auto of_file = [&](const std::string& bytes) {
    write("file", bytes);
    return error_of(ErrorKind::kBadInput, [&] { data_format(dir_ / "file"); });
  };
  EXPECT_TRUE(contains(of_file(""), "an empty file"));
  EXPECT_TRUE(contains(of_file("\x89PNG\r\n\x1a\n"), "one image"));
  EXPECT_TRUE(contains(of_file("nothing"), "none of the formats"));
}

TEST_F(LoadData, RefusesWhatIsNotThereAndPipes) {
  EXPECT_TRUE(contains(error_of(ErrorKind::kIo, [&] { load_data(dir_ / "none"); }), "not found"));
  ASSERT_EQ(::mkfifo((dir_ / "pipe").c_str(), 0600), 0);
  EXPECT_TRUE(contains(error_of(ErrorKind::kIo, [&] { load_data(dir_ / "pipe"); }), "want a file"));
}

TEST_F(LoadData, RefusesASizeForImagesThatHaveOne) {
  write("data_batch_1.bin", record("\1", 'a', 'b', 'c'));
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage,
                                [&] {
                                  load_data(dir_, {.size = {28, 28}});
                                }),
                       "leave out --size"));
}

TEST_F(LoadData, TakesAndSplits300Classes) {
  std::string text;
  for (int i = 0; i < 1200; ++i)
    text += std::to_string(i % 300) + "," + std::to_string(i % 256) + "\n";
  write("a.csv", text);
  const auto [train, test] = load_data(dir_ / "a.csv", {.test_split = 0.25});
  EXPECT_EQ(train.classes(), 300);
  ASSERT_EQ(test.size(), 300);
  EXPECT_EQ(std::ranges::count(test.labels(), 299), 1);
}

TEST_F(LoadData, NotesClassesWithoutImages) {
  const auto notes_of = [&](const std::string& text) {
    write("a.csv", text);
    std::string notes;
    load_data(dir_ / "a.csv",
              {.test_optional = true, .note = [&](const std::string& note) { notes += note; }});
    return notes;
  };
  EXPECT_TRUE(contains(notes_of("1,7\n3,7\n1,7\n"),
                       "a.csv: labels from 1 to 3: 2 of 4 classes have no image"));
  EXPECT_TRUE(contains(notes_of("1,7\n2,7\n1,7\n"), "1 of 3 classes has no image"));
  EXPECT_EQ(notes_of("1,7\n0,7\n1,7\n"), "");
}

/// Numbers of rows, say.
TEST_F(LoadData, RefusesLabelsThatCountTheImages) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += std::to_string(i) + ",7\n";
  write("a.csv", text);
  EXPECT_TRUE(contains(
      error_of(ErrorKind::kBadInput, [&] { load_data(dir_ / "a.csv", {.test_split = 0.5}); }),
      "the largest label is 299, for 300 images: more than 256 classes need two "
      "images each; are these the labels?"));
}

TEST_F(LoadData, TheTestSplitIsTheSameEveryTime) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += std::to_string(i % 2) + "," + std::to_string(i) + "\n";
  write("a.csv", text);
  const auto [train, test] = load_data(dir_ / "a.csv", {.test_split = 0.2});
  const auto [again, test_again] = load_data(dir_ / "a.csv", {.test_split = 0.2});
  EXPECT_EQ(train.size(), 32);
  ASSERT_EQ(test.size(), 8);
  for (std::int64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(test.image(i)[0], test_again.image(i)[0]);
    EXPECT_EQ(test.label(i), test.image(i)[0] % 2);
  }
}

}  // namespace
}  // namespace lenet
