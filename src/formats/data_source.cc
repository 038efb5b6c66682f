#include "formats/data_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/closest.h"
#include "formats/formats.h"
#include "formats/idx.h"
#include "formats/image_layout.h"
#include "formats/named_data.h"
#include "image/decoders.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWanted =
    "want a folder of IDX files, CIFAR batches or images (a folder for each class), a CSV file, or "
    "x_train, y_train, x_test and y_test in an .npz or as .npy files of a folder";

[[noreturn]] void refuse(const fs::path& path, const std::string& advice) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", path.string(), advice));
}

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
  if (idx_content(path)) refuse(path, "one IDX file; give the folder that holds images and labels");
  if (bytes.starts_with("\x1f\x8b")) {
    refuse(path, "a packed file; unpack it, and give the folder that holds the data");
  }
  const bool text =
      bytes.find('\0') == std::string::npos && bytes.find_first_of(",;\t") != std::string::npos;
  if (!text && is_image(bytes)) unknown(path, "one image");
  if (text || is_csv_name(path)) return DataFormat::kCsv;
  unknown(path, bytes.empty() ? "an empty file" : "none of the formats that are read");
}

std::optional<DataFormat> format_of_folder(const fs::path& dir) {
  if (is_cifar_folder(dir)) return DataFormat::kCifar;
  if (is_idx_folder(dir)) return DataFormat::kIdx;
  const std::vector<fs::path> files = visible_files(dir);
  const auto with = [&](const char* extension) {
    return std::ranges::any_of(files,
                               [&](const fs::path& f) { return f.extension() == extension; });
  };
  const bool arrays = with(".npz") || is_npy_folder(dir);
  const bool rows = std::ranges::any_of(files, is_csv_name);
  const bool one_class = (arrays || rows) && visible_folders(dir).size() == 1 &&
                         image_layout(dir, {}).train == dir;  // pictures of the data, say
  if (is_image_folder(dir) && !one_class) return DataFormat::kImages;
  if (arrays) return DataFormat::kNpz;
  if (rows) return DataFormat::kCsv;
  return std::nullopt;
}

/// The folders below that hold data, to the second level.
std::vector<fs::path> data_below(const fs::path& dir) {
  constexpr std::size_t kMostFolders = 1000;  // of a folder that was meant otherwise
  std::vector<fs::path> found, level = visible_folders(dir);
  for (int depth = 0; depth < 2; ++depth) {
    std::vector<fs::path> next;
    if (level.size() > kMostFolders) break;
    for (const fs::path& folder : level) {
      if (format_of_folder(folder)) {
        found.push_back(folder);
        continue;
      }
      const std::vector<fs::path> below = visible_folders(folder);
      next.insert(next.end(), below.begin(), below.end());
    }
    level = std::move(next);
  }
  return found;
}

/// CIFAR as torchvision unpacks it, in this folder or in one of it.
std::optional<fs::path> python_cifar(const fs::path& dir) {
  std::vector<fs::path> folders = visible_folders(dir);
  folders.insert(folders.begin(), dir);
  const auto found = std::ranges::find_if(folders, [](const fs::path& folder) {
    std::error_code ignored;
    const auto has = [&](const char* name) { return fs::exists(folder / name, ignored); };
    return (has("data_batch_1") && has("batches.meta")) ||
           (has("train") && has("test") && has("meta"));
  });
  return found == folders.end() ? std::nullopt : std::optional(*found);
}

/// Where there are images, but no folders of classes.
void refuse_loose_images(const fs::path& dir) {
  const std::string images = loose_images(dir);
  if (images.empty()) return;
  refuse(dir, images + "; want a folder for each class, as in cat/1.png and dog/1.png");
}

/// A note for each file that has data of another format than the one that is read.
void note_beside(const fs::path& dir, DataFormat format, const Note& note) {
  if (!note || format == DataFormat::kCsv) return;
  for (const fs::path& file : visible_files(dir)) {
    const bool array = file.extension() == ".npz" && format != DataFormat::kNpz;
    if (!array && !is_csv_name(file)) continue;
    note(fmt::format("{}: not used, as the data is in {}", file.string(), to_string(format)));
  }
}

DataSource source_in(const fs::path& dir, const LoadOptions& options) {
  if (const auto format = format_of_folder(dir)) {
    note_beside(dir, *format, options.note);
    return {dir, *format, options};
  }
  const std::vector<fs::path> below = data_below(dir);
  if (below.size() == 1) {
    if (options.note) options.note(below[0].string() + ": the data, the only one below");
    return {below[0], format_of_folder(below[0]).value(), options};
  }
  if (below.size() > 1) {
    std::vector<std::string> names;
    for (const fs::path& folder : below) names.push_back(folder.string());
    refuse(dir, fmt::format("several data sets; give one of {}", fmt::join(names, ", ")));
  }
  if (const auto cifar = python_cifar(dir)) {
    refuse(*cifar,
           "CIFAR as Python's pickles, which may hold code; get the binary version from "
           "https://www.cs.toronto.edu/~kriz/cifar.html");
  }
  refuse_loose_images(dir);
  LeftOut files;
  images_below(dir, files);
  unknown(dir, files.empty() ? "no files in the folder"
                             : fmt::format("a folder of other files; {}", to_string(files)));
}

DataSource source_named(const NamedData& data, LoadOptions options) {
  const fs::path folder = find_named_data(data);
  if (folder.filename() == data.folder && options.split.empty()) options.split = data.split;
  options.transpose = options.transpose || data.transpose;
  if (options.note) options.note(fmt::format("{}: {}", data.name, folder.string()));
  return source_in(folder, options);
}

}  // namespace

DataSource data_source(const fs::path& path, const LoadOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    if (const NamedData* data = named_data(path.string())) return source_named(*data, options);
    const std::string likely = closest(path.string(), data_names());
    throw Error(ErrorKind::kIo,
                fmt::format("{}: not found{}, {}", path.string(),
                            likely.empty() ? "" : "; did you mean " + likely + "?", kWanted));
  }
  if (error) {
    throw Error(ErrorKind::kIo, fmt::format("{}: cannot read: {}", path.string(), error.message()));
  }
  if (fs::is_directory(status)) return source_in(path, options);
  if (fs::is_regular_file(status)) return {path, format_of_file(path), options};
  throw Error(ErrorKind::kIo,
              fmt::format("{}: cannot read: a pipe or a device, want a file", path.string()));
}

}  // namespace lenet
