// Pictures and tables of what a model says of images.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "lenet/image.h"
#include "run/judged_images.h"

namespace lenet {

/// Image i as bytes: floats are stretched from black to white.
std::vector<std::uint8_t> picture_of(const Dataset& images, std::int64_t i);

/// A picture of worst_mistakes(), the worst first, each with its target and what was said of it.
Image mistakes_sheet(const JudgedImages& judged, std::int64_t most);

/// Writes a row an image: its number, its target and what was said of it. For classes the most
/// likely, none where it is less likely than `threshold`, and the probability of each. Throws Error
/// (kIo).
void write_predictions(const std::filesystem::path& csv, const JudgedImages& judged,
                       double threshold);

}  // namespace lenet
