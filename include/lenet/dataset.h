// Labelled 8-bit images in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lenet/shape.h"

namespace lenet {

/// Labelled images, pixels kept as the bytes of the file. Cheap to move, not copyable.
class Dataset {
 public:
  Dataset() = default;

  /// Takes `pixels` of which image i starts at offset + i * element_count(image_shape), and one
  /// label an image. `class_names` holds one name a class, or nothing. Throws Error (kBadInput) if
  /// `labels` is empty or holds one >= classes, or the number of names is wrong.
  Dataset(std::unique_ptr<std::uint8_t[]> pixels, std::int64_t offset, Shape image_shape,
          std::vector<std::uint8_t> labels, std::int64_t classes,
          std::vector<std::string> class_names = {});

  std::int64_t size() const { return static_cast<std::int64_t>(labels_.size()); }
  const Shape& image_shape() const { return image_shape_; }  ///< {channels, height, width}
  std::int64_t classes() const { return classes_; }

  /// The name of class c at c; empty when the names are not known.
  const std::vector<std::string>& class_names() const { return class_names_; }

  /// The bytes of image i in the order channels, height, width.
  const std::uint8_t* image(std::int64_t i) const {
    return pixels_.get() + offset_ + i * image_size_;
  }
  std::uint8_t label(std::int64_t i) const { return labels_[static_cast<std::size_t>(i)]; }
  std::span<const std::uint8_t> labels() const { return labels_; }

 private:
  std::unique_ptr<std::uint8_t[]> pixels_;
  std::int64_t offset_ = 0;
  std::int64_t image_size_ = 0;
  Shape image_shape_;
  std::vector<std::uint8_t> labels_;
  std::int64_t classes_ = 0;
  std::vector<std::string> class_names_;
};

}  // namespace lenet
