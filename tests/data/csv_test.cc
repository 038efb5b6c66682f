#include <string>

#include "data/formats.h"
#include "data/test_files.h"

namespace lenet {
namespace {

Part parse(const std::string& text, const Shape& size = {}) {
  return parse_csv(text, size, "a.csv");
}

std::string refusal(const std::string& text, const Shape& size = {}) {
  return error_of(ErrorKind::kBadInput, [&] { parse(text, size); });
}

TEST(Csv, TakesLabelAndPixelsOfASquare) {
  const Part part = parse("label,pixel0,pixel1,pixel2,pixel3\n7,1,2,3,4\n0,255,0,9,10\n");
  EXPECT_EQ(part.image_shape, (Shape{1, 2, 2}));
  EXPECT_EQ(part.labels, (std::vector<std::uint8_t>{7, 0}));
  EXPECT_EQ(part.pixels[3], 4);
  EXPECT_EQ(part.pixels[4], 255);
}

TEST(Csv, WithoutAHeaderTheFirstColumnIsTheLabel) {
  const Part part = parse("3,1,2,3,4\n");
  EXPECT_EQ(part.labels, (std::vector<std::uint8_t>{3}));
  EXPECT_EQ(part.pixels[0], 1);
}

TEST(Csv, TheHeaderSaysWhichColumnIsTheLabel) {
  const Part part = parse("a,b,label,c,d\n1,2,9,3,4\n");
  EXPECT_EQ(part.labels, (std::vector<std::uint8_t>{9}));
  EXPECT_EQ(part.pixels[2], 3);
}

TEST(Csv, ReadsAHeaderOfNumbersBesideLabelAndQuotes) {
  EXPECT_EQ(parse("\"label\",0,1,2,3\n5,1,2,3,4\n").labels, (std::vector<std::uint8_t>{5}));
}

TEST(Csv, TakesCarriageReturnsBlankLinesAMarkAndNoLastNewline) {
  const Part part = parse("\xef\xbb\xbflabel,p\r\n\r\n1,2\r\n0, 3");
  EXPECT_EQ(part.labels, (std::vector<std::uint8_t>{1, 0}));
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

TEST(Csv, RefusesLabelsThatAreNoBytes) {
  EXPECT_TRUE(contains(refusal("label,p\n-1,2\n"), "row 2: column 1: found label \"-1\""));
  EXPECT_TRUE(contains(refusal("label,p\n256,2\n"), "at most 256 classes"));
}

TEST(Csv, RefusesRowsOfOtherLengths) {
  EXPECT_TRUE(contains(refusal("1,2\n1,2,3\n"), "row 2: 3 columns, want 2 as above"));
  EXPECT_TRUE(contains(refusal("1,2\n1\n"), "row 2: 1 columns, want 2 as above"));
}

TEST(Csv, RefusesImagesWithoutLabels) {
  const std::string message = refusal("pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n");
  EXPECT_TRUE(contains(message, "no column is called label in this header (pixel0, ...)"));
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

TEST_F(CsvFolder, WantsAFileCalledTrain) {
  write_file(dir_ / "digits.csv", "label,p\n0,10\n");
  EXPECT_TRUE(contains(error_of(ErrorKind::kIo, [&] { load_data(dir_); }), "no train.csv"));
}

}  // namespace
}  // namespace lenet
