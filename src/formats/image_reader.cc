#include "formats/image_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <limits>

#include "formats/formats.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", path.string(), what));
}

int team_size(int threads, std::int64_t files) {
  const std::int64_t wanted = threads > 0 ? threads : available_cpus();
  return static_cast<int>(std::clamp<std::int64_t>(files, 1, wanted));
}

/// The error of the first task that has one. Tasks are taken in their order, so that those before
/// it have all run.
class FirstError {
 public:
  bool is_before(std::int64_t task) const { return first_.load() < task; }

  /// Of the exception that is being handled.
  void keep(std::int64_t task) {
    const std::lock_guard lock(mutex_);
    if (is_before(task)) return;
    first_ = task;
    error_ = std::current_exception();
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::atomic<std::int64_t> first_ = std::numeric_limits<std::int64_t>::max();
  std::mutex mutex_;
  std::exception_ptr error_;
};

}  // namespace

void ImageReader::Findings::add(std::int64_t index, const std::string& text) {
  if (count++ > 0 && index > first) return;
  first = index;
  what = text;
}

ImageReader::ImageReader(const LoadOptions& options, std::int64_t files)
    : options_(options), all_(files), team_(team_size(options.threads, files)) {}

std::vector<Image> ImageReader::read(std::span<const fs::path> files) {
  std::vector<Image> images(files.size());
  size_ = options_.size;
  first_.clear();
  std::int64_t begin = 0;
  for (; size_.empty() && begin < std::ssize(files); ++begin) {
    const fs::path& path = files[static_cast<std::size_t>(begin)];
    Image& image = images[static_cast<std::size_t>(begin)];
    image = decoded(path, read_ + begin);
    if (image.pixels.empty()) continue;
    size_ = {image.shape[1], image.shape[2]};
    first_ = path.string();
  }
  require_room(files);
  FirstError error;
  team_.run(std::ssize(files) - begin, [&](std::int64_t task, int thread) {
    const auto i = static_cast<std::size_t>(begin + task);
    if (error.is_before(task)) return;
    try {
      read_file(files[i], read_ + begin + task, images[i]);
    } catch (const Error&) {
      error.keep(task);
    }
    report(thread);
  });
  error.rethrow();
  report(0);
  read_ += std::ssize(files);
  return images;
}

void ImageReader::read_file(const fs::path& path, std::int64_t index, Image& image) {
  const Image found = decoded(path, index);
  if (found.pixels.empty()) return;
  require_alike(path, found);
  image = resized(found, {found.shape[0], size_[0], size_[1]});
}

/// Without pixels if it is broken and to be left out.
Image ImageReader::decoded(const fs::path& path, std::int64_t index) {
  ++done_;
  try {
    Image image = read_image(path);
    if (image.warning.empty()) return image;
    const std::lock_guard lock(mutex_);
    damaged_.add(index, fmt::format("{}: {}", path.string(), image.warning));
    return image;
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::kBadInput) throw;
    if (!options_.skip_broken) {
      throw Error(e.kind(), fmt::format("{}; --skip-broken leaves out such files", e.what()));
    }
    const std::lock_guard lock(mutex_);
    broken_.add(index, e.what());
    return {};
  }
}

void ImageReader::require_alike(const fs::path& path, const Image& image) const {
  if (first_.empty() || (image.shape[1] == size_[0] && image.shape[2] == size_[1])) return;
  refuse(path,
         fmt::format("{}x{} pixels (height x width), but {} has {}x{}; bring all to one "
                     "size, as in --size {}x{}",
                     image.shape[1], image.shape[2], first_, size_[0], size_[1],
                     std::min<std::int64_t>(size_[0], 28), std::min<std::int64_t>(size_[1], 28)));
}

void ImageReader::require_room(std::span<const fs::path> files) const {
  if (size_.empty()) return;  // no image
  const std::int64_t most = kMostDataBytes / (3 * size_[0] * size_[1]);
  if (std::ssize(files) <= most) return;
  refuse(files[static_cast<std::size_t>(most)],
         fmt::format("more than {} images of {}x{} are more than is read; choose a smaller --size",
                     most, size_[0], size_[1]));
}

/// On the thread that called read(), each time that another per cent is done.
void ImageReader::report(int thread) {
  if (thread != 0 || !options_.progress) return;
  const std::int64_t done = done_, percent = done * 100 / all_;
  if (percent == percent_) return;
  percent_ = percent;
  options_.progress(done, all_);
}

void ImageReader::note_broken() const {
  if (!options_.note) return;
  const auto files = [](const Findings& found) { return found.count == 1 ? "file" : "files"; };
  if (broken_.count > 0) {
    options_.note(fmt::format("{} {} left out as broken, the first: {}", broken_.count,
                              files(broken_), broken_.what));
  }
  if (damaged_.count > 0) {
    options_.note(fmt::format("{} damaged {} taken, as all pixels are there, the first: {}",
                              damaged_.count, files(damaged_), damaged_.what));
  }
}

}  // namespace lenet
