// Figures of a run as rows, which the page asks for in part.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lenet {

/// Rows keep their numbers until some of them go, which raises the version.
class PageTable {
 public:
  explicit PageTable(std::vector<std::string> columns) : columns_(std::move(columns)) {}

  const std::vector<std::string>& columns() const { return columns_; }
  std::int64_t version() const { return version_; }
  std::int64_t rows() const { return std::ssize(values_) / width(); }

  /// A value for each column; nothing where there is none. The first column grows: a row that falls
  /// behind the last one, of an epoch that begins again, takes the place of all from there on.
  void add(const std::vector<std::optional<double>>& row);

  /// Takes over another's rows; those that both have keep their numbers if all of them are alike.
  void become(PageTable other);

  /// Halves them: of each four that follow one another it keeps that of the least and that of the
  /// largest value of the last column, so that no peak is ever lost, and the newest.
  void thin();

  /// Rows from `from` on, as the page reads them (web/src/source.ts): {"version", "from", "next",
  /// "columns"}. Of more than `most` rows those with the least and the largest value of each column
  /// in each stretch.
  nlohmann::ordered_json part(std::int64_t from, std::int64_t most) const;

 private:
  std::int64_t width() const { return std::ssize(columns_); }
  double at(std::int64_t row, std::int64_t column) const {
    return values_[static_cast<std::size_t>(row * width() + column)];
  }
  std::vector<std::int64_t> extremes(std::int64_t first, std::int64_t end,
                                     std::int64_t column) const;
  std::vector<std::int64_t> chosen(std::int64_t from, std::int64_t most) const;

  std::vector<std::string> columns_;
  std::vector<double> values_;  ///< (rows, columns); NaN: none
  std::int64_t version_ = 0;
};

}  // namespace lenet
