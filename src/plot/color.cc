#include "plot/color.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace lenet {
namespace {

using Rgb = std::array<double, 3>;

/// The transfer function of sRGB (IEC 61966-2-1) and its inverse.
double to_linear(double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); }
double from_linear(double c) {
  return c <= 0.0031308 ? c * 12.92 : 1.055 * std::pow(c, 1 / 2.4) - 0.055;
}

std::array<int, 3> channels(std::uint32_t rgb) {
  return {static_cast<int>(rgb >> 16 & 255), static_cast<int>(rgb >> 8 & 255),
          static_cast<int>(rgb & 255)};
}

double luminance_of(const Rgb& c) { return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]; }

}  // namespace

std::uint32_t brightened(std::uint32_t rgb, double luminance) {
  Rgb color{};
  std::ranges::transform(channels(rgb), color.begin(), [](int c) { return to_linear(c / 255.0); });
  if (luminance_of(color) >= luminance) return rgb;
  // First more light of the same colour, and what is then still missing from white.
  const double strongest = *std::ranges::max_element(color);
  if (strongest > 0) {
    const double gain = std::min(luminance / luminance_of(color), 1 / strongest);
    for (double& c : color) c *= gain;
  }
  const double reached = luminance_of(color);
  const double white = std::max(0.0, (luminance - reached) / (1 - reached));
  std::uint32_t result = 0;
  for (const double c : color) {
    const double level = 255 * from_linear(std::lerp(c, 1.0, white));
    result = result << 8 | static_cast<std::uint32_t>(std::clamp(std::lround(level), 0L, 255L));
  }
  return result;
}

int terminal_color(std::uint32_t rgb) {
  constexpr std::array<int, 6> kLevels = {0, 95, 135, 175, 215, 255};
  int index = 0;
  for (const int c : channels(rgb)) {
    const auto nearest =
        std::ranges::min_element(kLevels, {}, [c](int level) { return std::abs(level - c); });
    index = 6 * index + static_cast<int>(nearest - kLevels.begin());
  }
  return 16 + index;
}

}  // namespace lenet
