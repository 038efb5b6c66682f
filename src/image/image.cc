#include "lenet/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/file.h"
#include "image/decoders.h"
#include "lenet/error.h"

namespace lenet {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::int64_t kMostFileBytes = std::int64_t{256} * 1024 * 1024;
constexpr std::int64_t kMostPixels = std::int64_t{1} << 26;

using Decoder = Image (*)(std::string_view bytes, const std::string& source);

struct Format {
  std::string_view start;
  Decoder decode;
};

constexpr Format kFormats[] = {
    {"\x89PNG\r\n\x1a\n"sv, decode_png},
    {"\xff\xd8\xff"sv, decode_jpeg},
    {"BM"sv, decode_bmp},
    {"GIF87a"sv, decode_gif},
    {"GIF89a"sv, decode_gif},
    {"II*\0"sv, decode_tiff},
    {"MM\0*"sv, decode_tiff},
    {"II+\0"sv, decode_tiff},  // BigTIFF
    {"MM\0+"sv, decode_tiff},
    {"P1"sv, decode_pnm},
    {"P2"sv, decode_pnm},
    {"P3"sv, decode_pnm},
    {"P4"sv, decode_pnm},
    {"P5"sv, decode_pnm},
    {"P6"sv, decode_pnm},
};

/// Null for bytes of no format.
Decoder decoder_of(std::string_view bytes) {
  if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP")) return decode_webp;
  if (is_bare_bitmap(bytes)) return decode_bmp;
  const auto* const found =
      std::ranges::find_if(kFormats, [&](const Format& f) { return bytes.starts_with(f.start); });
  return found == std::end(kFormats) ? nullptr : found->decode;
}

std::uint8_t over_white(int value, int alpha) {
  return static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

}  // namespace

void bad_image(const std::string& source, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", source, what));
}

Image make_image(std::int64_t channels, std::int64_t height, std::int64_t width,
                 const std::string& source) {
  if (height < 1 || width < 1 || height > kMostImageSide || width > kMostImageSide ||
      height * width > kMostPixels) {
    bad_image(source, fmt::format("an image of {}x{} pixels, want 1 to {} a side and at most {}",
                                  width, height, kMostImageSide, kMostPixels));
  }
  return {{channels, height, width},
          std::vector<std::uint8_t>(static_cast<std::size_t>(channels * height * width))};
}

void to_planes(std::string_view interleaved, Image& image) {
  const auto channels = static_cast<std::size_t>(image.shape[0]);
  const std::size_t plane = image.pixels.size() / channels, step = interleaved.size() / plane;
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < plane; ++i) {
      const auto* const pixel =
          reinterpret_cast<const std::uint8_t*>(interleaved.data()) + i * step;
      image.pixels[c * plane + i] =
          step == channels ? pixel[c] : over_white(pixel[c], pixel[channels]);
    }
  }
}

bool is_image(std::string_view bytes) { return decoder_of(bytes) != nullptr; }

Image decode_image(std::string_view bytes, const std::string& source) {
  if (const Decoder decode = decoder_of(bytes)) return decode(bytes, source);
  bad_image(source, fmt::format("no image that lenet reads, want {}", kImageFormats));
}

Image read_image(const std::filesystem::path& path) {
  return decode_image(read_file(path, kMostFileBytes), path.string());
}

void invert(Image& image) {
  for (std::uint8_t& pixel : image.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
}

}  // namespace lenet
