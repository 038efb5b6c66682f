// numpy's arrays as Keras names them, in an archive or a folder: x_train, y_train, x_test, y_test.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "base/file.h"
#include "data/formats.h"
#include "data/npy.h"
#include "data/zip.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void bad_array(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", name, what));
}

/// Gives an array by its name, nothing if it is not there.
using FindArray = std::function<std::optional<NpyArray>(const std::string& array)>;

NpyArray require_array(const FindArray& find, const std::string& array, const std::string& name) {
  if (auto found = find(array)) return *std::move(found);
  bad_array(name, fmt::format("no array {}, want x_train, y_train, x_test and y_test", array));
}

/// How the images of an array lie in memory.
struct Layout {
  std::int64_t images;
  Shape shape;         ///< {channels, height, width}
  bool channels_last;  ///< N,H,W,C
};

Layout layout_of(const NpyArray& x) {
  const auto& s = x.shape;
  const auto is_channels = [](std::int64_t size) { return size == 1 || size == 3; };
  const bool empty = std::ranges::find(s, 0) != s.end();
  if (!empty && s.size() == 3) return {s[0], {1, s[1], s[2]}, false};
  if (!empty && s.size() == 4 && is_channels(s[3])) return {s[0], {s[3], s[1], s[2]}, true};
  if (!empty && s.size() == 4 && is_channels(s[1])) return {s[0], {s[1], s[2], s[3]}, false};
  bad_array(x.name, fmt::format("shape {}, want images x height x width, with 1 or 3 channels "
                                "before or behind height and width, or without",
                                to_string(s)));
}

double float_at(const NpyArray& x, std::int64_t i) {
  if (x.item_size == 8) {
    double value;
    std::memcpy(&value, x.values() + i * 8, sizeof value);
    return value;
  }
  float value;
  std::memcpy(&value, x.values() + i * 4, sizeof value);
  return value;
}

/// 255 if all of the array is from 0 to 1, else 1.
double scale_of(const NpyArray& x) {
  if (x.kind != 'f') return 1;
  for (std::int64_t i = 0; i < x.count(); ++i) {
    if (float_at(x, i) > 1) return 1;
  }
  return 255;
}

/// Turns floats, times `scale`, into bytes where they lie.
void floats_to_bytes(const NpyArray& x, double scale) {
  std::uint8_t* out = x.bytes.get() + x.header_size;
  for (std::int64_t i = 0; i < x.count(); ++i) {
    const double value = float_at(x, i);
    if (!(value >= 0 && value * scale <= 255)) {
      bad_array(x.name, fmt::format("{} at pixel {}, want 0 to {}", value, i, 255 / scale));
    }
    out[i] = static_cast<std::uint8_t>(std::lround(value * scale));
  }
}

/// From N,H,W,C to N,C,H,W where they lie.
void channels_first(std::uint8_t* pixels, const Layout& layout) {
  const std::int64_t channels = layout.shape[0], plane = layout.shape[1] * layout.shape[2];
  std::vector<std::uint8_t> image(static_cast<std::size_t>(channels * plane));
  for (std::int64_t n = 0; n < layout.images; ++n, pixels += channels * plane) {
    std::copy_n(pixels, channels * plane, image.begin());
    auto in = image.begin();
    for (std::int64_t i = 0; i < plane; ++i) {
      for (std::int64_t c = 0; c < channels; ++c) pixels[c * plane + i] = *in++;
    }
  }
}

Part to_part(NpyArray x, const NpyArray& y, double scale) {
  const Layout layout = layout_of(x);
  const bool column = y.shape.size() == 2 && y.shape[1] == 1;
  if (y.shape.size() != 1 && !column) {
    bad_array(y.name, fmt::format("shape {}, want one label an image", to_string(y.shape)));
  }
  Part part{.images_source = x.name,
            .labels_source = y.name,
            .pixels = nullptr,
            .offset = x.header_size,
            .image_shape = layout.shape,
            .labels = to_labels(integers(y), y.name)};
  check_label_count(part, layout.images);
  if (x.kind == 'f') {
    floats_to_bytes(x, scale);
  } else if (x.kind != 'u' || x.item_size != 1) {
    bad_array(x.name, fmt::format("pixels of numpy's type {}{}, want uint8 or float32", x.kind,
                                  x.item_size));
  }
  if (layout.channels_last) channels_first(x.bytes.get() + x.header_size, layout);
  part.pixels = std::move(x.bytes);
  return part;
}

struct Parts {
  Part train;
  std::optional<Part> test;
};

/// `name` is what holds the arrays.
Parts read_parts(const FindArray& find, const std::string& name) {
  NpyArray x = require_array(find, "x_train", name);
  const double scale = scale_of(x);
  Parts parts{to_part(std::move(x), require_array(find, "y_train", name), scale), {}};
  if (auto x_test = find("x_test")) {
    parts.test = to_part(*std::move(x_test), require_array(find, "y_test", name), scale);
  }
  return parts;
}

Parts read_archive(std::string_view bytes, const std::string& name) {
  const ZipArchive archive(bytes, name);
  const auto find = [&](const std::string& array) -> std::optional<NpyArray> {
    ZipFile file = archive.read(array + ".npy");
    if (!file.bytes) return std::nullopt;
    return parse_npy(std::move(file.bytes), file.size, fmt::format("{}: {}", name, array));
  };
  return read_parts(find, name);
}

std::pair<Dataset, Dataset> to_datasets(Parts parts, const LoadOptions& options) {
  return to_datasets(std::move(parts.train), std::move(parts.test), {}, options);
}

std::optional<NpyArray> read_npy(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::nullopt;
  const std::string file = read_file(path, kMostDataBytes);
  auto bytes = std::make_unique_for_overwrite<std::uint8_t[]>(file.size());
  std::ranges::copy(file, bytes.get());
  return parse_npy(std::move(bytes), std::ssize(file), path.string());
}

fs::path only_npz(const fs::path& dir) {
  fs::path found;
  for (const fs::path& path : visible_files(dir)) {
    if (path.extension() != ".npz") continue;
    if (!found.empty()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: holds {} and {}; give one of them", dir.string(),
                              found.filename().string(), path.filename().string()));
    }
    found = path;
  }
  return found;
}

}  // namespace

bool is_npy_folder(const fs::path& dir) {
  std::error_code ignored;
  return fs::is_regular_file(dir / "x_train.npy", ignored);
}

std::pair<Dataset, Dataset> parse_npz(std::string_view bytes, const LoadOptions& options,
                                      const std::string& name) {
  return to_datasets(read_archive(bytes, name), options);
}

std::pair<Dataset, Dataset> load_npz(const fs::path& path, const LoadOptions& options) {
  std::error_code ignored;
  const fs::path file = fs::is_directory(path, ignored) ? only_npz(path) : path;
  Parts parts = read_archive(read_file(file, kMostDataBytes), file.string());
  return to_datasets(std::move(parts), options);
}

std::pair<Dataset, Dataset> load_npy_folder(const fs::path& dir, const LoadOptions& options) {
  const auto find = [&](const std::string& array) { return read_npy(dir / (array + ".npy")); };
  return to_datasets(read_parts(find, dir.string()), options);
}

}  // namespace lenet
