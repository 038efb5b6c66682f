#include "image/sheet.h"

#include <limits>

#include "base/errors.h"
#include "image/font.h"

namespace lenet {
namespace {

std::uint8_t pixel(const Image& image, std::int64_t y, std::int64_t x) {
  return image.pixels[static_cast<std::size_t>(y * image.shape[2] + x)];
}

TEST(Font, KnowsWhatLatin1Prints) {
  EXPECT_EQ(letter(0x2D)[6], 0x3E);  // a stroke in the middle
  EXPECT_EQ(letter(U'é')[8], letter('e')[8]);
  const auto box = letter(U'裙');
  EXPECT_TRUE(std::ranges::equal(box, letter(0x7F)));
  EXPECT_FALSE(std::ranges::equal(box, letter(U'ÿ')));
}

TEST(Font, CountsLettersAndNotBytes) {
  EXPECT_EQ(letters("sac à main"), 10);
  EXPECT_EQ(letters("裙子"), 2);
  EXPECT_EQ(letters("\xFF\xC3"), 2);  // no UTF-8
  EXPECT_EQ(first_letters("à la", 1), "à");
  EXPECT_EQ(first_letters("ab", 5), "ab");
  EXPECT_EQ(first_letters("", 5), "");
}

TEST(Font, WritesWithinTheImage) {
  Image image{{1, 15, 8}, std::vector<std::uint8_t>(15 * 8, 255)};
  draw_text("--", 1, 1, image);
  EXPECT_EQ(pixel(image, 7, 1), 0);
  EXPECT_EQ(pixel(image, 7, 7), 0);  // the second one is cut
  EXPECT_EQ(pixel(image, 8, 1), 255);
  draw_text("-", -100, 100, image);
  draw_text("-", -9, -3, image);
}

TEST(ImageSheet, EnlargesImagesAndWritesBelow) {
  const std::vector<std::uint8_t> pixels = {10, 20, 30, 40};
  ImageSheet sheet({.image_shape = {1, 2, 2},
                    .rows = 1,
                    .columns = 2,
                    .lines = 1,
                    .letters = 2,
                    .ground = 255,
                    .least_side = 4},
                   "--x", "");
  sheet.place(0, 1, pixels.data(), {"--too long"});
  const Image& image = sheet.image();
  EXPECT_EQ(image.shape, (Shape{1, 2 + 4 + 13 + 2, 2 + 2 * (12 + 2)}));
  EXPECT_EQ(pixel(image, 2, 2), 255);  // the first cell is empty
  EXPECT_EQ(pixel(image, 2, 16), 10);
  EXPECT_EQ(pixel(image, 3, 17), 10);
  EXPECT_EQ(pixel(image, 2, 18), 20);
  EXPECT_EQ(pixel(image, 5, 19), 40);
  EXPECT_EQ(pixel(image, 6 + 6, 16), 0);  // of "--"
}

TEST(ImageSheet, HasTheColoursOfItsImages) {
  const std::vector<std::uint8_t> pixels = {1, 2, 3};
  ImageSheet sheet({.image_shape = {3, 1, 1}, .rows = 1, .columns = 1, .least_side = 1}, "", "");
  sheet.place(0, 0, pixels.data());
  EXPECT_EQ(sheet.image().shape, (Shape{3, 5, 5}));
  for (std::int64_t c = 0; c < 3; ++c) EXPECT_EQ(pixel(sheet.image(), c * 5 + 2, 2), c + 1);
}

TEST(ImageSheet, RefusesAPictureThatIsTooLarge) {
  const auto make = [] {
    ImageSheet({.image_shape = {1, 64, 64}, .rows = 300, .columns = 1}, "--x", "do");
  };
  EXPECT_EQ(error_of(ErrorKind::kUsage, make),
            "--x: 300 images of 1x64x64 make a picture of 68x19802, want at most 16384 a side; do");
}

TEST(AsGrey, StretchesFromBlackToWhite) {
  const std::vector<float> values = {-1, 0, 3}, same = {2, 2},
                           odd = {0, std::numeric_limits<float>::infinity()},
                           wide = {-3e38f, 3e38f};
  EXPECT_EQ(as_grey(values.data(), 3), (std::vector<std::uint8_t>{0, 64, 255}));
  EXPECT_EQ(as_grey(same.data(), 2), (std::vector<std::uint8_t>{128, 128}));
  EXPECT_EQ(as_grey(odd.data(), 2), (std::vector<std::uint8_t>{128, 128}));
  EXPECT_EQ(as_grey(wide.data(), 2), (std::vector<std::uint8_t>{0, 255}));
}

}  // namespace
}  // namespace lenet
