#include "run/image_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "formats/array_pixels.h"
#include "formats/gzip.h"
#include "formats/idx.h"
#include "formats/npy.h"
#include "image/exif.h"
#include "lenet/error.h"
#include "lenet/image.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

/// The file begins as an IDX file of bytes or a gzipped file does. What is no file, a pipe for one,
/// is left to read_image, which refuses it without waiting for its bytes.
bool looks_like_idx(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  char start[3] = {1, 1, 1};
  std::ifstream(path, std::ios::binary).read(start, 3);
  const std::string_view bytes(start, 3);
  return is_gzip(bytes) || bytes == std::string_view("\0\0\x08", 3);
}

void require_no_folder(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return;
  throw Error(ErrorKind::kUsage, fmt::format("{}: a folder, want image files, as in {}", path,
                                             (fs::path(path) / "*.png").string()));
}

/// Takes images as it meets them.
class Reader {
 public:
  Reader(const ImageFilesOptions& options, const Note& note) : options_(options), note_(note) {}

  void read(const std::string& path) {
    require_no_folder(path);
    if (options_.floats) return read_floats(path);
    looks_like_idx(path) ? read_many(path) : read_one(path);
  }

  ImagesOfFiles finish() {
    if (options_.floats) return finish_floats();
    auto pixels = std::make_unique_for_overwrite<std::uint8_t[]>(pixels_.size());
    std::ranges::copy(pixels_, pixels.get());
    std::vector<Label> labels(sources_.size());
    return {.sources = std::move(sources_),
            .images = Dataset(std::move(pixels), 0, options_.shape, std::move(labels), 1),
            .any_idx = any_idx_};
  }

 private:
  ImagesOfFiles finish_floats() {
    std::vector<Label> labels(sources_.size());
    return {.sources = std::move(sources_),
            .images = Dataset(FloatImages{std::move(floats_)}, options_.shape,
                              ClassTargets{std::move(labels), 1}),
            .any_idx = false};
  }

  /// Of any shape, as long as it holds whole images.
  void read_floats(const std::string& path) {
    if (!path.ends_with(".npy")) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: the model takes images of {} floats; want them in .npy files",
                              path, to_string(options_.shape)));
    }
    const NpyArray array = read_npy(path);
    const std::int64_t size = element_count(options_.shape);
    if (array.count() == 0 || array.count() % size != 0) {
      throw Error(ErrorKind::kBadInput,
                  fmt::format("{}: shape {}, want whole images of {}", path, to_string(array.shape),
                              to_string(options_.shape)));
    }
    const std::vector<float> floats = array_floats(array);
    floats_.insert(floats_.end(), floats.begin(), floats.end());
    for (std::int64_t i = 0; i < array.count() / size; ++i) {
      const bool one = array.count() == size;
      sources_.push_back({path, one ? std::nullopt : std::optional(i)});
    }
  }

  /// Before memory is taken: a small file may hold millions of images, each to be enlarged.
  void require_room(const std::string& path, std::int64_t more) const {
    constexpr std::int64_t kMostBytes = std::int64_t{1} << 30;
    const std::int64_t all = std::ssize(sources_) + more;
    const std::int64_t most = kMostBytes / element_count(options_.shape);
    if (all <= most) return;
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: this makes {} images, want at most {} of {} at once; give them in "
                            "parts",
                            path, all, most, to_string(options_.shape)));
  }

  void read_one(const std::string& path) {
    require_room(path, 1);
    const Image image = read_image(path);
    if (!image.warning.empty()) {
      note_(fmt::format("{}: damaged: {}", printable(path), printable(image.warning)));
    }
    add({path, std::nullopt}, image);
  }

  void read_many(const std::string& path) {
    constexpr int kTransposed = 5;  // among Exif's orientations
    any_idx_ = true;
    const Idx idx = read_idx(path, IdxContent::kImages);
    require_room(path, idx.sizes[0]);
    const Shape shape = {1, idx.sizes[1], idx.sizes[2]};
    const auto size = static_cast<std::size_t>(element_count(shape));
    for (std::int64_t i = 0; i < idx.sizes[0]; ++i) {
      const auto pixels = idx.payload().subspan(static_cast<std::size_t>(i) * size, size);
      Image image = {shape, {pixels.begin(), pixels.end()}};
      if (options_.transpose) image = turned(std::move(image), kTransposed);
      add({path, i}, image);
    }
  }

  void add(const ImageSource& source, const Image& image) {
    Image fit = resized(image, options_.shape);
    if (options_.invert) invert(fit);
    sources_.push_back(source);
    pixels_.insert(pixels_.end(), fit.pixels.begin(), fit.pixels.end());
  }

  const ImageFilesOptions& options_;
  const Note& note_;
  std::vector<ImageSource> sources_;
  std::vector<std::uint8_t> pixels_;
  std::vector<float> floats_;
  bool any_idx_ = false;
};

}  // namespace

ImagesOfFiles read_image_files(const std::vector<std::string>& files,
                               const ImageFilesOptions& options, const Note& note) {
  Reader reader(options, note);
  for (const std::string& file : files) reader.read(file);
  return reader.finish();
}

}  // namespace lenet
