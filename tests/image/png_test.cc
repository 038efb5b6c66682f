// PNGs with chunks that other programs write, put in by hand.
#include <gtest/gtest.h>
#include <zlib.h>

#include "base/file.h"
#include "image/image_bytes.h"

namespace lenet {
namespace {

std::string be32(std::uint32_t value) {
  const std::string le = le32(value);
  return {le.rbegin(), le.rend()};
}

std::string chunk(const std::string& name, const std::string& data) {
  const std::string text = name + data;
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
  return be32(static_cast<std::uint32_t>(data.size())) + text +
         be32(static_cast<std::uint32_t>(crc));
}

/// With the raw rows, each of which begins with its filter.
std::string png(std::uint32_t width, std::uint32_t height, int bits, int colour,
                const std::string& rows, const std::string& before = "",
                const std::string& behind = "") {
  std::string packed(compressBound(rows.size()), '\0');
  uLongf size = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  packed.resize(size);
  return "\x89PNG\r\n\x1a\n" +
         chunk("IHDR", be32(width) + be32(height) + bytes({bits, colour, 0, 0, 0})) + before +
         chunk("IDAT", packed) + behind + chunk("IEND", "");
}

constexpr int kGrey = 0, kColour = 2, kPalette = 3;

Pixels pixels_of(const std::string& file) { return decode_image(file, "a").pixels; }

TEST(Png, PixelsAreTheFilesWhateverItsGammaAndProfile) {
  const std::string rows = bytes({0, 10, 128, 200});
  for (const std::string& before :
       {chunk("gAMA", be32(100000)), chunk("gAMA", be32(22222)),
        chunk("cHRM", be32(31270) + be32(32900) + be32(64000) + be32(33000) + be32(21000) +
                          be32(71000) + be32(15000) + be32(6000)),
        chunk("sRGB", bytes({0})), chunk("iCCP", "a" + bytes({0, 0}) + "no profile"),
        chunk("bKGD", bytes({0, 9})), chunk("sBIT", bytes({5}))}) {
    EXPECT_EQ(pixels_of(png(3, 1, 8, kGrey, rows, before)), (Pixels{10, 128, 200}));
    EXPECT_EQ(pixels_of(png(1, 1, 8, kColour, rows, before)), (Pixels{10, 128, 200}));
  }
}

TEST(Png, OneColourMayBeTransparent) {
  // 16 bits: 257 times 8 bits, and one that differs from the transparent one in its last bit.
  const std::string deep = bytes({0, 10, 10, 20, 20, 10, 11});
  EXPECT_EQ(pixels_of(png(3, 1, 16, kGrey, deep, chunk("tRNS", bytes({10, 10})))),
            (Pixels{255, 20, 10}));
  const std::string palette = chunk("PLTE", bytes({1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(
      pixels_of(png(2, 1, 1, kPalette, bytes({0, 0x40}), palette + chunk("tRNS", bytes({0})))),
      (Pixels{255, 4, 255, 5, 255, 6}));
}

TEST(Png, OrientationMayStandBehindThePixels) {
  const std::string exif =
      std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0", 22);
  const std::string rows = bytes({0, 1, 2, 3});
  EXPECT_EQ(pixels_of(png(3, 1, 8, kGrey, rows, chunk("eXIf", exif))), (Pixels{3, 2, 1}));
  EXPECT_EQ(pixels_of(png(3, 1, 8, kGrey, rows, "", chunk("eXIf", exif))), (Pixels{3, 2, 1}));
}

TEST(Png, ThatEndsBehindItsPixelsIsReadWithAWarning) {
  const std::string good = png(2, 2, 8, kGrey, bytes({0, 1, 2, 0, 3, 4}));
  const Image image = decode_image(good.substr(0, good.size() - 12), "a");
  EXPECT_EQ(image.pixels, (Pixels{1, 2, 3, 4}));
  EXPECT_EQ(image.warning, "the file is cut");
  EXPECT_EQ(decode_image(good, "a").warning, "");
}

TEST(Png, ThatLacksPixelsIsRefused) {
  const std::string short_of_one = png(2, 2, 8, kGrey, bytes({0, 1, 2, 0, 3}));
  EXPECT_TRUE(contains(refusal_of(short_of_one), "a: broken PNG: "));
  const std::string good = png(2, 2, 8, kGrey, bytes({0, 1, 2, 0, 3, 4}));
  EXPECT_TRUE(contains(refusal_of(good.substr(0, good.size() - 26)), "a: broken PNG: "));
  std::string damaged = good;
  damaged[damaged.size() - 18] ^= 1;
  EXPECT_TRUE(contains(refusal_of(damaged), "a: broken PNG: "));
}

TEST(Png, RefusesSizesBeforeItTakesMemory) {
  EXPECT_TRUE(contains(refusal_of(png(16385, 1, 8, kGrey, "")), "16385x1 pixels, want 1 to 16384"));
  EXPECT_TRUE(contains(refusal_of(png(16384, 16384, 8, kGrey, "")), "at most 67108864"));
  EXPECT_TRUE(contains(refusal_of(png(0x7FFFFFFF, 1, 8, kGrey, "")), "2147483647x1 pixels"));
}

}  // namespace
}  // namespace lenet
