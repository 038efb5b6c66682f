// Decoders of one image format each. `source` names the bytes in messages; all throw Error
// (kBadInput) for bytes that are broken or too large. Pixels are as the file has them: neither
// gamma nor colour profile is applied; Exif's orientation is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lenet/image.h"

namespace lenet {

Image decode_png(std::string_view bytes, const std::string& source);
Image decode_jpeg(std::string_view bytes, const std::string& source);
Image decode_pnm(std::string_view bytes, const std::string& source);

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
