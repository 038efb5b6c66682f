#include "image/half_blocks.h"

#include <gtest/gtest.h>

namespace lenet {
namespace {

TEST(HalfBlocks, PutTwoRowsIntoALine) {
  const Image image{{1, 3, 2}, {0, 255, 128, 128, 7, 7}};
  EXPECT_EQ(half_blocks(image, TerminalColors::kAll),
            "\x1b[38;2;0;0;0m\x1b[48;2;128;128;128m▀\x1b[38;2;255;255;255m\x1b[48;2;128;128;128m▀"
            "\x1b[0m\n"
            "\x1b[38;2;7;7;7m\x1b[49m▀▀\x1b[0m\n");  // the same colours are named once
}

TEST(HalfBlocks, TakeTheNearestOf256Colours) {
  const Image grey{{1, 2, 2}, {0, 255, 8, 238}};
  EXPECT_EQ(half_blocks(grey, TerminalColors::k256),
            "\x1b[38;5;16m\x1b[48;5;232m▀\x1b[38;5;231m\x1b[48;5;255m▀\x1b[0m\n");
  // Red, and of the cube's levels 0, 95, 135, 175, 215 and 255 the second, third and fourth.
  const Image colour{{3, 2, 1}, {255, 95, 0, 135, 0, 175}};
  EXPECT_EQ(half_blocks(colour, TerminalColors::k256), "\x1b[38;5;196m\x1b[48;5;67m▀\x1b[0m\n");
}

TEST(HalfBlocks, WithoutColoursAreLetters) {
  const Image image{{1, 2, 3}, {0, 255, 255, 0, 0, 255}};
  EXPECT_EQ(half_blocks(image, TerminalColors::kNone), " =@\n");
}

}  // namespace
}  // namespace lenet
