// The orientation of images, with Exif data written here byte by byte.
#include "image/exif.h"

#include <gtest/gtest.h>

#include "image/image_bytes.h"

namespace lenet {
namespace {

/// An entry of a directory: tag, type, count, value.
std::string entry(std::uint32_t tag, std::uint32_t type, std::uint32_t count, std::uint32_t value) {
  return le16(tag) + le16(type) + le32(count) + le32(value);
}

std::string exif(const std::string& entries, std::uint32_t count = 1, std::uint32_t directory = 8) {
  return std::string("II*\0", 4) + le32(directory) + le16(count) + entries;
}

TEST(Exif, OrientationIsThatOfTheFirstDirectory) {
  EXPECT_EQ(exif_orientation(exif(entry(0x0112, 3, 1, 6))), 6);
  EXPECT_EQ(exif_orientation(std::string("Exif\0\0", 6) + exif(entry(0x0112, 3, 1, 8))), 8);
  EXPECT_EQ(exif_orientation(exif(entry(0x010F, 2, 9, 0) + entry(0x0112, 4, 1, 3), 2)), 3);
  const std::string big =
      bytes({'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 5, 0, 0});
  EXPECT_EQ(exif_orientation(big), 5);
}

TEST(Exif, ThatIsBrokenOrHostileTurnsNothing) {
  const std::string good = exif(entry(0x0112, 3, 1, 6));
  for (const std::string& bad :
       {std::string(), std::string("Exif\0\0", 6), "XX" + good.substr(2),
        exif(entry(0x0112, 3, 1, 6), 1, 0xFFFFFFFF), exif(entry(0x0112, 3, 1, 6), 1, 0xFFFFFFF8),
        exif(entry(0x0112, 3, 1, 6), 0), exif(entry(0x0100, 3, 1, 6), 0xFFFF),
        exif(entry(0x0112, 3, 0xFFFFFFFF, 6)), exif(entry(0x0112, 2, 1, 6)),
        exif(entry(0x0112, 3, 1, 0)), exif(entry(0x0112, 3, 1, 9)),
        exif(entry(0x0112, 4, 1, 0xFFFFFFFF))}) {
    EXPECT_EQ(exif_orientation(bad), 1);
  }
  for (std::size_t size = 0; size < 20; ++size) {  // of 22: the value needs 20
    EXPECT_EQ(exif_orientation(good.substr(0, size)), 1) << size;
  }
}

TEST(Exif, TurnsAnImageInEightWays) {
  const Image image{{1, 2, 3}, {1, 2, 3, 4, 5, 6}};
  const std::vector<Pixels> want = {{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1},
                                    {4, 5, 6, 1, 2, 3}, {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3},
                                    {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image seen = turned(image, orientation);
    EXPECT_EQ(seen.shape, orientation < 5 ? (Shape{1, 2, 3}) : (Shape{1, 3, 2}));
    EXPECT_EQ(seen.pixels, want[static_cast<std::size_t>(orientation - 1)]) << orientation;
  }
  const Image colour{{3, 1, 2}, {1, 2, 3, 4, 5, 6}};
  EXPECT_EQ(turned(colour, 3).pixels, (Pixels{2, 1, 4, 3, 6, 5}));
}

}  // namespace
}  // namespace lenet
