// Image files, against PIL (tests/golden/make_images.py).
#include "lenet/image.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/test_files.h"

namespace lenet {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(LENET_GOLDEN_DIR) / "images";

nlohmann::json expected() { return nlohmann::json::parse(std::ifstream(kFolder / "pixels.json")); }

std::string bytes_of(const std::string& name) { return read_file(kFolder / name, 1 << 20); }

class ImageOf : public testing::TestWithParam<std::string> {};

TEST_P(ImageOf, HasThePixelsThatPilReads) {
  const Image image = read_image(kFolder / GetParam());
  const auto planes = expected().at("pixels").at(GetParam());
  const auto height = expected().at("heights").at(GetParam()).get<std::int64_t>();
  ASSERT_EQ(image.shape, (Shape{std::ssize(planes), height, 35 / height}));
  std::vector<std::uint8_t> want;
  for (const auto& plane : planes) {
    for (const auto& value : plane) want.push_back(value.get<std::uint8_t>());
  }
  EXPECT_EQ(image.pixels, want);
}

TEST_P(ImageOf, CutAnywhereIsReadOrRefused) {
  const std::string bytes = bytes_of(GetParam());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    try {
      decode_image(std::string_view(bytes).substr(0, size), "cut");
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kBadInput);
      EXPECT_TRUE(contains(e.what(), "cut"));
    }
  }
}

/// All files whose pixels are known.
std::vector<std::string> files() {
  std::vector<std::string> names;
  const nlohmann::json heights = expected().at("heights");
  for (const auto& [name, height] : heights.items()) names.push_back(name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Files, ImageOf, testing::ValuesIn(files()));

TEST(Image, IsToldApartByItsFirstBytes) {
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [] { decode_image("GIF9", "a.png"); }),
                       "a.png: no image that lenet reads, want PNG, JPEG, BMP, GIF, TIFF, WebP or "
                       "PNM"));
  error_of(ErrorKind::kBadInput, [] { decode_image("", "empty"); });
  error_of(ErrorKind::kIo, [] { read_image("nowhere.png"); });
}

TEST(Image, PnmInTextWithCommentsAnd16Bits) {
  const Image text = decode_image("P2 # grey\n2 #two\n 1\n4\n0 3", "a");
  EXPECT_EQ(text.shape, (Shape{1, 1, 2}));
  EXPECT_EQ(text.pixels, (std::vector<std::uint8_t>{0, 191}));
  const Image colour = decode_image("P3 1 2 255 1 2 3 4 5 6", "a");
  EXPECT_EQ(colour.pixels, (std::vector<std::uint8_t>{1, 4, 2, 5, 3, 6}));
  const Image deep = decode_image(std::string("P5 2 1 65535\n\xff\xff\x80\x00", 17), "a");
  EXPECT_EQ(deep.pixels, (std::vector<std::uint8_t>{255, 128}));
}

TEST(Image, PbmHasBlackForOneAndNeedsNoBlanks) {
  const Image text = decode_image("P1 3 2 101\n0 1#end of row\n 0", "a");
  EXPECT_EQ(text.shape, (Shape{1, 2, 3}));
  EXPECT_EQ(text.pixels, (std::vector<std::uint8_t>{0, 255, 0, 255, 0, 255}));
  const Image bits = decode_image(std::string("P4 9 2\n\x80\x80\x01\0", 11), "a");
  EXPECT_EQ(bits.shape, (Shape{1, 2, 9}));
  EXPECT_EQ(bits.pixels, (std::vector<std::uint8_t>{0, 255, 255, 255, 255, 255, 255, 255, 0,  //
                                                    255, 255, 255, 255, 255, 255, 255, 0, 255}));
}

TEST(Image, RefusesPnmThatIsBroken) {
  const auto message = [](const std::string& bytes) {
    return error_of(ErrorKind::kBadInput, [&] { decode_image(bytes, "a"); });
  };
  EXPECT_TRUE(contains(message("P2 2 1 0 0 0"), "largest value 0, want 1 to 65535"));
  EXPECT_TRUE(contains(message("P2 2 1 65536 0 0"), "largest value 65536"));
  EXPECT_TRUE(contains(message("P2 2 1 4 0 5"), "pixel 5, want at most 4"));
  EXPECT_TRUE(contains(message("P2 2 x"), "no number for the height at byte 5"));
  EXPECT_TRUE(contains(message("P5 100 100 255 123"), "3 bytes of pixels, want at least 10000"));
  EXPECT_TRUE(contains(message("P5 100 100 255"), "0 bytes of pixels, want at least 10000"));
  EXPECT_TRUE(contains(message("P5 0 1 255 "), "0x1 pixels"));
  EXPECT_TRUE(contains(message("P5 16385 1 255 "), "16385x1 pixels, want 1 to 16384 a side"));
  EXPECT_TRUE(contains(message("P5 99999999999 1 255 "), "width above 1000000"));
  EXPECT_TRUE(contains(message("P1 2 2 0"), "2 bytes of pixels, want at least 4"));
  EXPECT_TRUE(contains(message("P1 2 1 0x"), "no 0 or 1 for the pixel at byte 8"));
  EXPECT_TRUE(contains(message("P4 9 1 a"), "1 bytes of pixels, want at least 2"));
}

