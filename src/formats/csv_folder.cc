// The CSV files of a folder: their names tell the training rows from the test rows.
#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "formats/formats.h"
#include "formats/split_names.h"
#include "formats/subset.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

using Files = Subsets<fs::path>;

/// The only CSV file is the training set whatever its name.
Files find_files(const fs::path& dir, const LoadOptions& options) {
  std::vector<fs::path> all;
  for (const fs::path& path : visible_files(dir)) {
    if (is_csv_name(path)) all.push_back(path);
  }
  all = files_of_split(std::move(all), options.split, dir);
  note_emnist(all, options);
  Files files;
  if (all.size() == 1) files.train = all.front();
  if (all.size() == 1) return files;
  std::vector<fs::path> unused;
  for (const fs::path& path : all) {
    const auto subset = subset_of(words_of(path.stem().string()));
    if (!subset) {
      unused.push_back(path);
      continue;
    }
    fs::path& place = files[*subset];
    if (!place.empty()) {
      const std::string advice = split_advice(all);
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: {} and {} are both of one subset by their names; {}",
                              dir.string(), place.filename().string(), path.filename().string(),
                              advice.empty() ? "give one file" : advice));
    }
    place = path;
  }
  if (files.train.empty()) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: none of its {} CSV files has train in its name; give the CSV file "
                            "itself, or name the files train.csv and test.csv",
                            dir.string(), all.size()));
  }
  for (const fs::path& judged : {files.test, files.validation}) {
    if (!judged.empty()) require_one_split(files.train, judged, options.note);
  }
  note_unused(unused, options);
  return files;
}

/// The rows, or nothing and a note where the header has no label, as in Kaggle's test.csv.
std::optional<Part> read_judged(const fs::path& path, const LoadOptions& options) {
  const std::string bytes = read_file(path, kMostDataBytes);
  if (!has_unlabelled_header(bytes, options.targets)) {
    return parse_csv(bytes, options, path.string());
  }
  if (options.note) options.note(fmt::format("{}: not used, as it has no labels", path.string()));
  return std::nullopt;
}

}  // namespace

bool is_csv_name(const fs::path& path) {
  const std::string ending = lower_case(path.extension().string());
  return ending == ".csv" || ending == ".tsv";
}

std::pair<Dataset, Dataset> load_csv(const fs::path& path, const LoadOptions& options) {
  std::error_code ignored;
  Files files;
  if (fs::is_directory(path, ignored)) {
    files = find_files(path, options);
  } else {
    files.train = path;
  }
  Part train = parse_csv(read_file(files.train, kMostDataBytes), options, files.train.string());
  std::optional<Part> test;
  if (!files.test.empty()) test = read_judged(files.test, options);
  if (!files.validation.empty() &&
      judges_validation(files.validation.string(), test.has_value(), options.note)) {
    test = read_judged(files.validation, options);
  }
  return to_datasets(std::move(train), std::move(test), {}, options);
}

}  // namespace lenet
