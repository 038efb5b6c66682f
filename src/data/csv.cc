// A label and the pixels of a grey image a row, as Kaggle's digit recogniser has them.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <locale>

#include "base/file.h"
#include "data/formats.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

std::string_view trimmed(std::string_view field) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = field.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  field = field.substr(first, field.find_last_not_of(kBlank) - first + 1);
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"') {
    field = field.substr(1, field.size() - 2);
  }
  return field;
}

std::vector<std::string_view> split_fields(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t comma = line.find(',');
    fields.push_back(trimmed(line.substr(0, comma)));
    if (comma == std::string_view::npos) return fields;
    line.remove_prefix(comma + 1);
  }
}

/// Whether all of `field` is a whole number; one too large for int64 is not.
bool read(std::string_view field, std::int64_t& value) {
  const char* const end = field.data() + field.size();
  const auto [last, error] = std::from_chars(field.data(), end, value);
  return error == std::errc() && last == end;
}

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
    if (trimmed(line).empty()) return;
    const std::vector<std::string_view> fields = split_fields(line);
    if (columns_ == 0) {
      const bool header = is_header(fields);
      settle_columns(fields, header);
      if (header) return;
    }
    add_image(fields);
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

  static bool is_header(const std::vector<std::string_view>& fields) {
    if (std::ranges::find(fields, "label") != fields.end()) return true;
    std::int64_t ignored = 0;
    return std::ranges::none_of(fields, [&](std::string_view f) { return read(f, ignored); });
  }

  void settle_columns(const std::vector<std::string_view>& fields, bool header) {
    columns_ = fields.size();
    if (header) {
      const auto label = std::ranges::find(fields, "label");
      if (label == fields.end()) {
        fail(
            fmt::format("no column is called label in this header ({:.40}, ...); images without "
                        "labels, such as Kaggle's test.csv, can be neither trained nor tested on: "
                        "take the file with labels alone, with --test-split 0.2",
                        fields[0]));
      }
      label_column_ = static_cast<std::size_t>(label - fields.begin());
    }
    const auto pixels = static_cast<std::int64_t>(columns_) - 1;
    if (pixels < 1) fail("one column, want a label and pixels with commas between them");
    if (size_.empty()) {
      const auto side = std::llround(std::sqrt(static_cast<double>(pixels)));
      if (side * side != pixels) {
        fail(
            fmt::format("{} columns are a label and {} pixels, which make no square; say the size "
                        "of the images, as in --size 28x28 (or is there no label?)",
                        columns_, pixels));
      }
      size_ = {side, side};
    }
    if (size_[0] * size_[1] != pixels) {
      fail(fmt::format("{} columns are a label and {} pixels, want {} for images of {}", columns_,
                       pixels, size_[0] * size_[1], to_string(size_)));
    }
  }

  void add_image(const std::vector<std::string_view>& fields) {
    if (fields.size() != columns_) {
      fail(fmt::format("{} columns, want {} as above", fields.size(), columns_));
    }
    for (std::size_t column = 0; column < columns_; ++column) {
      const bool label = column == label_column_;
      std::int64_t value = 0;
      if (!read(fields[column], value) || value < 0 || value > 255) {
        fail(fmt::format("column {}: found {} \"{:.20}\", want a whole number from 0 to 255{}",
                         column + 1, label ? "label" : "pixel", fields[column],
                         label ? " (at most 256 classes)" : ""));
      }
      (label ? labels_ : pixels_).push_back(static_cast<std::uint8_t>(value));
    }
  }

  Shape size_;
  std::string name_;
  std::int64_t row_ = 0;
  std::size_t columns_ = 0, label_column_ = 0;
  std::vector<std::uint8_t> labels_, pixels_;
};

Part read_csv(const fs::path& path, const Shape& size) {
  return parse_csv(read_file(path, kMostDataBytes), size, path.string());
}

}  // namespace

Part parse_csv(std::string_view text, const Shape& size, const std::string& name) {
  constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
  if (text.starts_with(kUtf8Mark)) text.remove_prefix(kUtf8Mark.size());
  CsvReader reader(size, name, text.size());
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    reader.add(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return std::move(reader).finish();
}

std::pair<Dataset, Dataset> load_csv(const fs::path& path, const LoadOptions& options) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    return to_datasets(read_csv(path, options.size), std::nullopt, {}, options);
  }
  if (!fs::exists(path / "train.csv", ignored)) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: no train.csv in the folder; give the CSV file itself, or name the "
                            "files train.csv and test.csv",
                            path.string()));
  }
  Part train = read_csv(path / "train.csv", options.size);
  std::optional<Part> test;
  if (fs::exists(path / "test.csv", ignored)) test = read_csv(path / "test.csv", options.size);
  return to_datasets(std::move(train), std::move(test), {}, options);
}

}  // namespace lenet
