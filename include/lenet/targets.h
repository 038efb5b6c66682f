// What the outputs of a network are compared with, an example each.
#pragma once

#include <cstdint>
#include <ranges>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "lenet/export.h"
#include "lenet/label.h"

namespace LENET_PUBLIC lenet {

/// A class an example, for the cross-entropy.
struct ClassTargets {
  std::vector<Label> labels;
  std::int64_t classes = 0;                   ///< labels are below
  std::vector<std::string> class_names = {};  ///< one a class, or none
};

/// `width` floats an example, (examples, width), for any loss (loss_function.h): numbers, labels
/// from 0 to 1, or probabilities that sum to 1.
struct FloatTargets {
  std::vector<float> values;
  std::int64_t width = 0;
  std::vector<std::string> names = {};  ///< one a float of a row, or none
};

using Targets = std::variant<ClassTargets, FloatTargets>;

/// Bytes or numbers that end with the expression in which they stand.
template <class R>
concept TemporaryRange = std::ranges::range<R> && !std::ranges::borrowed_range<R>;

/// Floats in rows of `width`. Refers to them: temporaries are refused.
struct FloatRows {
  FloatRows() = default;
  FloatRows(std::span<const float> v, std::int64_t w) : values(v), width(w) {}
  template <TemporaryRange Values>
  FloatRows(Values&& v, std::int64_t w) = delete;

  std::span<const float> values;
  std::int64_t width = 0;

  std::int64_t size() const {
    return width > 0 ? static_cast<std::int64_t>(values.size()) / width : 0;
  }
  std::span<const float> operator[](std::int64_t row) const {
    return values.subspan(static_cast<std::size_t>(row * width), static_cast<std::size_t>(width));
  }
};

}  // namespace lenet
