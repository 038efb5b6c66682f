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

/// What a column holds.
struct Column {
  enum class Kind { kPixel, kLabel, kTarget, kUnused } kind = Kind::kPixel;
  std::size_t place = 0;  ///< of a target in its row
};

/// Reads row after row into a Part whose columns the first row settles.
class CsvReader {
 public:
  using Kind = Column::Kind;

  /// bytes: of all rows, in which a pixel takes two or more.
  CsvReader(const LoadOptions& how, const std::string& name, std::size_t bytes)
      : how_(how), size_(how.size), name_(name) {
    if (!how.floats) pixels_.reserve(bytes / 2);
    if (how.targets.empty() || is_input(how.targets)) return;
    rows_.names = how.targets;
    rows_.width = std::ssize(how.targets);
  }

  void add(std::string_view line) {
    ++row_;
    if (line.find('\0') != std::string_view::npos) fail("a NUL byte, want text");
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    const bool first = columns_.empty();
    if (first) separator_ = csv_separator(line);
    const std::vector<std::string_view> fields = csv_fields(line, separator_);
    if (first) settle_columns(fields);
    if (!first || !header_) add_image(fields);
  }

  /// Without a header the first column is the label. Where it has one value and the last column
  /// more, the label may be there.
  bool label_may_be_last() const {
    if (header_ || labels_.empty() || how_.floats) return false;
    const auto step = static_cast<std::size_t>(size_[0] * size_[1]);
    bool varies = false;
    for (std::size_t at = step - 1; at < pixels_.size(); at += step) {
      varies = varies || pixels_[at] != pixels_[step - 1];
    }
    return varies && std::ranges::count(labels_, labels_[0]) == std::ssize(labels_);
  }

  Part finish() && {
    if (labels_.empty() && rows_.values.empty()) {
      throw Error(ErrorKind::kBadInput, fmt::format("{}: no rows of numbers, want a label and the "
                                                    "pixels of an image each",
                                                    name_));
    }
    Part part{.images_source = name_,
              .labels_source = name_,
              .pixels = nullptr,
              .offset = 0,
              .image_shape = {1, size_[0], size_[1]},
              .labels = std::move(labels_),
              .floats = std::move(floats_),
              .rows = std::move(rows_)};
    if (how_.floats) return part;
    part.pixels = std::make_unique_for_overwrite<std::uint8_t[]>(pixels_.size());
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
    columns_.resize(fields.size());
    if (fields.size() < 2) {
      fail("one column, want a label and pixels with commas, semicolons or tabs between them");
    }
    const CsvColumns found = csv_columns(fields);
    header_ = found.header || rows_.width > 0;
    if (found.index) columns_[0].kind = Kind::kUnused;
    if (found.label && header_ == found.header) columns_[*found.label].kind = Kind::kLabel;
    settle_targets(fields);
    settle_label(fields);
    const std::int64_t pixels = std::ranges::count(columns_, Kind::kPixel, &Column::kind);
    if (pixels < 1) fail("no column of pixels");
    if (size_.empty()) size_ = how_.floats ? Shape{1, pixels} : square_of(pixels);
    if (size_[0] * size_[1] != pixels) {
      fail(fmt::format("{} columns are {} and {} pixels, want {} for images of {}", fields.size(),
                       others(), pixels, size_[0] * size_[1], to_string(size_)));
    }
  }

  /// What an image has beside its pixels.
  std::string others() const {
    const bool labelled = std::ranges::count(columns_, Kind::kLabel, &Column::kind) > 0;
    if (rows_.width == 0) return labelled ? "a label" : "no label";
    return fmt::format("{} target{}", rows_.width, rows_.width == 1 ? "" : "s");
  }

  /// The named targets, beside which a label counts for nothing.
  void settle_targets(const std::vector<std::string_view>& fields) {
    if (rows_.width == 0) return;
    for (Column& column : columns_) {
      if (column.kind == Kind::kLabel) column.kind = Kind::kUnused;
    }
    for (std::size_t place = 0; place < rows_.names.size(); ++place) {
      try {
        columns_[column_of(rows_.names[place], fields)] = {Kind::kTarget, place};
      } catch (const Error& e) {
        throw Error(e.kind(), fmt::format("{}: {}", name_, e.what()));
      }
    }
  }

  /// Images that are their own targets need no label, and one to be learned as a number is a
  /// target.
  void settle_label(const std::vector<std::string_view>& fields) {
    const auto label = std::ranges::find(columns_, Kind::kLabel, &Column::kind);
    const bool own = is_input(how_.targets);
    const bool all_pixels =
        own && !header_ && !size_.empty() && size_[0] * size_[1] == std::ssize(fields);
    if (label != columns_.end() && all_pixels) label->kind = Kind::kPixel;
    if (label != columns_.end() && how_.numbers && !own) {
      *label = {Kind::kTarget, 0};
      rows_.width = 1;
    }
    if (label != columns_.end() || rows_.width > 0 || own) return;
    fail(
        fmt::format("no column is called label in this header ({:.40}, ..., {:.40}); images "
                    "without labels, such as Kaggle's test.csv, can be neither trained nor "
                    "tested on: take the file with labels alone, with --test-split 0.2, or name "
                    "the columns to learn with --targets",
                    fields.front(), fields.back()));
  }

