// How a CSV file separates its columns, and which of them is the label.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lenet {

/// The file as ASCII text: without UTF-8's mark, and from UTF-16 with a mark, where "?" stands for
/// what ASCII has not. `buffer` holds the text where it is not the bytes'.
std::string_view csv_text(std::string_view bytes, std::string& buffer);

/// Of comma, semicolon and tab, the one that the line has most of; the comma where it has none.
char csv_separator(std::string_view line);

/// The fields without blanks and quotes around them.
std::vector<std::string_view> csv_fields(std::string_view line, char separator);

/// Whether all of `field` is a number of whole value, as 7 and 7.0 are.
std::optional<long long> whole_number_in(std::string_view field);

/// Whether all of `field` is a finite number.
std::optional<float> float_in(std::string_view field);

/// Of the first row. Columns count from 0.
struct CsvColumns {
  bool header = false;               ///< the row names the columns
  std::optional<std::size_t> label;  ///< nothing: the header names none
  bool index = false;                ///< the first column numbers the rows, as pandas writes it
};

/// The column of this name. Throws Error (kUsage) if there is none, or more than one.
std::size_t column_of(const std::string& name, const std::vector<std::string_view>& fields);

/// A row is a header if it names a label (label, labels, class, target or y), has no number, or
/// counts its columns from 0 (ten at least, an unnamed index before them or not); then the first
/// counted column is the label, as is the first column without a header.
CsvColumns csv_columns(const std::vector<std::string_view>& fields);

}  // namespace lenet
