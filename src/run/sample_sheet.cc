#include "run/sample_sheet.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/require.h"

namespace lenet {
namespace {

constexpr std::int64_t kColumns = 10, kGap = 2, kLeastSide = 56;
constexpr std::uint8_t kGround = 128;

/// Copies an image to row y and column x of the sheet, each pixel `scale` times in both directions.
void place(const std::uint8_t* image, const Shape& shape, std::int64_t scale, std::int64_t y,
           std::int64_t x, Image& sheet) {
  const std::int64_t height = shape[1] * scale, width = shape[2] * scale;
  for (std::int64_t c = 0; c < sheet.shape[0]; ++c) {
    const std::uint8_t* plane = image + c * shape[1] * shape[2];
    for (std::int64_t i = 0; i < height; ++i) {
      std::uint8_t* out = sheet.pixels.data() + ((c * sheet.shape[1] + y + i) * sheet.shape[2] + x);
      for (std::int64_t j = 0; j < width; ++j) {
        out[j] = plane[i / scale * shape[2] + j / scale];
      }
    }
  }
}

}  // namespace

Image sample_sheet(const Dataset& data) {
  require_bytes(data, "the sheet of samples");
  require_classes(data, "the sheet of samples");
  const Shape& shape = data.image_shape();
  const std::int64_t scale = std::max<std::int64_t>(1, kLeastSide / std::max(shape[1], shape[2]));
  const std::int64_t row = shape[1] * scale + kGap, column = shape[2] * scale + kGap;
  const std::int64_t height = data.classes() * row + kGap, width = kColumns * column + kGap;
  require(
      height <= kMostImageSide && width <= kMostImageSide,
      fmt::format("--sheet: {} classes of images of {} make a picture of {}x{}, want at most {} "
                  "a side; give a smaller --size",
                  data.classes(), to_string(shape), width, height, kMostImageSide));
  const std::int64_t channels = shape[0] == 1 ? 1 : 3;
  Image sheet{
      {channels, height, width},
      std::vector<std::uint8_t>(static_cast<std::size_t>(channels * height * width), kGround)};
  std::vector<std::int64_t> placed(static_cast<std::size_t>(data.classes()));
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const std::int64_t label = data.label(i);
    std::int64_t& of_class = placed[static_cast<std::size_t>(label)];
    if (of_class == kColumns) continue;
    place(data.image(i), shape, scale, kGap + label * row, kGap + of_class++ * column, sheet);
  }
  return sheet;
}

}  // namespace lenet
