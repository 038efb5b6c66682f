// What an array has for its images: classes, or numbers to be learned.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/npy.h"
#include "formats/part.h"
#include "lenet/label.h"

namespace lenet {

/// From an array of n labels, n x 1, or n x classes (one-hot), of any type. Throws Error
/// (kBadInput) for other shapes, labels that are no whole number from 0 to 255, and rows that do
/// not have exactly one 1 among zeros.
std::vector<Label> array_labels(const NpyArray& y);

/// Sets the part's labels, or its rows from an array of n or n x width numbers: `numbers` says so,
/// or they cannot be classes (not all whole, or a row's not zeros with a 1), which a note says.
/// Throws Error (kBadInput) for other shapes, numbers that are not finite, and as array_labels().
void read_targets(const NpyArray& y, bool numbers, const Note& note, Part& part);

}  // namespace lenet
