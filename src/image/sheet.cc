#include "image/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "base/require.h"
#include "image/font.h"

namespace lenet {
std::int64_t enlargement(const Shape& image_shape, std::int64_t least_side) {
  return std::max<std::int64_t>(1, least_side / std::max(image_shape[1], image_shape[2]));
}

ImageSheet::ImageSheet(const SheetLayout& layout, const std::string& what,
                       const std::string& advice)
    : layout_(layout) {
  const Shape& shape = layout.image_shape;
  scale_ = enlargement(shape, layout.least_side);
  cell_height_ = shape[1] * scale_ + layout.gap + layout.lines * kLetterHeight;
  cell_width_ = std::max(shape[2] * scale_, layout.letters * kLetterWidth) + layout.gap;
  const std::int64_t height = layout.rows * cell_height_ + layout.gap,
                     width = layout.columns * cell_width_ + layout.gap;
  require(height <= kMostImageSide && width <= kMostImageSide,
          fmt::format("{}: {} images of {} make a picture of {}x{}, want at most {} a side; {}",
                      what, layout.rows * layout.columns, to_string(shape), width, height,
                      kMostImageSide, advice));
  const std::int64_t channels = shape[0] == 3 ? 3 : 1;
  sheet_ = {{channels, height, width},
            std::vector<std::uint8_t>(static_cast<std::size_t>(channels * height * width),
                                      layout.ground)};
}

void ImageSheet::place(std::int64_t row, std::int64_t column, const std::uint8_t* pixels,
                       const std::vector<std::string>& lines) {
  const Shape& shape = layout_.image_shape;
  const std::int64_t y = layout_.gap + row * cell_height_, x = layout_.gap + column * cell_width_;
  const std::int64_t height = shape[1] * scale_, width = shape[2] * scale_;
  for (std::int64_t c = 0; c < sheet_.shape[0]; ++c) {
    const std::uint8_t* plane = pixels + c * shape[1] * shape[2];
    for (std::int64_t i = 0; i < height; ++i) {
      std::uint8_t* out =
          sheet_.pixels.data() + ((c * sheet_.shape[1] + y + i) * sheet_.shape[2] + x);
      for (std::int64_t j = 0; j < width; ++j) {
        out[j] = plane[i / scale_ * shape[2] + j / scale_];
      }
    }
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    draw_text(first_letters(lines[i], layout_.letters),
              y + height + static_cast<std::int64_t>(i) * kLetterHeight, x, sheet_);
  }
}

std::vector<std::uint8_t> as_grey(const float* values, std::int64_t count) {
  const std::span<const float> all(values, static_cast<std::size_t>(count));
  std::vector<std::uint8_t> bytes(all.size(), 128);
  if (!std::ranges::all_of(all, [](float value) { return std::isfinite(value); })) return bytes;
  const auto [least, most] = std::ranges::minmax(all);
  const double low = least, range = static_cast<double>(most) - low;
  if (range == 0) return bytes;
  std::ranges::transform(all, bytes.begin(), [&](float value) {
    return static_cast<std::uint8_t>(std::lround((value - low) / range * 255));
  });
  return bytes;
}

}  // namespace lenet
