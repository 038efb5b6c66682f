// The run-length code of bitmaps of 4 and 8 bits a pixel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lenet {

/// height x width indices, a byte each, rows as stored. Pixels that the runs pass over are 0, those
/// behind the end of a row are dropped. Nothing if the bytes end before the code does. `bits`: 4 or
/// 8. https://learn.microsoft.com/windows/win32/gdi/bitmap-compression
std::optional<std::string> decode_bmp_runs(std::string_view bytes, std::uint32_t bits,
                                           std::int64_t height, std::int64_t width);

}  // namespace lenet
