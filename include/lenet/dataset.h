// Labelled 8-bit images in memory, and reading them from IDX files.
#pragma once

#include <cstdint>
#include <filesystem>
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

/// The training and the test set from the folder's four files, named as MNIST names them:
/// {train,t10k}-images-idx3-ubyte and {train,t10k}-labels-idx1-ubyte, plain or with .gz (the plain
/// one if both are there). Images of any one size, 1 channel.
///
/// Both sets get 1 + the largest training label as their number of classes: 10 for MNIST and its
/// like, 27 for EMNIST Letters, whose labels start at 1. Class names are known if the training
/// labels are those of Fashion-MNIST (their SHA-256 tells). Throws Error: kIo if a file is missing
/// or cannot be read, kBadInput if one is broken or does not fit the others.
std::pair<Dataset, Dataset> load_idx_folder(const std::filesystem::path& dir);

}  // namespace lenet
