#include "lenet/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "base/require.h"
#include "lenet/error.h"

namespace lenet {
namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

[[noreturn]] void bad(const std::string& what) {
  throw Error(ErrorKind::kBadInput, "dataset: " + what);
}

/// `width`: values of an example.
void require_finite(const char* what, const std::vector<float>& values, std::int64_t width) {
  const auto at = std::ranges::find_if_not(values, [](float v) { return std::isfinite(v); });
  if (at == values.end()) return;
  bad(fmt::format("a {} of example {} is {}, want finite numbers", what,
                  (at - values.begin()) / width, *at));
}

/// How many examples they are of.
std::int64_t checked_count(const ClassTargets& t) {
  if (t.labels.empty()) bad("no labels, want at least one");
  const auto largest = std::max_element(t.labels.begin(), t.labels.end());
  if (*largest >= t.classes) {
    bad(fmt::format("label {} at image {}, want below {}", *largest, largest - t.labels.begin(),
                    t.classes));
  }
  if (!t.class_names.empty() && std::ssize(t.class_names) != t.classes) {
    bad(fmt::format("{} class names, want {} or none", t.class_names.size(), t.classes));
  }
  return std::ssize(t.labels);
}

std::int64_t checked_count(const FloatTargets& t) {
  const std::int64_t count = std::ssize(t.values);
  if (t.width < 1 || count == 0 || count % t.width != 0) {
    bad(fmt::format("{} target values in rows of {}, want whole rows, at least one", count,
                    t.width));
  }
  if (!t.names.empty() && std::ssize(t.names) != t.width) {
    bad(fmt::format("{} names of targets, want {} or none", t.names.size(), t.width));
  }
  require_finite("target value", t.values, t.width);
  return count / t.width;
}

}  // namespace

Dataset::Dataset(Images images, Shape image_shape, Targets targets)
    : images_(std::move(images)),
      image_size_(element_count(image_shape)),
      image_shape_(std::move(image_shape)),
      targets_(std::move(targets)),
      id_(next_id()) {
  const std::int64_t count = std::visit([](const auto& t) { return checked_count(t); }, targets_);
  if (const auto* bytes = std::get_if<ByteImages>(&images_)) {
    bytes_ = bytes->pixels.get() + bytes->offset;
    return;
  }
  const std::vector<float>& floats = std::get<FloatImages>(images_).values;
  if (std::ssize(floats) != count * image_size_) {
    bad(fmt::format("{} floats, want {} images of shape {}", floats.size(), count,
                    to_string(image_shape_)));
  }
  require_finite("pixel", floats, image_size_);
  floats_ = floats.data();
}

Dataset::Dataset(std::unique_ptr<std::uint8_t[]> pixels, std::int64_t offset, Shape image_shape,
                 std::vector<Label> labels, std::int64_t classes,
                 std::vector<std::string> class_names)
    : Dataset(ByteImages{std::move(pixels), offset}, std::move(image_shape),
              ClassTargets{std::move(labels), classes, std::move(class_names)}) {}

const std::vector<std::string>& Dataset::class_names() const {
  if (has_classes()) return of_classes().class_names;
  return std::get<FloatTargets>(targets_).names;
}

FloatRows Dataset::rows() const& {
  const auto* targets = std::get_if<FloatTargets>(&targets_);
  return targets ? FloatRows{targets->values, targets->width} : FloatRows();
}

Dataset Dataset::relabelled(std::span<const Label> labels, std::int64_t classes,
                            std::vector<std::string> class_names) && {
  require_classes(*this, "new labels");
  const ClassTargets& now = of_classes();
  require(std::ssize(labels) == now.classes,
          fmt::format("dataset: {} new labels, want one for each of the {} classes", labels.size(),
                      now.classes));
  std::vector<Label> changed;
  changed.reserve(now.labels.size());
  for (const Label label : now.labels) changed.push_back(labels[label]);
  return Dataset(std::move(images_), std::move(image_shape_),
                 ClassTargets{std::move(changed), classes, std::move(class_names)});
}

namespace {

/// The rows of `width` values that `indices` names.
template <class T>
std::vector<T> rows_at(std::span<const std::int32_t> indices, const T* values, std::int64_t width) {
  std::vector<T> rows(indices.size() * static_cast<std::size_t>(width));
  T* out = rows.data();
  for (const std::int32_t i : indices) out = std::copy_n(values + i * width, width, out);
  return rows;
}

}  // namespace

Dataset Dataset::selected(std::span<const std::int32_t> indices) const {
  Targets targets;
  if (has_classes()) {
    targets = ClassTargets{rows_at(indices, labels().data(), 1), classes(), class_names()};
  } else {
    targets = FloatTargets{rows_at(indices, rows().values.data(), rows().width), rows().width,
                           class_names()};
  }
  if (!has_bytes()) {
    FloatImages images{rows_at(indices, floats_, image_size_)};
    return Dataset(std::move(images), image_shape_, std::move(targets));
  }
  ByteImages images{std::make_unique_for_overwrite<std::uint8_t[]>(
      indices.size() * static_cast<std::size_t>(image_size_))};
  std::uint8_t* out = images.pixels.get();
  for (const std::int32_t i : indices) out = std::copy_n(image(i), image_size_, out);
  return Dataset(std::move(images), image_shape_, std::move(targets));
}

Dataset Dataset::with_itself_as_target() && {
  FloatTargets targets{.values = {}, .width = image_size_};
  const auto count = static_cast<std::size_t>(size() * image_size_);
  if (has_bytes()) {
    targets.values.resize(count);
    std::transform(bytes_, bytes_ + count, targets.values.begin(),
                   [](std::uint8_t byte) { return static_cast<float>(byte) / 255.0f; });
  } else {
    targets.values.assign(floats_, floats_ + count);
  }
  return Dataset(std::move(images_), std::move(image_shape_), std::move(targets));
}

void require_bytes(const Dataset& data, std::string_view what) {
  if (data.has_bytes()) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: takes images of bytes, and those of the data are floats", what));
}

void require_classes(const Dataset& data, std::string_view what) {
  if (data.has_classes()) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: wants a class an example, and the data's targets are floats", what));
}

}  // namespace lenet
