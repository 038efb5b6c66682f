// numpy's arrays in an archive or a folder: images and labels by the names that Keras, MedMNIST,
// Kuzushiji-MNIST and others give them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "base/file.h"
#include "formats/array_labels.h"
#include "formats/array_names.h"
#include "formats/array_pixels.h"
#include "formats/formats.h"
#include "formats/npy.h"
#include "formats/zip.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void bad_array(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", name, what));
}

/// What holds arrays: an archive, a folder of .npy or of .npz with one array each.
struct ArraySource {
  std::string name;  ///< for messages
  std::vector<std::string> arrays;
  std::function<NpyArray(const std::string& array)> read;
};

/// How the images of an array lie in memory.
struct Layout {
  std::int64_t images;
  Shape shape;         ///< {channels, height, width}
  bool channels_last;  ///< N,H,W,C
};

/// floats: any number of channels, or none of the three.
Layout layout_of(const NpyArray& x, bool floats) {
  const auto& s = x.shape;
  const auto is_channels = [](std::int64_t size) { return size == 1 || size == 3; };
  const bool empty = std::ranges::find(s, 0) != s.end();
  if (!empty && floats && s.size() == 2) return {s[0], {1, 1, s[1]}, false};
  if (!empty && s.size() == 3) return {s[0], {1, s[1], s[2]}, false};
  if (!empty && s.size() == 4 && is_channels(s[3])) return {s[0], {s[3], s[1], s[2]}, true};
  if (!empty && s.size() == 4 && (floats || is_channels(s[1]))) {
    return {s[0], {s[1], s[2], s[3]}, false};
  }
  bad_array(x.name, fmt::format("shape {}, want images x height x width, with 1 or 3 channels "
                                "before or behind height and width, or without{}",
                                to_string(s),
                                s.size() == 2 ? ": save array.reshape(-1, height, width)" : ""));
}

/// From N,H,W,C to N,C,H,W where they lie.
template <class T>
void channels_first(T* pixels, const Layout& layout) {
  const std::int64_t channels = layout.shape[0], plane = layout.shape[1] * layout.shape[2];
  std::vector<T> image(static_cast<std::size_t>(channels * plane));
  for (std::int64_t n = 0; n < layout.images; ++n, pixels += channels * plane) {
    std::copy_n(pixels, channels * plane, image.begin());
    auto in = image.begin();
    for (std::int64_t i = 0; i < plane; ++i) {
      for (std::int64_t c = 0; c < channels; ++c) pixels[c * plane + i] = *in++;
    }
  }
}

/// The images of an array, of which `white` is as white_of() says, or 0 where they are floats.
void read_images(NpyArray x, double white, Part& part) {
  const Layout layout = layout_of(x, white == 0);
  part.image_shape = layout.shape;
  check_label_count(part, layout.images);
  if (white == 0) {
    part.floats = array_floats(x);
    if (layout.channels_last) channels_first(part.floats.data(), layout);
    return;
  }
  to_pixels(x, white);
  part.offset = x.header_size;
  if (layout.channels_last) channels_first(x.bytes.get() + x.header_size, layout);
  part.pixels = std::move(x.bytes);
}

/// Throws unless the subset has both arrays, or images that are their own targets. `usual` are
/// Keras' names of them.
void require_both(const ArrayPair& pair, const ArrayPair& usual, const ArraySource& source,
                  const LoadOptions& how) {
  if (!pair.images.empty() && (!pair.labels.empty() || is_input(how.targets))) return;
  bad_array(source.name,
            fmt::format("no array {}, want x_train, y_train, x_test and y_test, or train_images, "
                        "train_labels and so on; found {}",
                        pair.images.empty() ? usual.images : usual.labels,
                        source.arrays.empty() ? "none"
                                              : fmt::format("{}", fmt::join(source.arrays, ", "))));
}

/// The subset that is judged: test, or validation where there is no test.
ArrayPair test_names(const ArrayNames& names, const ArraySource& source, const LoadOptions& how) {
  const ArrayPair& validation = names.validation;
  if (validation.empty()) return names.test;
  const std::string both =
      fmt::format("{}: {}, {}", source.name, validation.images, validation.labels);
  return judges_validation(both, !names.test.empty(), how.note) ? validation : names.test;
}

/// A note for arrays that by their names may be data too.
void note_unused(const ArrayNames& names, const ArraySource& source, const Note& note) {
  if (!note) return;
  std::vector<std::string> unused = source.arrays;
  for (const ArrayPair* pair : {&names.train, &names.validation, &names.test}) {
    std::erase(unused, pair->images);
    std::erase(unused, pair->labels);
  }
  if (unused.empty()) return;
  note(fmt::format("{}: not used by {} name{}: {}", source.name,
                   unused.size() == 1 ? "its" : "their", unused.size() == 1 ? "" : "s",
                   fmt::join(unused, ", ")));
}

struct Parts {
  Part train;
  std::optional<Part> test;
};

/// Of one subset. numbers: LoadOptions', or the training set's labels are rows.
Part read_part(const ArraySource& source, const ArrayPair& pair, NpyArray x, double white,
               bool numbers, const LoadOptions& how) {
  Part part{.images_source = x.name,
            .labels_source = x.name,
            .pixels = nullptr,
            .offset = 0,
            .image_shape = {},
            .labels = {}};
  if (pair.labels.empty()) {  // each image is its own target, and its class counts for nothing
    part.labels.assign(x.shape.empty() ? 0 : static_cast<std::size_t>(x.shape[0]), 0);
  } else {
    const NpyArray y = source.read(pair.labels);
    part.labels_source = y.name;
    read_targets(y, numbers && !is_input(how.targets), how.note, part);
  }
  read_images(std::move(x), white, part);
  return part;
}

