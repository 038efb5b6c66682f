// Bitmaps, written here byte by byte.
#include <gtest/gtest.h>

#include "image/image_bytes.h"

namespace lenet {
namespace {

struct Bmp {
  std::uint32_t width = 2, bits = 24;
  std::int32_t height = 1;
  std::uint32_t compression = 0, colours = 0, header = 40;
  std::string extra = {};  ///< masks or palette
  std::string data = {};

  std::string info() const {
    const std::string sizes =
        header == 12
            ? le16(width) + le16(static_cast<std::uint32_t>(height)) + le16(1) + le16(bits)
            : le32(width) + le32(static_cast<std::uint32_t>(height)) + le16(1) + le16(bits) +
                  le32(compression) + le32(0) + le32(0) + le32(0) + le32(colours) + le32(0);
    return le32(header) + sizes + extra;
  }
  std::string file() const {
    const std::string head = info();
    return "BM" + le32(0) + le32(0) + le32(14 + static_cast<std::uint32_t>(head.size())) + head +
           data;
  }
};

const std::string kBlackAndWhite = bytes({0, 0, 0, 0, 255, 255, 255, 0});
const std::string kBlueAndRed = bytes({255, 0, 0, 0, 0, 0, 255, 0});

void expect(const std::string& file, const Shape& shape, const Pixels& pixels) {
  const Image image = decode_image(file, "a");
  EXPECT_EQ(image.shape, shape);
  EXPECT_EQ(image.pixels, pixels);
}

TEST(Bmp, Of24BitsIsStoredFromTheBottomUnlessItsHeightIsNegative) {
  // Blue, green, red; rows filled up to four bytes.
  const std::string rows = bytes({1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0});
  const Bmp up{.height = 2, .data = rows}, down{.height = -2, .data = rows};
  expect(up.file(), {3, 2, 2}, {9, 12, 3, 6, 8, 11, 2, 5, 7, 10, 1, 4});
  expect(down.file(), {3, 2, 2}, {3, 6, 9, 12, 2, 5, 8, 11, 1, 4, 7, 10});
  expect(down.info() + rows, {3, 2, 2}, {3, 6, 9, 12, 2, 5, 8, 11, 1, 4, 7, 10});
  const std::string unfilled = rows.substr(0, 14);
  expect(Bmp{.height = 2, .data = unfilled}.file(), {3, 2, 2},
         {9, 12, 3, 6, 8, 11, 2, 5, 7, 10, 1, 4});
}

TEST(Bmp, WithAGreyPaletteIsGrey) {
  const Bmp one{.width = 9, .bits = 1, .extra = kBlackAndWhite, .data = bytes({0x81, 0x80, 0, 0})};
  expect(one.file(), {1, 1, 9}, {255, 0, 0, 0, 0, 0, 0, 255, 255});
  std::string ramp;
  for (int i = 0; i < 16; ++i) ramp += bytes({i * 17, i * 17, i * 17, 0});
  const Bmp four{.width = 3, .bits = 4, .extra = ramp, .data = bytes({0x0F, 0x20, 0, 0})};
  expect(four.file(), {1, 1, 3}, {0, 255, 34});
  const Bmp eight{
      .bits = 8, .colours = 3, .extra = ramp.substr(0, 12), .data = bytes({2, 1, 0, 0})};
  expect(eight.file(), {1, 1, 2}, {34, 17});
}

TEST(Bmp, WithAPaletteOfColoursIsInColour) {
  const Bmp two{.bits = 8, .colours = 2, .extra = kBlueAndRed, .data = bytes({1, 0, 0, 0})};
  expect(two.file(), {3, 1, 2}, {255, 0, 0, 0, 0, 255});
  const Bmp os2{
      .bits = 1, .header = 12, .extra = bytes({9, 8, 7, 6, 5, 4}), .data = bytes({0x40, 0, 0, 0})};
  expect(os2.file(), {3, 1, 2}, {7, 4, 8, 5, 9, 6});
}

TEST(Bmp, Of16And32BitsFollowsItsMasks) {
  // 5 bits a channel: 31 -> 255, 16 -> 255 * 16 / 31 = 131.6.
  const Bmp usual{.bits = 16, .data = le16(31u << 10 | 16) + le16(16u << 5)};
  expect(usual.file(), {3, 1, 2}, {255, 0, 0, 132, 132, 0});
  const Bmp six{.bits = 16,
                .compression = 3,
                .extra = le32(0xF800) + le32(0x07E0) + le32(0x001F),
                .data = le16(0x07E0) + le16(0xF800)};
  expect(six.file(), {3, 1, 2}, {0, 255, 255, 0, 0, 0});
  const Bmp unused{.bits = 32, .data = bytes({1, 2, 3, 0, 4, 5, 6, 99})};
  expect(unused.file(), {3, 1, 2}, {3, 6, 2, 5, 1, 4});
}

TEST(Bmp, WithAlphaLiesOverWhite) {
  const std::string masks = le32(0xFF) + le32(0xFF00) + le32(0xFF0000) + le32(0xFF000000);
  const Bmp bmp{.bits = 32,
                .compression = 3,
                .header = 56,
                .extra = masks,
                .data = bytes({10, 20, 30, 255, 10, 20, 30, 0})};
  expect(bmp.file(), {3, 1, 2}, {10, 255, 20, 255, 30, 255});
}

TEST(Bmp, OfRunsIsUnpacked) {
  std::string ramp;
  for (int i = 0; i < 256; ++i) ramp += bytes({i, i, i, 0});
  // Three of 7 and the end of the row; two as they are, filled up; one to the right; the end.
  const Bmp eight{.width = 4,
                  .bits = 8,
                  .height = -3,
                  .compression = 1,
                  .extra = ramp,
                  .data = bytes({3, 7, 0, 0, 0, 3, 1, 2, 3, 0, 0, 2, 0, 1, 1, 9, 0, 1})};
  expect(eight.file(), {1, 3, 4}, {7, 7, 7, 0, 1, 2, 3, 0, 0, 0, 0, 9});
  std::string four_bits;
  for (int i = 0; i < 16; ++i) four_bits += bytes({i, i, i, 0});
  const Bmp four{.width = 5,
                 .bits = 4,
                 .height = -1,
                 .compression = 2,
                 .extra = four_bits,
                 .data = bytes({3, 0x12, 0, 4, 0x34, 0x56})};
  expect(four.file(), {1, 1, 5}, {1, 2, 1, 3, 4});
}

TEST(Bmp, RefusesWhatItDoesNotKnow) {
  EXPECT_TRUE(contains(refusal_of(Bmp{.header = 41}.file()), "a header of 41 bytes, want 40"));
  for (const Bmp& bmp : {Bmp{.bits = 2}, Bmp{.bits = 8, .compression = 4}, Bmp{.compression = 3},
                         Bmp{.bits = 8, .compression = 2}, Bmp{.bits = 4, .compression = 1}}) {
    EXPECT_TRUE(contains(refusal_of(bmp.file()), "bits a pixel with compression"));
  }
}

TEST(Bmp, RefusesWhatIsBroken) {
  EXPECT_TRUE(contains(refusal_of(Bmp{.data = "12345"}.file()), "5 bytes of pixels, want 6"));
  EXPECT_TRUE(contains(refusal_of(Bmp{.bits = 8, .extra = "1234"}.file()), "the file is cut"));
  EXPECT_TRUE(contains(refusal_of("BM"), "the file is cut"));
  const Bmp index{.bits = 8, .colours = 2, .extra = kBlueAndRed, .data = bytes({2, 0, 0, 0})};
  EXPECT_TRUE(contains(refusal_of(index.file()), "pixel 2 of 2 colours"));
  const Bmp runs{
      .bits = 8, .compression = 1, .colours = 2, .extra = kBlueAndRed, .data = bytes({1, 0})};
  EXPECT_TRUE(contains(refusal_of(runs.file()), "its runs have no end"));
}

TEST(Bmp, RefusesSizesBeforeItTakesMemory) {
  const Bmp wide{.width = 16385}, none{.width = 0}, least{.height = INT32_MIN};
  EXPECT_TRUE(contains(refusal_of(wide.file()), "16385x1 pixels, want 1 to 16384"));
  EXPECT_TRUE(contains(refusal_of(none.file()), "0x1 pixels"));
  EXPECT_TRUE(contains(refusal_of(least.file()), "2x2147483648 pixels"));
  const Bmp runs{.width = 16384,
                 .bits = 8,
                 .height = 16384,
                 .compression = 1,
                 .colours = 2,
                 .extra = kBlueAndRed};
  EXPECT_TRUE(contains(refusal_of(runs.file()), "at most 67108864"));
}

}  // namespace
}  // namespace lenet
