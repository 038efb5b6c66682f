// Pictures of what a network has learned, and of what its layers make of images.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "image/half_blocks.h"
#include "lenet/activations.h"
#include "lenet/image.h"
#include "lenet/sequential.h"

namespace lenet {

/// Pictures of one size under one heading, on one scale from black to white.
struct Tiles {
  std::string heading;
  Shape shape;             ///< {1 or 3, height, width} of each
  std::int64_t per_group;  ///< those of one image, or of one filter, which begin a row
  std::vector<std::vector<std::uint8_t>> pictures;
};

/// The weight of a convolution, a picture for each output and input channel, or in colours where it
/// reads three; or that of a Linear, a picture for each output where it reads an image, else one of
/// the matrix. 0 is mid-grey. `layer`: its path; none: the first that has one. Throws Error
/// (kUsage) for a layer without.
Tiles filter_tiles(const Sequential& net, const std::optional<std::string>& layer);

/// An output of so many images: a picture a channel, or one of all features.
Tiles map_tiles(const Activation& activation, std::int64_t images);

/// All of them below each other, each with its heading. Throws Error (kUsage) if the picture would
/// be larger than lenet reads.
Image picture_of(const std::vector<Tiles>& all);

/// The first of them, as many as fit some lines of so many columns.
std::string text_of(const Tiles& tiles, int columns, TerminalColors colors);

}  // namespace lenet
