#include <fmt/format.h>
#include <png.h>

#include "base/file.h"
#include "data/image_formats.h"
#include "lenet/error.h"

namespace lenet {
namespace {

/// libpng's simplified interface, freed at the end of the scope.
struct Png {
  Png() { image.version = PNG_IMAGE_VERSION; }
  ~Png() { png_image_free(&image); }
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;

  png_image image = {};
};

/// Lays each pixel, whose last channel is its alpha, over white: as the bytes are, like PIL and
/// browsers, where libpng would turn them to linear light first.
std::string over_white(const std::string& pixels, std::size_t channels) {
  std::string result;
  result.reserve(pixels.size() / channels * (channels - 1));
  for (std::size_t i = 0; i < pixels.size(); i += channels) {
    const int alpha = static_cast<unsigned char>(pixels[i + channels - 1]);
    for (std::size_t c = 0; c + 1 < channels; ++c) {
      const int value = static_cast<unsigned char>(pixels[i + c]);
      result += static_cast<char>((value * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
  return result;
}

}  // namespace

Image decode_png(std::string_view bytes, const std::string& source) {
  Png png;
  const auto fail = [&] { bad_image(source, fmt::format("broken PNG: {}", png.image.message)); };
  if (!png_image_begin_read_from_memory(&png.image, bytes.data(), bytes.size())) fail();
  png.image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // 16 bits mean what 8 do
  png.image.format &= PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA;
  const bool colour = (png.image.format & PNG_FORMAT_FLAG_COLOR) != 0;
  const bool alpha = (png.image.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  Image image = make_image(colour ? 3 : 1, png.image.height, png.image.width, source);
  std::string interleaved(PNG_IMAGE_SIZE(png.image), '\0');
  if (!png_image_finish_read(&png.image, nullptr, interleaved.data(), 0, nullptr)) fail();
  if (alpha) interleaved = over_white(interleaved, colour ? 4 : 2);
  to_planes(interleaved, image);
  return image;
}

void write_png(const std::filesystem::path& path, const Image& image) {
  const auto channels = static_cast<std::size_t>(image.shape[0]);
  const std::size_t plane = image.pixels.size() / channels;
  std::string interleaved(image.pixels.size(), '\0');
  for (std::size_t i = 0; i < interleaved.size(); ++i) {
    interleaved[i] = static_cast<char>(image.pixels[i % channels * plane + i / channels]);
  }
  Png png;
  png.image.height = static_cast<png_uint_32>(image.shape[1]);
  png.image.width = static_cast<png_uint_32>(image.shape[2]);
  png.image.format = channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png.image);
  std::string bytes(size, '\0');
  if (!png_image_write_to_memory(&png.image, bytes.data(), &size, 0, interleaved.data(), 0,
                                 nullptr)) {
    throw Error(ErrorKind::kFailed,
                fmt::format("{}: cannot encode: {}", path.string(), png.image.message));
  }
  write_file(path, std::string_view(bytes).substr(0, size));
}

}  // namespace lenet
