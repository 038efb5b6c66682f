#include <string>

#include "data/test_files.h"
#include "formats/formats.h"

namespace lenet {
namespace {

Part parse(const std::string& text, const Shape& size = {}) {
  return parse_csv(text, {.size = size}, "a.csv");
}

std::string refusal(const std::string& text, const Shape& size = {}) {
  return error_of(ErrorKind::kBadInput, [&] { parse(text, size); });
}

TEST(Csv, TakesLabelAndPixelsOfASquare) {
  const Part part = parse("label,pixel0,pixel1,pixel2,pixel3\n7,1,2,3,4\n0,255,0,9,10\n");
  EXPECT_EQ(part.image_shape, (Shape{1, 2, 2}));
  EXPECT_EQ(part.labels, (std::vector<Label>{7, 0}));
  EXPECT_EQ(part.pixels[3], 4);
  EXPECT_EQ(part.pixels[4], 255);
}

TEST(Csv, WithoutAHeaderTheFirstColumnIsTheLabel) {
  const Part part = parse("3,1,2,3,4\n");
  EXPECT_EQ(part.labels, (std::vector<Label>{3}));
  EXPECT_EQ(part.pixels[0], 1);
}

TEST(Csv, TheHeaderSaysWhichColumnIsTheLabel) {
  const Part part = parse("a,b,label,c,d\n1,2,9,3,4\n");
  EXPECT_EQ(part.labels, (std::vector<Label>{9}));
  EXPECT_EQ(part.pixels[2], 3);
}

TEST(Csv, ReadsAHeaderOfNumbersBesideLabelAndQuotes) {
  EXPECT_EQ(parse("\"label\",0,1,2,3\n5,1,2,3,4\n").labels, (std::vector<Label>{5}));
}

TEST(Csv, TakesCarriageReturnsBlankLinesAMarkAndNoLastNewline) {
  const Part part = parse("\xef\xbb\xbflabel,p\r\n\r\n1,2\r\n0, 3");
  EXPECT_EQ(part.labels, (std::vector<Label>{1, 0}));
  EXPECT_EQ(part.pixels[1], 3);
}

TEST(Csv, TheSizeGivesOtherShapesThanSquares) {
  EXPECT_EQ(parse("1,1,2,3,4,5,6\n", {2, 3}).image_shape, (Shape{1, 2, 3}));
  EXPECT_TRUE(contains(refusal("1,1,2,3,4,5,6\n"), "row 1: 7 columns are a label and 6 pixels"));
  EXPECT_TRUE(contains(refusal("1,1,2,3,4\n", {2, 3}), "4 pixels, want 6 for images of 2x3"));
}

TEST(Csv, NamesRowAndColumnOfWhatIsNoPixel) {
  std::string text = "label,p\n";
  for (int row = 2; row < 17'203; ++row) text += "1,2\n";
  EXPECT_EQ(refusal(text + "1,256\n"),
            "a.csv: row 17,203: column 2: found pixel \"256\", want a whole number from 0 to 255");
  for (const char* pixel : {"-1", "1.5", "x", "", "99999999999999999999", "0x10", "+1"}) {
    const std::string message = refusal(std::string("1,1,2,3,") + pixel + "\n");
    EXPECT_TRUE(contains(message, "row 1: column 5: found pixel \"" + std::string(pixel) + "\""));
  }
}

TEST(Csv, TakesLabelsOfAnyNumberOfClasses) {
  EXPECT_EQ(parse("label,p\n65535,2\n300,4\n").labels, (std::vector<Label>{65'535, 300}));
}

TEST(Csv, RefusesLabelsThatAreNoClasses) {
  EXPECT_TRUE(contains(refusal("label,p\n-1,2\n"), "row 2: column 1: found label \"-1\""));
  EXPECT_TRUE(contains(refusal("label,p\n65536,2\n"), "want a whole number from 0 to 65535"));
}

TEST(Csv, RefusesRowsOfOtherLengths) {
  EXPECT_TRUE(contains(refusal("1,2\n1,2,3\n"), "row 2: 3 columns, want 2 as above"));
  EXPECT_TRUE(contains(refusal("1,2\n1\n"), "row 2: 1 columns, want 2 as above"));
}

TEST(Csv, RefusesImagesWithoutLabels) {
  const std::string message = refusal("pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n");
  EXPECT_TRUE(contains(message, "no column is called label in this header (pixel0, ..., pixel3)"));
  EXPECT_TRUE(contains(message, "--test-split"));
}

TEST(Csv, RefusesFilesWithoutRows) {
  for (const char* text : {"", "\n\n", "label,p\n"}) {
    EXPECT_TRUE(contains(refusal(text), "no rows of numbers"));
  }
}

TEST(Csv, RefusesNulBytesAndOneColumn) {
  EXPECT_TRUE(contains(refusal(std::string("1,2\n1,\0\n", 8)), "row 2: a NUL byte"));
  EXPECT_TRUE(contains(refusal("5\n6\n"), "row 1: one column"));
}

class CsvFolder : public TestFolder {};

TEST_F(CsvFolder, TakesTrainAndTest) {
  write_file(dir_ / "train.csv", "label,p\n2,10\n0,11\n");
  write_file(dir_ / "test.csv", "label,p\n1,12\n");
  ASSERT_EQ(data_format(dir_), DataFormat::kCsv);
  const auto [train, test] = load_data(dir_);
  EXPECT_EQ(train.size(), 2);
  EXPECT_EQ(test.image(0)[0], 12);
  EXPECT_EQ(test.classes(), 3);
}

TEST_F(CsvFolder, RefusesTestLabelsAboveThoseOfTraining) {
  write_file(dir_ / "train.csv", "label,p\n0,10\n");
  write_file(dir_ / "test.csv", "label,p\n1,12\n");
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [&] { load_data(dir_); }),
                       "test.csv: label 1 at image 0, want at most 0, the largest of train.csv"));
}

TEST_F(CsvFolder, WantsTheWordTrainInANameUnlessItIsTheOnlyFile) {
  write_file(dir_ / "digits.csv", "label,p\n0,10\n");
  EXPECT_EQ(load_data(dir_, {.test_split = 0, .test_optional = true}).first.size(), 1);
  write_file(dir_ / "latest.csv", "label,p\n0,10\n");
  EXPECT_TRUE(contains(error_of(ErrorKind::kIo, [&] { load_data(dir_); }),
                       "none of its 2 CSV files has train in its name"));
}

TEST_F(CsvFolder, TakesSubsetsByTheWordsOfTheirNames) {
  write_file(dir_ / "fashion-mnist_train.csv", "label,p\n2,10\n0,11\n");
  write_file(dir_ / "fashion-mnist_valid.CSV", "label,p\n1,12\n");
  write_file(dir_ / "sample_submission.csv", "id,label\n1,12\n");
  std::string notes;
  const LoadOptions how = {.note = [&](const std::string& note) { notes += note; }};
  const Dataset valid = load_data(dir_, how).second;
  EXPECT_EQ(valid.image(0)[0], 12);
  EXPECT_TRUE(contains(notes, "fashion-mnist_valid.CSV: the test set, as there is no other"));
  EXPECT_TRUE(contains(notes, "sample_submission.csv: not used"));
  write_file(dir_ / "fashion-mnist_test.csv", "label,p\n1,13\n");
  const Dataset test = load_data(dir_, how).second;
  EXPECT_EQ(test.image(0)[0], 13);
  EXPECT_TRUE(contains(notes, "fashion-mnist_valid.CSV: not used"));
  write_file(dir_ / "train.csv", "label,p\n1,13\n");
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { load_data(dir_); }),
                       "are both of one subset by their names"));
}

