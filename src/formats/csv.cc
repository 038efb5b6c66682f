// A label and the pixels of a grey image a row, as Kaggle's digit recogniser has them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <locale>

#include "base/file.h"
#include "formats/csv_columns.h"
#include "formats/formats.h"
#include "lenet/error.h"

namespace lenet {
namespace {

/// Reads row after row into a Part whose columns the first row settles.
class CsvReader {
 public:
  /// bytes: of all rows, in which a pixel takes two or more.
  CsvReader(const Shape& size, const std::string& name, std::size_t bytes)
      : size_(size), name_(name) {
    pixels_.reserve(bytes / 2);
  }

  void add(std::string_view line) {
    ++row_;
    if (line.find('\0') != std::string_view::npos) fail("a NUL byte, want text");
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    const bool first = width_ == 0;
    if (first) separator_ = csv_separator(line);
    const std::vector<std::string_view> fields = csv_fields(line, separator_);
    if (first) settle_columns(fields);
    if (!first || !columns_.header) add_image(fields);
  }

  /// Without a header the first column is the label. Where it has one value and the last column
  /// more, the label may be there.
  bool label_may_be_last() const {
    const auto step = static_cast<std::size_t>(size_.empty() ? 1 : size_[0] * size_[1]);
    bool varies = false;
    for (std::size_t at = step - 1; at < pixels_.size(); at += step) {
      varies = varies || pixels_[at] != pixels_[step - 1];
    }
    return !columns_.header && varies &&
           std::ranges::count(labels_, labels_[0]) == std::ssize(labels_);
  }

  Part finish() && {
    if (labels_.empty()) {
      throw Error(ErrorKind::kBadInput, fmt::format("{}: no rows of numbers, want a label and the "
                                                    "pixels of an image each",
                                                    name_));
    }
    Part part{.images_source = name_,
              .labels_source = name_,
              .pixels = std::make_unique_for_overwrite<std::uint8_t[]>(pixels_.size()),
              .offset = 0,
              .image_shape = {1, size_[0], size_[1]},
              .labels = std::move(labels_)};
    std::ranges::copy(pixels_, part.pixels.get());
    return part;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::kBadInput, fmt::format(std::locale(std::locale::classic(), new Grouping),
                                                  "{}: row {:L}: {}", name_, row_, what));
  }

  /// "17,203", as the program writes large numbers.
  struct Grouping : std::numpunct<char> {
    char do_thousands_sep() const override { return ','; }
    std::string do_grouping() const override { return "\3"; }
  };

  void settle_columns(const std::vector<std::string_view>& fields) {
    width_ = fields.size();
    columns_ = csv_columns(fields);
    if (width_ < 2) {
      fail("one column, want a label and pixels with commas, semicolons or tabs between them");
    }
    if (!columns_.label) {
      fail(
          fmt::format("no column is called label in this header ({:.40}, ..., {:.40}); images "
                      "without labels, such as Kaggle's test.csv, can be neither trained nor "
                      "tested on: take the file with labels alone, with --test-split 0.2",
                      fields.front(), fields.back()));
    }
    const auto pixels = static_cast<std::int64_t>(width_) - 1 - (columns_.index ? 1 : 0);
    if (pixels < 1) fail("no column of pixels");
    if (size_.empty()) size_ = square_of(pixels);
    if (size_[0] * size_[1] != pixels) {
      fail(fmt::format("{} columns are a label and {} pixels, want {} for images of {}", width_,
                       pixels, size_[0] * size_[1], to_string(size_)));
    }
  }

  static std::int64_t root_of(std::int64_t pixels) {
    return std::llround(std::sqrt(static_cast<double>(pixels)));
  }

  Shape square_of(std::int64_t pixels) const {
    const std::int64_t side = root_of(pixels), less = root_of(pixels - 1);
    if (side * side == pixels) return {side, side};
    const bool index = !columns_.header && less > 0 && less * less == pixels - 1;
    fail(fmt::format(
        "{} columns are a label and {} pixels, which make no square; say the size of the images, "
        "as in --size 28x28 ({})",
        width_, pixels,
        index ? "or is the first column the number of the row? A header calls it index and the "
                "label label"
              : "or is there no label?"));
  }

  void add_image(const std::vector<std::string_view>& fields) {
    if (fields.size() != width_) {
      fail(fmt::format("{} columns, want {} as above", fields.size(), width_));
    }
    for (std::size_t column = columns_.index ? 1 : 0; column < width_; ++column) {
      const bool label = column == columns_.label;
      const std::optional<long long> value = whole_number_in(fields[column]);
      const std::int64_t most = label ? kMostClasses - 1 : 255;
      if (!value || *value < 0 || *value > most) {
        fail(fmt::format("column {}: found {} \"{:.20}\", want a whole number from 0 to {}",
                         column + 1, label ? "label" : "pixel", fields[column], most));
      }
      if (label) {
        labels_.push_back(static_cast<Label>(*value));
      } else {
        pixels_.push_back(static_cast<std::uint8_t>(*value));
      }
    }
  }

  Shape size_;
  std::string name_;
  std::int64_t row_ = 0;
  std::size_t width_ = 0;  ///< in columns; 0 before the first row
  char separator_ = ',';
  CsvColumns columns_;
  std::vector<Label> labels_;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace

Part parse_csv(std::string_view bytes, const Shape& size, const std::string& name,
               const Note& note) {
  std::string buffer;
  std::string_view text = csv_text(bytes, buffer);
  const char line_end = text.find('\n') == std::string_view::npos ? '\r' : '\n';
  CsvReader reader(size, name, text.size());
  while (!text.empty()) {
    const std::size_t end = text.find(line_end);
    reader.add(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (note && reader.label_may_be_last()) {
    note(
        fmt::format("{}: all labels in the first column are the same; where the last column is "
                    "the label, add a header that calls it label",
                    name));
  }
  return std::move(reader).finish();
}

bool has_unlabelled_header(std::string_view bytes) {
  std::string buffer;
  std::string_view text = csv_text(bytes, buffer);
  text = text.substr(0, text.find_first_of("\r\n"));
  if (text.empty()) return false;
  return !csv_columns(csv_fields(text, csv_separator(text))).label;
}

}  // namespace lenet
