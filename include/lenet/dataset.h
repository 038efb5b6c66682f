// Labelled 8-bit images in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lenet/export.h"
#include "lenet/label.h"
#include "lenet/shape.h"

namespace LENET_PUBLIC lenet {

/// Labelled images, pixels kept as the bytes of the file. Cheap to move, not copyable.
class Dataset {
 public:
  Dataset() = default;

  /// Takes `pixels` of which image i starts at offset + i * element_count(image_shape), and one
  /// label an image. `class_names` holds one name a class, or nothing. Throws Error (kBadInput) if
  /// `labels` is empty or holds one >= classes, or the number of names is wrong.
  Dataset(std::unique_ptr<std::uint8_t[]> pixels, std::int64_t offset, Shape image_shape,
          std::vector<Label> labels, std::int64_t classes,
          std::vector<std::string> class_names = {});

  std::int64_t size() const { return static_cast<std::int64_t>(labels_.size()); }
  const Shape& image_shape() const { return image_shape_; }  ///< {channels, height, width}
  std::int64_t classes() const { return classes_; }

  /// The name of class c at c; empty when the names are not known.
  const std::vector<std::string>& class_names() const { return class_names_; }

  /// The bytes of image i in the order channels, height, width.
  const std::uint8_t* image(std::int64_t i) const& {
    return pixels_.get() + offset_ + i * image_size_;
  }
  Label label(std::int64_t i) const { return labels_[static_cast<std::size_t>(i)]; }
  std::span<const Label> labels() const& { return labels_; }

  // Those of a data set that is gone by the end of the expression.
  const std::uint8_t* image(std::int64_t i) && = delete;
  std::span<const Label> labels() && = delete;

  /// The same images with other classes: label c becomes labels[c]. Throws Error as the constructor
  /// does, and kUsage unless there is one label a class.
  Dataset relabelled(std::span<const Label> labels, std::int64_t classes,
                     std::vector<std::string> class_names = {}) &&;

  /// What no other data set of this process has, for copies of its bytes kept elsewhere; 0: empty.
  std::uint64_t id() const { return id_; }

 private:
  std::unique_ptr<std::uint8_t[]> pixels_;
  std::int64_t offset_ = 0;
  std::int64_t image_size_ = 0;
  Shape image_shape_;
  std::vector<Label> labels_;
  std::int64_t classes_ = 0;
  std::vector<std::string> class_names_;
  std::uint64_t id_ = 0;
};

/// What tells data from all other data: the SHA-256, in 64 lower-case hexadecimal digits, of
/// decoded pixels, labels, class names and shape of both sets, in order (docs/formats.md has the
/// bytes). However the data is stored or compressed, the same images in the same order have the
/// same one.
std::string data_sha256(const Dataset& train, const Dataset& test);

}  // namespace lenet
