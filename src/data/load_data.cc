#include "lenet/load_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "base/require.h"
#include "data/formats.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWanted =
    "want a folder of IDX files, CIFAR batches or images (a folder for each class), a CSV file, or "
    "x_train, y_train, x_test and y_test in an .npz or as .npy files of a folder";

[[noreturn]] void unknown(const fs::path& path, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}; {}", path.string(), what, kWanted));
}

std::string first_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(64, '\0');
  file.read(bytes.data(), std::ssize(bytes));
  if (!file && !file.eof()) {
    throw Error(ErrorKind::kIo, fmt::format("{}: cannot read", path.string()));
  }
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

bool is_zip(const std::string& bytes) { return bytes.starts_with("PK\3\4"); }

DataFormat format_of_file(const fs::path& path) {
  const std::string bytes = first_bytes(path);
  if (is_zip(bytes)) return DataFormat::kNpz;
  if (bytes.starts_with("\x93NUMPY")) {
    unknown(path,
            "one array alone; name the folder that holds x_train.npy and y_train.npy, or put both "
            "into one file, as in np.savez(\"data.npz\", x_train=..., y_train=...)");
  }
  if (bytes.starts_with("\x89PNG") || bytes.starts_with("\xff\xd8\xff")) {
    unknown(path, "one image");
  }
  const bool text =
      bytes.find('\0') == std::string::npos && bytes.find_first_of(",;\t") != std::string::npos;
  if (text || is_csv_name(path)) return DataFormat::kCsv;
  unknown(path, bytes.empty() ? "an empty file" : "none of the formats that are read");
}

DataFormat format_of_folder(const fs::path& dir) {
  if (is_cifar_folder(dir)) return DataFormat::kCifar;
  if (is_image_folder(dir)) return DataFormat::kImages;
  const std::vector<fs::path> files = visible_files(dir);
  const auto with = [&](const char* extension) {
    return std::ranges::any_of(files,
                               [&](const fs::path& f) { return f.extension() == extension; });
  };
  if (with(".npz") || is_npy_folder(dir)) return DataFormat::kNpz;
  if (std::ranges::any_of(files, is_csv_name)) return DataFormat::kCsv;
  if (is_idx_folder(dir)) return DataFormat::kIdx;
  unknown(dir, files.empty() ? "no files in the folder" : "a folder of other files");
}

/// The entries of a folder that are of this type, without hidden ones, sorted.
std::vector<fs::path> visible_entries(const fs::path& dir, fs::file_type type) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator entry(dir, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;  // what cannot be looked at counts as absent
    const std::string name = entry->path().filename().string();
    const bool hidden = name.starts_with('.') || name == "__MACOSX";  // zip archives of Macs
    if (!hidden && entry->status(ignored).type() == type) entries.push_back(entry->path());
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

DataFormat data_format(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw Error(ErrorKind::kIo, fmt::format("{}: not found, {}", path.string(), kWanted));
  }
  if (error) {
    throw Error(ErrorKind::kIo, fmt::format("{}: cannot read: {}", path.string(), error.message()));
  }
  if (fs::is_directory(status)) return format_of_folder(path);
  if (fs::is_regular_file(status)) return format_of_file(path);
  throw Error(ErrorKind::kIo,
              fmt::format("{}: cannot read: a pipe or a device, want a file", path.string()));
}

std::pair<Dataset, Dataset> load_data(const fs::path& path, const LoadOptions& options) {
  const DataFormat format = data_format(path);
  require(options.size.empty() || format == DataFormat::kCsv || format == DataFormat::kImages,
          fmt::format("{}: {}, which have a size of their own; leave out --size", path.string(),
                      to_string(format)));
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