TEST(Image, RefusesSizesBeyondTheLimitsBeforeItTakesMemory) {
  std::string png = bytes_of("grey.png");
  png[16] = 0x10;  // the width: 2^28
  error_of(ErrorKind::kBadInput, [&] { decode_image(png, "a"); });
}

TEST(Image, ResizedIsTheMeanOfTheArea) {
  const Image big = read_image(kFolder / "big.png");
  const std::vector<Shape> sizes = {{1, 10, 15}, {1, 6, 7}, {1, 19, 28}, {1, 7, 30}};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Image small = resized(big, sizes[i]);
    const auto want = expected().at("means").at(i).get<std::vector<double>>();
    ASSERT_EQ(small.pixels.size(), want.size());
    for (std::size_t p = 0; p < want.size(); ++p) {
      EXPECT_LE(std::abs(small.pixels[p] - want[p]), 0.5 + 1e-9) << i << " " << p;
    }
  }
}

TEST(Image, ResizedToAHalfIsPilsBoxFilter) {
  const Image half = resized(read_image(kFolder / "big.png"), {1, 10, 15});
  const auto want = expected().at("half").get<std::vector<int>>();
  for (std::size_t p = 0; p < want.size(); ++p) {
    EXPECT_LE(std::abs(half.pixels[p] - want[p]), 1) << p;  // PIL rounds after the columns, too
  }
}

TEST(Image, ResizedByHandAndEnlarged) {
  const Image image{{1, 2, 3}, {0, 30, 60, 90, 120, 150}};
  EXPECT_EQ(resized(image, {1, 1, 1}).pixels, (std::vector<std::uint8_t>{75}));
  // Columns cover 1 1/2 pixels: (0 + 15) / 1.5, (15 + 60) / 1.5, in both rows.
  EXPECT_EQ(resized(image, {1, 2, 2}).pixels, (std::vector<std::uint8_t>{10, 50, 100, 140}));
  EXPECT_EQ(resized(image, {1, 4, 3}).pixels,
            (std::vector<std::uint8_t>{0, 30, 60, 0, 30, 60, 90, 120, 150, 90, 120, 150}));
}

TEST(Image, ResizedTurnsColourToGreyAsPilAndGreyToColour) {
  const Image colour = read_image(kFolder / "colour.png");
  EXPECT_EQ(resized(colour, {1, 5, 7}).pixels,
            expected().at("grey_of_colour").get<std::vector<std::uint8_t>>());
  const Image grey{{1, 1, 2}, {5, 9}};
  EXPECT_EQ(resized(grey, {3, 1, 2}).pixels, (std::vector<std::uint8_t>{5, 9, 5, 9, 5, 9}));
  error_of(ErrorKind::kUsage, [&] { resized(grey, {2, 1, 2}); });
  error_of(ErrorKind::kUsage, [&] { resized(grey, {10}); });
}

TEST(Image, Inverted) {
  Image image{{1, 1, 2}, {0, 200}};
  invert(image);
  EXPECT_EQ(image.pixels, (std::vector<std::uint8_t>{255, 55}));
}

class ImageFile : public TestFolder {};

TEST_F(ImageFile, WrittenAsPngIsReadBack) {
  for (const char* name : {"grey.png", "colour.png"}) {
    const Image image = read_image(kFolder / name);
    write_png(dir_ / "copy.png", image);
    const Image copy = read_image(dir_ / "copy.png");
    EXPECT_EQ(copy.shape, image.shape);
    EXPECT_EQ(copy.pixels, image.pixels);
  }
  error_of(ErrorKind::kIo, [&] { write_png(dir_ / "no" / "where.png", {{1, 1, 1}, {0}}); });
}

}  // namespace
}  // namespace lenet