Parts read_parts(const ArraySource& source, const LoadOptions& how) {
  const ArrayNames names = name_arrays(source.arrays, source.name);
  const ArrayPair test = test_names(names, source, how);
  require_both(names.train, {"x_train", "y_train"}, source, how);
  note_unused(names, source, how.note);
  if (!test.empty()) require_both(test, {"x_test", "y_test"}, source, how);
  NpyArray x = source.read(names.train.images);
  const double white = how.floats ? 0 : white_of(x, how.note);
  Parts parts{read_part(source, names.train, std::move(x), white, how.numbers, how), {}};
  if (!test.empty()) {
    NpyArray x_test = source.read(test.images);
    if (!how.floats && white_of(x_test, {}) != white) {
      bad_array(x_test.name, fmt::format("white is {}, but {} in {}; save both alike", 256 - white,
                                         white, names.train.images));
    }
    parts.test = read_part(source, test, std::move(x_test), white, parts.train.has_rows(), how);
  }
  return parts;
}

std::pair<Dataset, Dataset> to_datasets(Parts parts, const LoadOptions& options) {
  return to_datasets(std::move(parts.train), std::move(parts.test), {}, options);
}

/// An archive over bytes that outlive the source.
ArraySource archive_source(std::string_view bytes, const std::string& name) {
  const auto archive = std::make_shared<const ZipArchive>(bytes, name);
  ArraySource source{.name = name, .arrays = {}, .read = {}};
  constexpr std::string_view kEnding = ".npy";
  for (std::string file : archive->names()) {
    if (!file.ends_with(kEnding)) continue;
    file.resize(file.size() - kEnding.size());
    source.arrays.push_back(std::move(file));
  }
  source.read = [archive, name](const std::string& array) {
    ZipFile file = archive->read(array + ".npy");
    return parse_npy(std::move(file.bytes), file.size, fmt::format("{}: {}", name, array));
  };
  return source;
}

/// The names, without their ending, of the folder's files that end so.
std::vector<std::string> stems(const fs::path& dir, const char* ending) {
  std::vector<std::string> found;
  for (const fs::path& path : visible_files(dir)) {
    if (path.extension() == ending) found.push_back(path.stem().string());
  }
  return found;
}

/// The one array of an archive, as Kuzushiji-MNIST has them.
NpyArray read_only_array(const fs::path& path) {
  const std::string bytes = read_file(path, kMostDataBytes);
  const ArraySource source = archive_source(bytes, path.string());
  if (source.arrays.size() == 1) return source.read(source.arrays.front());
  bad_array(path.string(), fmt::format("{} arrays, want one, as its name tells images from labels",
                                       source.arrays.size()));
}

bool says_labels(const std::string& name) {
  const ArrayNames names = name_arrays({name}, name);
  return !(names.train.labels + names.validation.labels + names.test.labels).empty();
}

/// Archives of one array each, which their own names tell apart.
Parts read_archives(const fs::path& dir, const std::vector<std::string>& archives,
                    const LoadOptions& options) {
  if (std::ranges::none_of(archives, says_labels)) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: holds {}.npz and {}.npz; give one of them",
                                               dir.string(), archives[0], archives[1]));
  }
  const ArraySource source = {
      .name = dir.string(), .arrays = archives, .read = [&](const std::string& stem) {
        return read_only_array(dir / (stem + ".npz"));
      }};
  return read_parts(source, options);
}

}  // namespace

bool is_npy_folder(const fs::path& dir) {
  std::error_code ignored;
  if (!fs::is_directory(dir, ignored)) return false;
  return std::ranges::any_of(stems(dir, ".npy"), [&](const std::string& stem) {
    const ArrayNames names = name_arrays({stem}, dir.string());
    return !names.train.images.empty() || !names.test.images.empty();
  });
}

std::pair<Dataset, Dataset> parse_npz(std::string_view bytes, const LoadOptions& options,
                                      const std::string& name) {
  return to_datasets(read_parts(archive_source(bytes, name), options), options);
}

std::pair<Dataset, Dataset> load_npz(const fs::path& path, const LoadOptions& options) {
  std::error_code ignored;
  const bool folder = fs::is_directory(path, ignored);
  const std::vector<std::string> files = folder ? stems(path, ".npz") : std::vector<std::string>();
  if (files.size() > 1) return to_datasets(read_archives(path, files, options), options);
  const fs::path file = folder ? path / (files.at(0) + ".npz") : path;
  const auto read = [&] {  // the archive is gone before the images are split
    const std::string bytes = read_file(file, kMostDataBytes);
    return read_parts(archive_source(bytes, file.string()), options);
  };
  return to_datasets(read(), options);
}

std::pair<Dataset, Dataset> load_npy_folder(const fs::path& dir, const LoadOptions& options) {
  const ArraySource source = {
      .name = dir.string(), .arrays = stems(dir, ".npy"), .read = [&](const std::string& stem) {
        return read_npy(dir / (stem + ".npy"));
      }};
  return to_datasets(read_parts(source, options), options);
}

}  // namespace lenet
