#include "plot/color.h"

#include <gtest/gtest.h>

namespace lenet {
namespace {

TEST(Brightened, ReachesTheLuminance) {
  // The middle grey of sRGB, 0x80, has linear value 0.2158605 (IEC 61966-2-1).
  EXPECT_EQ(brightened(0x000000, 0.2158605), 0x808080u);
  EXPECT_EQ(brightened(0x404040, 0.2158605), 0x808080u);
}

TEST(Brightened, LeavesBrightColorsAlone) {
  EXPECT_EQ(brightened(0xffffff, 0.3), 0xffffffu);
  EXPECT_EQ(brightened(0x00ff00, 0.3), 0x00ff00u);  // its luminance is 0.7152
}

TEST(Brightened, MixesInWhiteOnlyWhereTheColorIsExhausted) {
  const std::uint32_t green = brightened(0x008000, 0.3);
  EXPECT_EQ(green & 0xff00ff, 0u);
  EXPECT_GT(green, 0x008000u);
  const std::uint32_t blue = brightened(0x000080, 0.3);
  EXPECT_EQ(blue & 0xff, 0xffu);
  EXPECT_EQ(blue >> 16, blue >> 8 & 0xff);
  EXPECT_GT(blue >> 16, 0u);
}

TEST(TerminalColor, IsTheNearestOfTheCube) {
  EXPECT_EQ(terminal_color(0x000000), 16);
  EXPECT_EQ(terminal_color(0xffffff), 231);
  EXPECT_EQ(terminal_color(0xff0000), 196);
  EXPECT_EQ(terminal_color(0x5f87af), 67);
  EXPECT_EQ(terminal_color(0x5c85b2), 67);
}

}  // namespace
}  // namespace lenet
