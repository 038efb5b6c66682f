// Images in a terminal.
#pragma once

#include <string>

#include "lenet/image.h"

namespace lenet {

/// What a terminal can show.
enum class TerminalColors {
  kNone,  ///< letters of different weight
  k256,   ///< 24 greys, 216 colours
  kAll,   ///< 24 bits
};

/// An image in lines, two rows of pixels each, as a character is about twice as high as wide: the
/// upper half of a character has one colour, the rest of it another.
std::string half_blocks(const Image& image, TerminalColors colors);

}  // namespace lenet
