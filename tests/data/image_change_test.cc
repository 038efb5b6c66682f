#include "data/image_change.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

namespace lenet {
namespace {

/// Rows of characters, each a pixel; "." is black.
using Picture = std::vector<std::string>;
using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(const Picture& picture) {
  Bytes bytes;
  for (const std::string& row : picture) {
    for (const char c : row) bytes.push_back(c == '.' ? 0 : static_cast<std::uint8_t>(c));
  }
  return bytes;
}

/// The picture's rows from top to bottom are those of `channels` channels, one after another.
Picture changed(const ImageChange& change, const Picture& picture, std::int64_t channels = 1) {
  const std::int64_t height = std::ssize(picture) / channels, width = std::ssize(picture[0]);
  const Bytes source = bytes_of(picture);
  Bytes out(source.size(), 0xEE);
  apply(change, {channels, height, width}, source.data(), out.data());
  Picture result;
  for (auto row = out.begin(); row != out.end(); row += width) {
    std::string& text = result.emplace_back(row, row + width);
    std::ranges::replace(text, '\0', '.');
  }
  return result;
}

const Picture kLetters = {"abcde",  //
                          "fghij",  //
                          "klmno"};

TEST(ImageChange, OfNothingIsTheImage) { EXPECT_EQ(changed({}, kLetters), kLetters); }

TEST(ImageChange, FlipMirrorsLeftToRight) {
  EXPECT_EQ(changed({.flip = true}, kLetters), (Picture{"edcba",  //
                                                        "jihgf",  //
                                                        "onmlk"}));
}

TEST(ImageChange, FlipMirrorsRowsOfEveryLength) {
  for (std::size_t width = 1; width < 70; ++width) {
    std::string row;
    for (std::size_t x = 0; x < width; ++x) row += static_cast<char>('0' + x);
    EXPECT_EQ(changed({.flip = true}, {row})[0], std::string(row.rbegin(), row.rend()));
  }
}

TEST(ImageChange, ShiftLeavesABlackGap) {
  EXPECT_EQ(changed({.right = 2, .down = 1}, kLetters), (Picture{".....",  //
                                                                 "..abc",  //
                                                                 "..fgh"}));
  EXPECT_EQ(changed({.right = -1, .down = -2}, kLetters), (Picture{"lmno.",  //
                                                                   ".....",  //
                                                                   "....."}));
  EXPECT_EQ(changed({.right = 4}, kLetters), (Picture{"....a", "....f", "....k"}));
}

TEST(ImageChange, ShiftBeyondTheImageLeavesBlack) {
  const Picture black(3, ".....");
  EXPECT_EQ(changed({.right = 5}, kLetters), black);
  EXPECT_EQ(changed({.right = -9}, kLetters), black);
  EXPECT_EQ(changed({.down = 3}, kLetters), black);
  EXPECT_EQ(changed({.degrees = 30, .down = -3}, kLetters), black);
}

TEST(ImageChange, FlipsBeforeItShifts) {
  EXPECT_EQ(changed({.flip = true, .right = 2}, kLetters), (Picture{"..edc",  //
                                                                    "..jih",  //
                                                                    "..onm"}));
  EXPECT_EQ(changed({.flip = true, .right = -2, .down = 1}, kLetters), (Picture{".....",  //
                                                                                "cba..",  //
                                                                                "hgf.."}));
}

TEST(ImageChange, ErasesARectangleLast) {
  const Rectangle corner{.top = 0, .left = 3, .height = 2, .width = 2};
  EXPECT_EQ(changed({.flip = true, .right = 1, .erased = corner}, kLetters), (Picture{".ed..",  //
                                                                                      ".ji..",  //
                                                                                      ".onml"}));
}

TEST(ImageChange, ChangesAllChannelsAlike) {
  const Rectangle middle{.top = 1, .left = 1, .height = 1, .width = 1};
  const Picture two = {"abc",  //
                       "def",  //
                       "ABC",  //
                       "DEF"};
  EXPECT_EQ(changed({.flip = true, .right = -1, .erased = middle}, two, 2), (Picture{"ba.",  //
                                                                                     "e..",  //
                                                                                     "BA.",  //
                                                                                     "E.."}));
  EXPECT_EQ(changed({.degrees = 180}, two, 2), (Picture{"fed", "cba", "FED", "CBA"}));
}

TEST(ImageChange, TurnsCounterClockwise) {
  const Picture square = {"abc",  //
                          "def",  //
                          "ghi"};
  EXPECT_EQ(changed({.degrees = 90}, square), (Picture{"cfi",  //
                                                       "beh",  //
                                                       "adg"}));
  EXPECT_EQ(changed({.degrees = -90}, square), (Picture{"gda",  //
                                                        "heb",  //
                                                        "ifc"}));
}

TEST(ImageChange, HalfATurnMovesPixelsExactly) {
  const Picture half_turned = {"onmlk",  //
                               "jihgf",  //
                               "edcba"};
  EXPECT_EQ(changed({.degrees = 180}, kLetters), half_turned);
  EXPECT_EQ(changed({.degrees = -180}, kLetters), half_turned);
  EXPECT_EQ(changed({.degrees = 180}, {"ab"}), Picture{"ba"});
}

TEST(ImageChange, TurnsOutsideToBlack) {
  // A row of three, turned upright, leaves the middle one.
  EXPECT_EQ(changed({.degrees = 90}, {"abc"}), Picture{".b."});
}

TEST(ImageChange, TurnsThenFlipsThenShifts) {
  const Picture square = {"abc",  //
                          "def",  //
                          "ghi"};
  EXPECT_EQ(changed({.degrees = 90, .flip = true, .right = 1}, square), (Picture{".if",  //
                                                                                 ".he",  //
                                                                                 ".gd"}));
  // What the turn or the enlargement cut off does not come back into the gap.
  EXPECT_EQ(changed({.factor = 2, .right = 1}, {"aaaaa"})[0].substr(0, 1), ".");
}

TEST(ImageChange, EnlargesAboutTheCentre) {
  // Pixel x shows 2 + (x - 2) / 2 of the source.
  EXPECT_EQ(changed({.factor = 2}, {"aceik", "aceik", "aceik"})[1], "cdegi");
  // And with half the size 2 + 2 * (x - 2).
  EXPECT_EQ(changed({.factor = 0.5}, {".....", ".....", "abcde", ".....", "....."})[2], ".ace.");
}

/// Bilinear interpolation by its definition.
double reference(const Bytes& source, std::int64_t size, double y, double x) {
  double sum = 0;
  for (std::int64_t row = 0; row < size; ++row) {
    for (std::int64_t column = 0; column < size; ++column) {
      const double near_y = 1 - std::abs(y - static_cast<double>(row));
      const double near_x = 1 - std::abs(x - static_cast<double>(column));
      if (near_y <= 0 || near_x <= 0) continue;
      sum += near_y * near_x * source[static_cast<std::size_t>(row * size + column)];
    }
  }
  return sum;
}

TEST(ImageChange, InterpolatesBetweenTheNearestFour) {
  constexpr std::int64_t kSize = 9;
  CounterRandom random(1, 2, 3);
  Bytes source(kSize * kSize), out(source.size());
  for (std::uint8_t& byte : source) byte = static_cast<std::uint8_t>(random.below(256));
  for (const double degrees : {-135.0, -20.0, 3.0, 45.0, 100.0}) {
    for (const double factor : {0.3, 1.0, 1.7}) {
      apply({.degrees = degrees, .factor = factor}, {1, kSize, kSize}, source.data(), out.data());
      const double radians = degrees * std::numbers::pi / 180, centre = (kSize - 1) / 2.0;
      for (std::int64_t i = 0; i < kSize * kSize; ++i) {
        const double y = static_cast<double>(i / kSize) - centre;
        const double x = static_cast<double>(i % kSize) - centre;
        const double want = reference(
            source, kSize, (std::sin(radians) * x + std::cos(radians) * y) / factor + centre,
            (std::cos(radians) * x - std::sin(radians) * y) / factor + centre);
        // Half for the rounding; 2^-13 a weight, 255 at most, for each of the two directions.
        EXPECT_NEAR(out[static_cast<std::size_t>(i)], want, 0.5 + 2 * 255 * 0x1p-13)
            << degrees << " degrees, factor " << factor << ", pixel " << i;
      }
    }
  }
}

TEST(ImageChange, KeepsAWhiteMiddleWhiteHoweverTurned) {
  const Bytes white(32 * 32, 255);
  Bytes out(white.size());
  for (double degrees = -180; degrees <= 180; degrees += 7.3) {
    apply({.degrees = degrees}, {1, 32, 32}, white.data(), out.data());
    for (std::size_t y = 8; y < 24; ++y) {
      for (std::size_t x = 8; x < 24; ++x) EXPECT_EQ(out[y * 32 + x], 255) << degrees;
    }
  }
}

TEST(IntegerChange, GivesThePixelsOfTheImageThatApplyWrites) {
  constexpr Augmentation kAll{.flip = true, .shift = 4, .erase = 0.5, .rotate = 180, .scale = 0.9};
  for (const auto& [height, width] : {std::pair(5, 9), std::pair(28, 28), std::pair(11, 7)}) {
    for (std::uint64_t image = 0; image < 200; ++image) {
      CounterRandom random(1, 2, image);
      Bytes source(static_cast<std::size_t>(height * width)), out(source.size());
      for (std::uint8_t& byte : source) byte = static_cast<std::uint8_t>(random.below(256));
      Augmentation augmentation = kAll;
      if (image % 2 == 0) augmentation.rotate = augmentation.scale = 0;
      const ImageChange change = draw_change(augmentation, {1, height, width}, random);
      apply(change, {1, height, width}, source.data(), out.data());
      const IntegerChange exact = in_integers(change);
      const Plane plane{.pixels = source.data(), .height = height, .width = width};
      for (std::int64_t i = 0; i < height * width; ++i) {
        ASSERT_EQ(exact.pixel(plane, i / width, i % width), out[static_cast<std::size_t>(i)])
            << "image " << image << " of " << height << "x" << width << ", pixel " << i;
      }
    }
  }
}

}  // namespace
}  // namespace lenet
