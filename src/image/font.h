// Letters of pixels, to write on images.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "lenet/image.h"

namespace lenet {

inline constexpr std::int64_t kLetterWidth = 6, kLetterHeight = 13;

/// The rows of a character from the top, bit 5 on the left; of those beyond Latin-1 a box.
std::span<const std::uint8_t, kLetterHeight> letter(char32_t character);

/// How many letters a text in UTF-8 has; what is no UTF-8 counts a letter a byte.
std::int64_t letters(std::string_view text);

/// The beginning of `text`: at most so many letters.
std::string_view first_letters(std::string_view text, std::int64_t most);

/// Writes `text`, in UTF-8, in black with its upper left corner at row y, column x; what lies
/// beyond the image is left out.
void draw_text(std::string_view text, std::int64_t y, std::int64_t x, Image& image);

}  // namespace lenet
