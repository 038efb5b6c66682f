#include "image/half_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace lenet {
namespace {

using Rgb = std::array<int, 3>;

Rgb pixel(const Image& image, std::int64_t y, std::int64_t x) {
  Rgb rgb;
  for (std::size_t c = 0; c < 3; ++c) {
    const std::int64_t channel = image.shape[0] == 3 ? static_cast<std::int64_t>(c) : 0;
    rgb[c] =
        image.pixels[static_cast<std::size_t>((channel * image.shape[1] + y) * image.shape[2] + x)];
  }
  return rgb;
}

/// The nearest of xterm's 256 colours: black, 24 greys, white, or one of a cube of six levels.
int color_of_256(const Rgb& rgb) {
  if (rgb[0] == rgb[1] && rgb[1] == rgb[2]) {
    if (rgb[0] < 4) return 16;
    if (rgb[0] > 246) return 231;
    return 232 + std::clamp((rgb[0] - 3) / 10, 0, 23);  // 8, 18, ... 238
  }
  const auto level = [](int value) { return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40; };
  return 16 + 36 * level(rgb[0]) + 6 * level(rgb[1]) + level(rgb[2]);
}

/// An escape code: 38 is the colour of the letter, 48 the ground's.
std::string code_of(int which, const Rgb& rgb, TerminalColors colors) {
  if (colors == TerminalColors::kAll) {
    return fmt::format("\x1b[{};2;{};{};{}m", which, rgb[0], rgb[1], rgb[2]);
  }
  return fmt::format("\x1b[{};5;{}m", which, color_of_256(rgb));
}

/// The mean of two pixels as ink, on a page that is white or black alike: the brighter the more.
char letter_of(const Rgb& upper, const Rgb& lower) {
  constexpr std::string_view kInk = " .:-=+*#%@";
  int sum = 0;
  for (std::size_t c = 0; c < 3; ++c) sum += upper[c] + lower[c];
  return kInk[static_cast<std::size_t>(sum) * (kInk.size() - 1) / (6 * 255)];
}

}  // namespace

std::string half_blocks(const Image& image, TerminalColors colors) {
  std::string text;
  for (std::int64_t y = 0; y < image.shape[1]; y += 2) {
    std::string last;
    for (std::int64_t x = 0; x < image.shape[2]; ++x) {
      const Rgb upper = pixel(image, y, x);
      const bool whole = y + 1 < image.shape[1];
      const Rgb lower = whole ? pixel(image, y + 1, x) : Rgb{};
      if (colors == TerminalColors::kNone) {
        text += letter_of(upper, lower);
        continue;
      }
      std::string codes = code_of(38, upper, colors);
      codes += whole ? code_of(48, lower, colors) : "\x1b[49m";
      if (codes != last) text += codes;
      last = codes;
      text += "▀";
    }
    text += colors == TerminalColors::kNone ? "\n" : "\x1b[0m\n";
  }
  return text;
}

}  // namespace lenet
