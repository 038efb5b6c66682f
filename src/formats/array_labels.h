// The labels of an array: whole numbers, one an image, or rows with a one at the label.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/npy.h"
#include "lenet/label.h"

namespace lenet {

/// From an array of n labels, n x 1, or n x classes (one-hot), of any type. Throws Error
/// (kBadInput) for other shapes, labels that are no whole number from 0 to 255, and rows that do
/// not have exactly one 1 among zeros.
std::vector<Label> array_labels(const NpyArray& y);

}  // namespace lenet