TEST_F(CsvFolder, RefusesATestSetOfAnotherSplit) {
  write_file(dir_ / "emnist-balanced-train.csv", "label,p\n2,10\n0,11\n");
  write_file(dir_ / "emnist-letters-test.csv", "label,p\n1,12\n");
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { load_data(dir_); }),
                       "balanced and letters are two splits"));
}

TEST_F(CsvFolder, LeavesRowsWithoutLabelsOutAndSaysSo) {
  write_file(dir_ / "train.csv", "label,a\n2,10\n0,11\n2,12\n0,13\n");
  write_file(dir_ / "test.csv", "a\n12\n");
  std::string notes;
  const LoadOptions how = {.test_split = 0.5,
                           .note = [&](const std::string& note) { notes += note; }};
  EXPECT_EQ(load_data(dir_, how).second.size(), 2);
  EXPECT_TRUE(contains(notes, "test.csv: not used, as it has no labels"));
}

/// The same two images of 2x2, in other clothes.
TEST(Csv, OfEveryCommonLayoutHoldsTheSame) {
  const std::vector<std::string> layouts = {
      "7,1,2,3,4\n0,255,0,9,10\n",
      "7;1;2;3;4\n0;255;0;9;10\n",
      "7\t1\t2\t3\t4\n0\t255\t0\t9\t10\n",
      "7.0,1.0,2.0,3.0,4.0\n0.0,2.55e2,0,9,10\n",
      "7,1,2,3,4\r0,255,0,9,10\r",
      "Label,a,b,c,d\n7,1,2,3,4\n0,255,0,9,10\n",
      "a,b,c,d,class\n1,2,3,4,7\n255,0,9,10,0\n",
      "a,b,c,d,TARGET\n1,2,3,4,7\n255,0,9,10,0\n",
      ",label,a,b,c,d\n0,7,1,2,3,4\n1,0,255,0,9,10\n",
      "Unnamed: 0,label,a,b,c,d\n0,7,1,2,3,4\n1,0,255,0,9,10\n",
      "index;label;a;b;c;d\n1000;7;1;2;3;4\n2000;0;255;0;9;10\n"};
  for (const std::string& text : layouts) {
    const Part part = parse(text);
    EXPECT_EQ(part.image_shape, (Shape{1, 2, 2})) << text;
    EXPECT_EQ(part.labels, (std::vector<Label>{7, 0})) << text;
    const std::vector<int> pixels(part.pixels.get(), part.pixels.get() + 8);
    EXPECT_EQ(pixels, (std::vector<int>{1, 2, 3, 4, 255, 0, 9, 10})) << text;
  }
}

