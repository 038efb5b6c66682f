// Colours that stay readable on dark pages and in terminals.
#pragma once

#include <cstdint>

namespace lenet {

/// `rgb` (0xRRGGBB) made lighter, keeping its hue, until its relative luminance (WCAG 2: 0 is
/// black, 1 is white) is at least `luminance`.
std::uint32_t brightened(std::uint32_t rgb, double luminance);

/// The nearest colour of the 6x6x6 cube of a 256-colour terminal, 16 to 231.
int terminal_color(std::uint32_t rgb);

}  // namespace lenet
