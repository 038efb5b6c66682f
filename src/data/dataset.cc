#include "lenet/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "base/require.h"
#include "lenet/error.h"

namespace lenet {
namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

Dataset::Dataset(std::unique_ptr<std::uint8_t[]> pixels, std::int64_t offset, Shape image_shape,
                 std::vector<Label> labels, std::int64_t classes,
                 std::vector<std::string> class_names)
    : pixels_(std::move(pixels)),
      offset_(offset),
      image_size_(element_count(image_shape)),
      image_shape_(std::move(image_shape)),
      labels_(std::move(labels)),
      classes_(classes),
      class_names_(std::move(class_names)),
      id_(next_id()) {
  if (labels_.empty()) throw Error(ErrorKind::kBadInput, "dataset: no labels, want at least one");
  const auto largest = std::max_element(labels_.begin(), labels_.end());
  if (*largest >= classes_) {
    throw Error(ErrorKind::kBadInput, fmt::format("dataset: label {} at image {}, want below {}",
                                                  *largest, largest - labels_.begin(), classes_));
  }
  if (!class_names_.empty() && std::ssize(class_names_) != classes_) {
    throw Error(ErrorKind::kBadInput, fmt::format("dataset: {} class names, want {} or none",
                                                  class_names_.size(), classes_));
  }
}

Dataset Dataset::relabelled(std::span<const Label> labels, std::int64_t classes,
                            std::vector<std::string> class_names) && {
  require(std::ssize(labels) == classes_,
          fmt::format("dataset: {} new labels, want one for each of the {} classes", labels.size(),
                      classes_));
  std::vector<Label> changed;
  changed.reserve(labels_.size());
  for (const Label label : labels_) changed.push_back(labels[label]);
  return Dataset(std::move(pixels_), offset_, std::move(image_shape_), std::move(changed), classes,
                 std::move(class_names));
}

}  // namespace lenet