TEST(Csv, TakesAHeaderOfNumbers) {
  const std::string row = "7,1,2,3,4,5,6,7,8,9";
  for (const std::string& text :
       {"0,1,2,3,4,5,6,7,8,9\n" + row + "\n", ",0,1,2,3,4,5,6,7,8,9\n41," + row + "\n"}) {
    const Part part = parse(text);
    EXPECT_EQ(part.labels, (std::vector<Label>{7})) << text;
    EXPECT_EQ(part.pixels[8], 9) << text;
  }
}

TEST(Csv, OfUtf16IsRead) {
  const std::string text = "label,a\n7,1\n";
  std::string little = "\xff\xfe", big = "\xfe\xff";
  for (const char c : text) {
    little += std::string{c, '\0'};
    big += std::string{'\0', c};
  }
  for (const std::string& bytes : {little, big, little + "x"}) {
    EXPECT_EQ(parse(bytes).labels, (std::vector<Label>{7}));
  }
}

TEST(Csv, NamesALabelThatMayStandLast) {
  const auto notes_of = [](const std::string& text) {
    std::string notes;
    parse_csv(text, {.note = [&](const std::string& note) { notes += note; }}, "a.csv");
    return notes;
  };
  EXPECT_TRUE(
      contains(notes_of("0,1,2,3,4\n0,255,0,9,10\n"), "where the last column is the label"));
  EXPECT_EQ(notes_of("0,1,2,3,4\n1,255,0,9,10\n"), "");
  EXPECT_EQ(notes_of("0,1,2,3,4\n0,255,0,9,4\n"), "");
  EXPECT_EQ(notes_of("label,a,b,c,d\n0,1,2,3,4\n0,255,0,9,10\n"), "");
}

TEST(Csv, TellsAnIndexColumnApart) {
  EXPECT_TRUE(contains(refusal("0,7,1,2,3,4\n1,0,255,0,9,10\n"),
                       "or is the first column the number of the row?"));
  EXPECT_TRUE(contains(refusal("index,label\n0,7\n"), "no column of pixels"));
}

}  // namespace
}  // namespace lenet
