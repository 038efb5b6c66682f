// Many small images on one picture.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lenet/image.h"

namespace lenet {

/// How many times an image is enlarged so that its longer side has `least_side` pixels; 1 at least.
std::int64_t enlargement(const Shape& image_shape, std::int64_t least_side);

struct SheetLayout {
  Shape image_shape = {};  ///< {channels, height, width} of each; 3 channels are colours
  std::int64_t rows = 1, columns = 1;  ///< of cells
  std::int64_t lines = 0;              ///< of text below each image
  std::int64_t letters = 0;            ///< of the longest line, for which the cells have room
  std::uint8_t ground = 128;           ///< between the images
  std::int64_t least_side = 56;  ///< of an image in pixels: smaller ones are enlarged, by a whole
                                 ///< number of times
  std::int64_t gap = 2;          ///< between the cells
};

/// Images in rows and columns, each with lines of text below it.
class ImageSheet {
 public:
  /// Throws Error (kUsage) if the picture would be larger than lenet reads; `what` is the option
  /// that asks for it, `advice` what to do then.
  ImageSheet(const SheetLayout& layout, const std::string& what, const std::string& advice);

  /// pixels: of layout.image_shape. A line longer than layout.letters is cut.
  void place(std::int64_t row, std::int64_t column, const std::uint8_t* pixels,
             const std::vector<std::string>& lines = {});

  const Image& image() const { return sheet_; }

 private:
  SheetLayout layout_;
  std::int64_t scale_, cell_height_, cell_width_;
  Image sheet_;
};

/// Floats as bytes: the least becomes 0, the largest 255; 128 where all are the same or one is not
/// finite.
std::vector<std::uint8_t> as_grey(const float* values, std::int64_t count);

}  // namespace lenet
