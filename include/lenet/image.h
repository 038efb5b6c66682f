// Images in files: read, brought to the size that a network wants, written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lenet/export.h"
#include "lenet/shape.h"

namespace LENET_PUBLIC lenet {

/// 8-bit pixels in the order channels, height, width.
struct Image {
  Shape shape;  ///< {1, height, width} grey or {3, height, width} red, green, blue
  std::vector<std::uint8_t> pixels;
  std::string warning = {};  ///< what is damaged in a file that has all pixels all the same
};

/// The largest width or height that is read.
inline constexpr std::int64_t kMostImageSide = 16384;

/// Reads a PNG, JPEG, BMP, GIF (its first frame), TIFF (its first page), WebP, PBM, PGM or PPM
/// file, told apart by their first bytes; 16 bits a channel are rounded to 8, palettes resolved,
/// transparent pixels laid over white, and the image is turned as Exif's orientation says. Throws
/// Error: kIo if the file cannot be read, kBadInput if it is none of these, lacks pixels, or is
/// larger than kMostImageSide.
Image read_image(const std::filesystem::path& path);

/// The same from memory; `source` names the bytes in messages.
Image decode_image(std::string_view bytes, const std::string& source);

/// The image as a network of this input shape takes it: grey (ITU-R BT.601) or colour as `wanted`
/// has 1 or 3 channels, resized to its height and width: the mean of the area that each pixel
/// covers. Throws Error (kUsage) for another number of channels.
Image resized(const Image& image, const Shape& wanted);

/// White for black: 255 - pixel.
void invert(Image& image);

/// The bytes of a PNG file.
std::string encode_png(const Image& image);

/// Throws Error (kIo).
void write_png(const std::filesystem::path& path, const Image& image);

}  // namespace lenet
