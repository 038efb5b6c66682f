#include "page/page_table.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

namespace lenet {

using Json = nlohmann::ordered_json;

void PageTable::add(const std::vector<std::optional<double>>& row) {
  std::int64_t kept = rows();
  while (kept > 0 && at(rows() - 1, 0) > *row[0] && at(kept - 1, 0) >= *row[0]) --kept;
  if (kept < rows()) {
    values_.resize(static_cast<std::size_t>(kept * width()));
    ++version_;
  }
  for (const std::optional<double>& value : row) values_.push_back(value.value_or(std::nan("")));
}

void PageTable::become(PageTable other) {
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  const bool grown = columns_ == other.columns_ && values_.size() <= other.values_.size() &&
                     std::equal(values_.begin(), values_.end(), other.values_.begin(), same);
  other.version_ = version_ + (grown ? 0 : 1);
  *this = std::move(other);
}

/// The rows of the least and of the largest value of a column, from `first` to `end`, in order and
/// each once; none where no value is finite.
std::vector<std::int64_t> PageTable::extremes(std::int64_t first, std::int64_t end,
                                              std::int64_t column) const {
  std::int64_t least = -1, largest = -1;
  for (std::int64_t row = first; row < end; ++row) {
    if (!std::isfinite(at(row, column))) continue;
    if (least < 0 || at(row, column) < at(least, column)) least = row;
    if (largest < 0 || at(row, column) > at(largest, column)) largest = row;
  }
  if (least < 0) return {};
  if (least == largest) return {least};
  return {std::min(least, largest), std::max(least, largest)};
}

void PageTable::thin() {
  constexpr std::int64_t kStretch = 4;
  std::vector<std::int64_t> numbers;
  for (std::int64_t first = 0; first < rows(); first += kStretch) {
    const std::int64_t end = std::min(first + kStretch, rows());
    for (const std::int64_t row : extremes(first, end, width() - 1)) numbers.push_back(row);
  }
  if (rows() > 0 && (numbers.empty() || numbers.back() != rows() - 1))
    numbers.push_back(rows() - 1);
  std::vector<double> kept;
  for (const std::int64_t row : numbers) {
    const auto from = values_.begin() + row * width();
    kept.insert(kept.end(), from, from + width());
  }
  values_ = std::move(kept);
  ++version_;
}

/// The numbers of the rows that stand for all, in order. The first and the last are among them.
std::vector<std::int64_t> PageTable::chosen(std::int64_t from, std::int64_t most) const {
  const std::int64_t all = rows() - from;
  std::vector<std::int64_t> numbers;
  if (all <= most) {
    numbers.resize(static_cast<std::size_t>(std::max<std::int64_t>(0, all)));
    std::iota(numbers.begin(), numbers.end(), from);
    return numbers;
  }
  const std::int64_t stretches = std::max<std::int64_t>(1, (most - 2) / (2 * width()));
  numbers = {from, rows() - 1};
  for (std::int64_t s = 0; s < stretches; ++s) {
    const std::int64_t first = from + all * s / stretches, end = from + all * (s + 1) / stretches;
    for (std::int64_t column = 0; column < width(); ++column) {
      for (const std::int64_t row : extremes(first, end, column)) numbers.push_back(row);
    }
  }
  std::ranges::sort(numbers);
  const auto again = std::ranges::unique(numbers);
  numbers.erase(again.begin(), again.end());
  return numbers;
}

Json PageTable::part(std::int64_t from, std::int64_t most) const {
  from = std::clamp<std::int64_t>(from, 0, rows());
  const std::vector<std::int64_t> numbers = chosen(from, most);
  Json columns = Json::object();
  for (std::int64_t column = 0; column < width(); ++column) {
    Json& values = columns[columns_[static_cast<std::size_t>(column)]] = Json::array();
    for (const std::int64_t row : numbers) {
      const double value = at(row, column);
      values.push_back(std::isfinite(value) ? Json(value) : Json());
    }
  }
  return {{"version", version_}, {"from", from}, {"next", rows()}, {"columns", std::move(columns)}};
}

}  // namespace lenet
