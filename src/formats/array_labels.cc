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

}  // namespace

std::vector<Label> array_labels(const NpyArray& y) {
  const bool column = y.shape.size() == 2 && y.shape[1] == 1;
  if (y.shape.size() == 1 || column) return to_labels(numbers(y), y.name);
  if (y.shape.size() == 2 && y.shape[1] > 1) return to_labels(places_of_ones(y), y.name);
  bad_labels(y, fmt::format("shape {}, want one label an image", to_string(y.shape)));
}

}  // namespace lenet