  static std::int64_t root_of(std::int64_t pixels) {
    return std::llround(std::sqrt(static_cast<double>(pixels)));
  }

  Shape square_of(std::int64_t pixels) const {
    const std::int64_t side = root_of(pixels), less = root_of(pixels - 1);
    if (side * side == pixels) return {side, side};
    const bool index = !header_ && less > 0 && less * less == pixels - 1;
    const char* hint = "or is there no label?";
    if (index) {
      hint =
          "or is the first column the number of the row? A header calls it index and the label "
          "label";
    } else if (rows_.width > 0) {
      hint = "every column that --targets does not name is a pixel, but for index and label";
    }
    fail(
        fmt::format("{} columns are {} and {} pixels, which make no square; say the size of the "
                    "images, as in --size 28x28 ({})",
                    columns_.size(), others(), pixels, hint));
  }

  void add_image(const std::vector<std::string_view>& fields) {
    if (fields.size() != columns_.size()) {
      fail(fmt::format("{} columns, want {} as above", fields.size(), columns_.size()));
    }
    rows_.values.resize(rows_.values.size() + static_cast<std::size_t>(rows_.width));
    bool labelled = rows_.width > 0;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      switch (columns_[i].kind) {
        case Kind::kPixel:
          add_pixel(i, fields[i]);
          break;
        case Kind::kLabel:
          labels_.push_back(static_cast<Label>(whole(i, "label", fields[i], kMostClasses - 1)));
          labelled = true;
          break;
        case Kind::kTarget:
          row()[columns_[i].place] = real(i, "target", fields[i]);
          break;
        case Kind::kUnused:
          break;
      }
    }
    if (!labelled) labels_.push_back(0);  // its own target
  }

  float* row() { return rows_.values.data() + std::ssize(rows_.values) - rows_.width; }

  void add_pixel(std::size_t column, std::string_view field) {
    if (how_.floats) {
      floats_.push_back(real(column, "number", field));
    } else {
      pixels_.push_back(static_cast<std::uint8_t>(whole(column, "pixel", field, 255)));
    }
  }

  long long whole(std::size_t column, const char* what, std::string_view field,
                  std::int64_t most) const {
    const std::optional<long long> value = whole_number_in(field);
    if (value && *value >= 0 && *value <= most) return *value;
    fail(fmt::format("column {}: found {} \"{:.20}\", want a whole number from 0 to {}", column + 1,
                     what, field, most));
  }

  float real(std::size_t column, const char* what, std::string_view field) const {
    if (const std::optional<float> value = float_in(field)) return *value;
    fail(fmt::format("column {}: found {} \"{:.20}\", want a finite number", column + 1, what,
                     field));
  }

  const LoadOptions& how_;
  Shape size_;
  std::string name_;
  std::int64_t row_ = 0;
  char separator_ = ',';
  bool header_ = false;
  std::vector<Column> columns_;  ///< none before the first row
  std::vector<Label> labels_;
  FloatTargets rows_;
  std::vector<std::uint8_t> pixels_;
  std::vector<float> floats_;
};

}  // namespace

Part parse_csv(std::string_view bytes, const LoadOptions& how, const std::string& name) {
  std::string buffer;
  std::string_view text = csv_text(bytes, buffer);
  const char line_end = text.find('\n') == std::string_view::npos ? '\r' : '\n';
  CsvReader reader(how, name, text.size());
  while (!text.empty()) {
    const std::size_t end = text.find(line_end);
    reader.add(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (how.note && reader.label_may_be_last()) {
    how.note(
        fmt::format("{}: all labels in the first column are the same; where the last column is "
                    "the label, add a header that calls it label",
                    name));
  }
  return std::move(reader).finish();
}

bool has_unlabelled_header(std::string_view bytes, const std::vector<std::string>& targets) {
  if (is_input(targets)) return false;
  std::string buffer;
  std::string_view text = csv_text(bytes, buffer);
  text = text.substr(0, text.find_first_of("\r\n"));
  if (text.empty()) return false;
  const std::vector<std::string_view> fields = csv_fields(text, csv_separator(text));
  if (targets.empty()) return !csv_columns(fields).label;
  return std::ranges::none_of(targets, [&](const std::string& name) {
    return std::ranges::find(fields, name) != fields.end();
  });
}

}  // namespace lenet
