// Images and their targets in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lenet/export.h"
#include "lenet/label.h"
#include "lenet/shape.h"
#include "lenet/targets.h"

namespace LENET_PUBLIC lenet {

/// Pixels as the bytes of a file, which count as byte / 255. Image i starts at offset + i *
/// element_count(image_shape).
struct ByteImages {
  std::unique_ptr<std::uint8_t[]> pixels;
  std::int64_t offset = 0;
};

/// Pixels that count as they are: (images, image_shape).
struct FloatImages {
  std::vector<float> values;
};

using Images = std::variant<ByteImages, FloatImages>;

/// Images with a target each. Cheap to move, not copyable.
class Dataset {
 public:
  Dataset() = default;

  /// Throws Error (kBadInput) without targets, for a label >= classes, for a number of floats or
  /// names that does not fit, and for a float that is not finite.
  Dataset(Images images, Shape image_shape, Targets targets);

  /// Bytes with a class each.
  Dataset(std::unique_ptr<std::uint8_t[]> pixels, std::int64_t offset, Shape image_shape,
          std::vector<Label> labels, std::int64_t classes,
          std::vector<std::string> class_names = {});

  std::int64_t size() const { return has_classes() ? std::ssize(labels()) : rows().size(); }
  const Shape& image_shape() const { return image_shape_; }  ///< {channels, height, width}

  /// Which kind the images are: the other's are not to be asked for.
  bool has_bytes() const { return std::holds_alternative<ByteImages>(images_); }

  /// The bytes or the floats of image i in the order channels, height, width.
  const std::uint8_t* image(std::int64_t i) const& { return bytes_ + i * image_size_; }
  const float* floats(std::int64_t i) const& { return floats_ + i * image_size_; }

  /// Which kind the targets are: of floats there are no classes, of classes no rows.
  bool has_classes() const { return std::holds_alternative<ClassTargets>(targets_); }

  std::int64_t classes() const { return has_classes() ? of_classes().classes : 0; }

  /// What a network for these targets ends with: an output a class, or a float of a row.
  std::int64_t outputs() const { return has_classes() ? classes() : rows().width; }

  /// The name of class c, or of float c of the rows, at c; empty when the names are not known.
  const std::vector<std::string>& class_names() const;
  Label label(std::int64_t i) const { return of_classes().labels[static_cast<std::size_t>(i)]; }
  std::span<const Label> labels() const& {
    return has_classes() ? std::span<const Label>(of_classes().labels) : std::span<const Label>();
  }
  FloatRows rows() const&;

  // Those of a data set that is gone by the end of the expression.
  const std::uint8_t* image(std::int64_t i) && = delete;
  const float* floats(std::int64_t i) && = delete;
  std::span<const Label> labels() && = delete;
  FloatRows rows() && = delete;

  /// The same images with other classes: label c becomes labels[c]. Throws Error as the constructor
  /// does, and kUsage unless there is one label a class.
  Dataset relabelled(std::span<const Label> labels, std::int64_t classes,
                     std::vector<std::string> class_names = {}) &&;

  /// A copy of the examples that `indices` names, in their order.
  Dataset selected(std::span<const std::int32_t> indices) const;

  /// The same images, each with itself as its target: bytes count as byte / 255. (autoencoders)
  Dataset with_itself_as_target() &&;

  /// What no other data set of this process has, for copies of its bytes kept elsewhere; 0: empty.
  std::uint64_t id() const { return id_; }

 private:
  const ClassTargets& of_classes() const { return std::get<ClassTargets>(targets_); }

  Images images_;
  const std::uint8_t* bytes_ = nullptr;  ///< of image 0
  const float* floats_ = nullptr;
  std::int64_t image_size_ = 0;
  Shape image_shape_;
  Targets targets_;
  std::uint64_t id_ = 0;
};

/// Throws Error (kUsage) unless the images are bytes: "{what}: takes images of bytes ...".
void require_bytes(const Dataset& data, std::string_view what);

/// The same for targets that are classes.
void require_classes(const Dataset& data, std::string_view what);

/// What tells data from all other data: the SHA-256, in 64 lower-case hexadecimal digits, of
/// decoded pixels, targets, class names and shape of both sets, in order (docs/formats.md has the
/// bytes). However the data is stored or compressed, the same images in the same order have the
/// same one.
std::string data_sha256(const Dataset& train, const Dataset& test);

}  // namespace lenet
