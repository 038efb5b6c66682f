#include "formats/array_labels.h"

#include <fmt/format.h>

#include <cmath>

#include "formats/part.h"
#include "lenet/error.h"
#include "lenet/shape.h"

namespace lenet {
namespace {

[[noreturn]] void bad_labels(const NpyArray& y, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", y.name, what));
}

/// A label beyond int64 is beyond what a double tells apart too, and is refused either way.
double value_at(const NpyArray& y, std::int64_t i) {
  return with_item_type(y, [&]<typename T>(T) { return static_cast<double>(item<T>(y, i)); });
}

std::vector<std::int64_t> numbers(const NpyArray& y) {
  constexpr double kMost = 1e15;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < y.count(); ++i) {
    const double value = value_at(y, i);
    if (!(std::abs(value) < kMost) || value != std::floor(value)) {
      bad_labels(y, fmt::format("label {} at image {}, want whole numbers from 0", value, i));
    }
    labels.push_back(static_cast<std::int64_t>(value));
  }
  return labels;
}

std::vector<std::int64_t> places_of_ones(const NpyArray& y) {
  const std::int64_t classes = y.shape[1];
  std::vector<std::int64_t> labels;
  for (std::int64_t n = 0; n < y.shape[0]; ++n) {
    std::int64_t ones = 0, label = 0;
    for (std::int64_t k = 0; k < classes; ++k) {
      const double value = value_at(y, n * classes + k);
      if (value != 0 && value != 1) {
        bad_labels(y, fmt::format("shape {} with {} at image {}, want a label an image, or a row "
                                  "of zeros with a 1 at the label",
                                  to_string(y.shape), value, n));
      }
      if (value == 0) continue;
      ++ones;
      label = k;
    }
    if (ones != 1) {
      bad_labels(y, fmt::format("{} ones in the row of image {}, want 1: an image has one class",
                                ones, n));
    }
    labels.push_back(label);
  }
  return labels;
}

/// Numbers an image; 0: the shape is no row an image.
std::int64_t width_of(const NpyArray& y) {
  if (y.shape.size() == 1) return 1;
  return y.shape.size() == 2 ? y.shape[1] : 0;
}

/// Why the numbers can be no classes; empty if they can.
std::string why_no_classes(const NpyArray& y) {
  const std::int64_t width = width_of(y);
  std::int64_t ones = 0, rows = 0;
  bool one_each = true;
  for (std::int64_t i = 0; width > 0 && i < y.count(); ++i) {
    const double value = value_at(y, i);
    const bool fits = width == 1 ? value == std::floor(value) : value == 0 || value == 1;
    if (!fits) {
      return fmt::format("{:g} at image {}: {} an image to learn", value, i / width,
                         width == 1 ? "a number" : fmt::format("{} numbers", width));
    }
    ones += value == 1;
    if ((i + 1) % width == 0) one_each = one_each && ones == ++rows;
  }
  if (width < 2 || one_each) return "";
  return fmt::format("{:.3g} ones in a row of {}: several labels an image",
                     static_cast<double>(ones) / static_cast<double>(y.shape[0]), width);
}

FloatTargets array_numbers(const NpyArray& y) {
  FloatTargets rows{.values = {}, .width = width_of(y)};
  if (rows.width == 0) {
    bad_labels(y, fmt::format("shape {}, want (images) or (images, numbers)", to_string(y.shape)));
  }
  rows.values.reserve(static_cast<std::size_t>(y.count()));
  for (std::int64_t i = 0; i < y.count(); ++i) {
    rows.values.push_back(static_cast<float>(value_at(y, i)));
    if (std::isfinite(rows.values.back())) continue;
    bad_labels(y,
               fmt::format("{} at image {}, want finite numbers", value_at(y, i), i / rows.width));
  }
  return rows;
}

}  // namespace

void read_targets(const NpyArray& y, bool numbers, const Note& note, Part& part) {
  const std::string why = numbers ? "" : why_no_classes(y);
  if (!numbers && why.empty()) {
    part.labels = array_labels(y);
    return;
  }
  part.rows = array_numbers(y);
  if (note && !why.empty()) note(fmt::format("{}: {}", y.name, why));
}

std::vector<Label> array_labels(const NpyArray& y) {
  const bool column = y.shape.size() == 2 && y.shape[1] == 1;
  if (y.shape.size() == 1 || column) return to_labels(numbers(y), y.name);
  if (y.shape.size() == 2 && y.shape[1] > 1) return to_labels(places_of_ones(y), y.name);
  bad_labels(y, fmt::format("shape {}, want one label an image", to_string(y.shape)));
}

}  // namespace lenet
