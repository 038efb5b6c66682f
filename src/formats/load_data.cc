#include "lenet/load_data.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/require.h"
#include "formats/data_source.h"
#include "formats/formats.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

/// The entries of a folder that are of this type, without hidden ones, sorted.
std::vector<fs::path> visible_entries(const fs::path& dir, fs::file_type type) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator entry(dir, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;  // what cannot be looked at counts as absent
    // Unlike status(), these need no system call an entry.
    const bool fits = type == fs::file_type::directory ? entry->is_directory(ignored)
                                                       : entry->is_regular_file(ignored);
    const std::string name = entry->path().filename().string();
    const bool hidden = name.starts_with('.') || name == "__MACOSX";  // zip archives of Macs
    if (!hidden && fits) entries.push_back(entry->path());
  }
  if (error) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot read the folder: {}", dir.string(), error.message()));
  }
  std::ranges::sort(entries);
  return entries;
}

}  // namespace

std::vector<fs::path> visible_files(const fs::path& dir) {
  return visible_entries(dir, fs::file_type::regular);
}

std::vector<fs::path> visible_folders(const fs::path& dir) {
  return visible_entries(dir, fs::file_type::directory);
}

std::string_view to_string(DataFormat format) {
  switch (format) {
    case DataFormat::kIdx:
      return "IDX files";
    case DataFormat::kCifar:
      return "CIFAR batches";
    case DataFormat::kCsv:
      return "CSV";
    case DataFormat::kNpz:
      return "NPZ";
    case DataFormat::kImages:
      return "image files";
  }
  unknown("data format");
}

bool is_input(const std::vector<std::string>& targets) {
  return targets == std::vector<std::string>{"input"};
}

namespace {

/// Throws Error (kUsage) for options that the format does not take.
void require_takes(const fs::path& path, DataFormat format, const LoadOptions& o) {
  const auto name = [&] { return fmt::format("{}: {}", path.string(), to_string(format)); };
  const bool csv = format == DataFormat::kCsv, arrays = format == DataFormat::kNpz;
  require(o.size.empty() || csv || format == DataFormat::kImages,
          fmt::format("{}, which have a size of their own; leave out --size", name()));
  require(!o.skip_broken || format == DataFormat::kImages,
          fmt::format("{}; --skip-broken is for image files", name()));
  const bool has_splits = format == DataFormat::kIdx || (csv && fs::is_directory(path));
  require(o.split.empty() || has_splits,
          fmt::format("{}: --split is for a folder of IDX or CSV files", path.string()));
  require(o.targets.empty() || is_input(o.targets) || csv,
          fmt::format("{}; --targets names columns of CSV files, or is input", name()));
  require(!o.floats || csv || arrays,
          fmt::format("{}; --floats is for NPZ, NPY and CSV files", name()));
  require(!o.numbers || csv || arrays || is_input(o.targets),
          fmt::format("{}, whose targets are classes, for --loss cross-entropy; numbers to learn "
                      "come from NPZ, NPY or CSV files, or are the images with --targets input",
                      name()));
}

}  // namespace

DataFormat data_format(const fs::path& path) { return data_source(path, {}).format; }

std::pair<Dataset, Dataset> load_data(const fs::path& name, const LoadOptions& given) {
  const auto [path, format, options] = data_source(name, given);
  require_takes(path, format, options);
  switch (format) {
    case DataFormat::kIdx:
      return load_idx(path, options);
    case DataFormat::kCifar:
      return load_cifar(path, options);
    case DataFormat::kCsv:
      return load_csv(path, options);
    case DataFormat::kImages:
      return load_image_folder(path, options);
    case DataFormat::kNpz:
      return is_npy_folder(path) ? load_npy_folder(path, options) : load_npz(path, options);
  }
  unknown("data format");
}

}  // namespace lenet
