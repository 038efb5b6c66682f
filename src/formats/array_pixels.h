// The pixels of an array as bytes: what its numbers mean, and what is doubtful about them; or as
// floats.
#pragma once

#include <vector>

#include "formats/npy.h"
#include "lenet/load_data.h"

namespace lenet {

/// What the array has for white. 1: of bool, and of floats of which the largest is 1 or less, to
/// rounding. Else 255. `note` is called with a sentence where nearly all would be black. Throws
/// Error (kBadInput), saying what was seen, for numbers that are neither: negative ones
/// (standardised images), above 255 (16 bits), NaN, floats that end between 1 and 2, and whole
/// numbers of which the largest is 1.
double white_of(const NpyArray& x, const Note& note);

/// Turns the numbers, of which `white` becomes 255, into bytes where they lie. Throws Error
/// (kBadInput) for one that is not from 0 to white, to rounding.
void to_pixels(const NpyArray& x, double white);

/// The numbers as they are. Throws Error (kBadInput) for one that is not finite as a float.
std::vector<float> array_floats(const NpyArray& x);

}  // namespace lenet
