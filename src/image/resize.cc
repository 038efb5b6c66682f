#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "lenet/error.h"
#include "lenet/image.h"

namespace lenet {
namespace {

/// The part of an axis of `from` pixels that lies under pixel i of `to`: calls
/// f(pixel, length of it that is covered).
template <class F>
void for_each_covered(std::int64_t from, std::int64_t to, std::int64_t i, F f) {
  // In units of 1 / to of a pixel, all is whole.
  const std::int64_t first = i * from, last = first + from;
  for (std::int64_t p = first / to; p * to < last; ++p) {
    f(p, std::min(last, (p + 1) * to) - std::max(first, p * to));
  }
}

/// One plane of h x w pixels, each the mean of the area that it covers: first down the columns,
/// then along the rows, in whole numbers.
void resize_plane(const std::uint8_t* in, std::int64_t in_height, std::int64_t in_width,
                  std::int64_t h, std::int64_t w, std::uint8_t* out) {
  const std::int64_t area = in_height * in_width;
  std::vector<std::uint32_t> columns(static_cast<std::size_t>(in_width));  // at most 255 in_height
  for (std::int64_t i = 0; i < h; ++i) {
    std::ranges::fill(columns, 0u);
    for_each_covered(in_height, h, i, [&](std::int64_t y, std::int64_t high) {
      const std::uint8_t* const row = in + y * in_width;
      for (std::size_t x = 0; x < columns.size(); ++x) {
        columns[x] += static_cast<std::uint32_t>(high) * row[x];
      }
    });
    for (std::int64_t j = 0; j < w; ++j) {
      std::int64_t sum = 0;
      for_each_covered(in_width, w, j, [&](std::int64_t x, std::int64_t wide) {
        sum += wide * columns[static_cast<std::size_t>(x)];
      });
      *out++ = static_cast<std::uint8_t>((sum + area / 2) / area);
    }
  }
}

/// ITU-R BT.601 in 16 bits of fraction, as PIL's convert("L").
Image to_grey(const Image& image) {
  const std::size_t plane = image.pixels.size() / 3;
  Image grey{{1, image.shape[1], image.shape[2]}, std::vector<std::uint8_t>(plane)};
  for (std::size_t i = 0; i < plane; ++i) {
    const int r = image.pixels[i], g = image.pixels[plane + i], b = image.pixels[2 * plane + i];
    grey.pixels[i] = static_cast<std::uint8_t>((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);
  }
  return grey;
}

Image to_colour(const Image& grey) {
  Image image{{3, grey.shape[1], grey.shape[2]}, {}};
  for (int c = 0; c < 3; ++c) {
    image.pixels.insert(image.pixels.end(), grey.pixels.begin(), grey.pixels.end());
  }
  return image;
}

}  // namespace

Image resized(const Image& image, const Shape& wanted) {
  if (wanted.size() != 3 || (wanted[0] != 1 && wanted[0] != 3)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("images for inputs of shape {}: want 1 or 3 channels, height and width",
                            to_string(wanted)));
  }
  if (image.shape[0] != wanted[0]) {
    return resized(wanted[0] == 1 ? to_grey(image) : to_colour(image), wanted);
  }
  if (image.shape == wanted) return image;
  Image result{wanted, std::vector<std::uint8_t>(static_cast<std::size_t>(element_count(wanted)))};
  const std::int64_t from = image.shape[1] * image.shape[2], to = wanted[1] * wanted[2];
  for (std::int64_t c = 0; c < wanted[0]; ++c) {
    resize_plane(image.pixels.data() + c * from, image.shape[1], image.shape[2], wanted[1],
                 wanted[2], result.pixels.data() + c * to);
  }
  return result;
}

}  // namespace lenet
