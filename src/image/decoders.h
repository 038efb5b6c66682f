// Decoders of one image format each. `source` names the bytes in messages; all throw Error
// (kBadInput) for bytes that are broken or too large. Pixels are as the file has them: neither
// gamma nor colour profile is applied; Exif's orientation is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lenet/image.h"

namespace lenet {

/// What is read, for messages.
inline constexpr const char* kImageFormats = "PNG, JPEG, BMP, GIF, TIFF, WebP or PNM";

Image decode_bmp(std::string_view bytes, const std::string& source);
Image decode_gif(std::string_view bytes, const std::string& source);
Image decode_jpeg(std::string_view bytes, const std::string& source);
Image decode_png(std::string_view bytes, const std::string& source);
Image decode_pnm(std::string_view bytes, const std::string& source);
Image decode_tiff(std::string_view bytes, const std::string& source);
Image decode_webp(std::string_view bytes, const std::string& source);

/// Whether they begin as a bitmap without the header of a file does, as PIL writes .dib.
bool is_bare_bitmap(std::string_view bytes);

/// Whether the bytes, the first 16 of a file or more, begin as one of these formats does.
bool is_image(std::string_view bytes);

[[noreturn]] void bad_image(const std::string& source, const std::string& what);

/// An image of these sizes with room for its pixels. Throws Error (kBadInput) if they are beyond
/// the limits.
Image make_image(std::int64_t channels, std::int64_t height, std::int64_t width,
                 const std::string& source);

/// Pixels of which the channels lie side by side, as files have them, into planes. With one channel
/// more than the image has, the last is their alpha, and they are laid over white: as the bytes
/// are, like PIL and browsers, not in linear light.
void to_planes(std::string_view interleaved, Image& image);

}  // namespace lenet
