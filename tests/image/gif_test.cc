// GIFs, written here byte by byte: codes of three bits, with a clear code before each two pixels,
// so that no code is ever longer.
#include <gtest/gtest.h>

#include "image/image_bytes.h"

namespace lenet {
namespace {

/// Pixels from 0 to 3 as LZW codes of a palette of four colours.
std::string packed(const Pixels& pixels) {
  constexpr unsigned kClear = 4, kEnd = 5, kBits = 3;
  std::string block;
  unsigned bits = 0, count = 0;
  const auto put = [&](unsigned code) {
    bits |= code << count;
    for (count += kBits; count >= 8; count -= 8, bits >>= 8) block += static_cast<char>(bits);
  };
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (i % 2 == 0) put(kClear);
    put(pixels[i]);
  }
  put(kEnd);
  block += static_cast<char>(bits);
  return bytes({2, static_cast<int>(block.size())}) + block + bytes({0});
}

constexpr int kGlobalPalette = 0x81;  // of four colours
const std::string kColours = bytes({10, 20, 30, 40, 50, 60, 70, 80, 90, 255, 0, 0});
const std::string kGreys = bytes({0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255});

std::string screen(std::uint32_t width, std::uint32_t height, const std::string& palette) {
  return "GIF89a" + le16(width) + le16(height) +
         bytes({palette.empty() ? 0 : kGlobalPalette, 0, 0}) + palette;
}

struct Frame {
  std::uint32_t left = 0, top = 0, width = 2, height = 1;
  bool interlaced = false;
  std::string palette = {};
};

std::string frame(const Frame& f, const Pixels& pixels) {
  const int flags = (f.palette.empty() ? 0 : kGlobalPalette) | (f.interlaced ? 0x40 : 0);
  return "," + le16(f.left) + le16(f.top) + le16(f.width) + le16(f.height) + bytes({flags}) +
         f.palette + packed(pixels);
}

/// A graphic control: this index is transparent.
std::string transparent(int index) { return "!" + bytes({0xF9, 4, 1, 0, 0, index, 0}); }

const std::string kEnd = ";";

void expect(const std::string& file, const Shape& shape, const Pixels& pixels) {
  const Image image = decode_image(file, "a");
  EXPECT_EQ(image.shape, shape);
  EXPECT_EQ(image.pixels, pixels);
}

TEST(Gif, HasTheColoursOfItsPaletteAndIsGreyWithAGreyOne) {
  expect(screen(2, 1, kColours) + frame({}, {1, 3}) + kEnd, {3, 1, 2}, {40, 255, 50, 0, 60, 0});
  expect(screen(2, 1, kGreys) + frame({}, {1, 3}) + kEnd, {1, 1, 2}, {85, 255});
  expect(screen(2, 1, kGreys) + frame({.palette = kColours}, {0, 2}) + kEnd, {3, 1, 2},
         {10, 70, 20, 80, 30, 90});
}

TEST(Gif, OfSeveralFramesIsItsFirst) {
  const std::string comment = "!" + bytes({0xFE, 2}) + "hi" + bytes({0});
  expect(screen(2, 1, kGreys) + comment + frame({}, {1, 3}) + frame({}, {0, 0}) + kEnd, {1, 1, 2},
         {85, 255});
}

TEST(Gif, IsWhiteWhereItIsTransparentOrHasNoFrame) {
  expect(screen(2, 1, kGreys) + transparent(1) + frame({}, {1, 2}) + kEnd, {1, 1, 2}, {255, 170});
  expect(screen(3, 2, kGreys) + frame({.left = 1, .top = 1}, {0, 1}) + kEnd, {1, 2, 3},
         {255, 255, 255, 255, 0, 85});
  expect(screen(1, 1, kGreys) + frame({.top = 1}, {0, 1}) + kEnd, {1, 2, 2}, {255, 255, 0, 85});
}

TEST(Gif, InterlacedHasItsRowsInOrder) {
  // Rows 0, 4, 2, 1, 3 as they are stored.
  expect(screen(2, 5, kGreys) +
             frame({.height = 5, .interlaced = true}, {0, 0, 1, 1, 2, 2, 3, 3, 0, 3}) + kEnd,
         {1, 5, 2}, {0, 0, 255, 255, 170, 170, 0, 255, 85, 85});
}

TEST(Gif, ThatLacksPixelsOrPartsIsRefused) {
  const std::string good = screen(2, 1, kGreys) + frame({}, {1, 3}) + kEnd;
  EXPECT_TRUE(contains(refusal_of(good.substr(0, 30)), "a: broken or cut GIF: "));
  EXPECT_TRUE(contains(refusal_of(screen(2, 1, kGreys) + frame({}, {1}) + kEnd), "broken or cut"));
  EXPECT_TRUE(contains(refusal_of(screen(2, 1, kGreys) + kEnd), "a GIF without an image"));
  EXPECT_TRUE(contains(refusal_of(screen(2, 1, "") + frame({}, {1, 3}) + kEnd), "without colours"));
  const std::string two_colours = "GIF89a" + le16(2) + le16(1) + bytes({0x80, 0, 0}) +
                                  kGreys.substr(0, 6) + frame({}, {1, 2}) + kEnd;
  EXPECT_TRUE(contains(refusal_of(two_colours), "pixel 2 of 2 colours"));
}

TEST(Gif, RefusesSizesBeforeItTakesMemory) {
  const std::string file = screen(2, 1, kGreys) + frame({.left = 20000}, {1, 3}) + kEnd;
  EXPECT_TRUE(contains(refusal_of(file), "20002x1 pixels, want 1 to 16384"));
  EXPECT_TRUE(contains(refusal_of(screen(16384, 16384, kGreys) + frame({}, {1, 3}) + kEnd),
                       "at most 67108864"));
}

}  // namespace
}  // namespace lenet
