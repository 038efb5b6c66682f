// Many image files, decoded by all threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/thread_team.h"
#include "lenet/image.h"
#include "lenet/load_data.h"

namespace lenet {

/// Reads files with LoadOptions::threads. Images, errors and notes are the same on any number of
/// threads; one image a thread is in memory as its file has it.
class ImageReader {
 public:
  /// `files`: how many will be read in all, for LoadOptions::progress.
  ImageReader(const LoadOptions& options, std::int64_t files);

  /// The images of these files in their order, brought to LoadOptions::size or, without one, all of
  /// the size of the first; an image without pixels for one that is broken and left out. Throws
  /// that Error, of all there are, which the first such file has.
  std::vector<Image> read(std::span<const std::filesystem::path> files);

  /// Notes how many files were left out as broken, or taken though they are damaged.
  void note_broken() const;

 private:
  /// How many files have something to say, and the first of them.
  struct Findings {
    std::int64_t count = 0;
    std::int64_t first = 0;
    std::string what = {};

    void add(std::int64_t index, const std::string& text);
  };

  void read_file(const std::filesystem::path& path, std::int64_t index, Image& image);
  Image decoded(const std::filesystem::path& path, std::int64_t index);
  void require_alike(const std::filesystem::path& path, const Image& image) const;
  void require_room(std::span<const std::filesystem::path> files) const;
  void report(int thread);

  const LoadOptions& options_;
  std::int64_t all_;
  ThreadTeam team_;
  Shape size_ = {};         ///< {height, width} of the files that are being read
  std::string first_ = {};  ///< the image that the others must be like, if no size was given
  std::int64_t read_ = 0;   ///< files of the calls before this one
  std::atomic<std::int64_t> done_ = 0;
  std::int64_t percent_ = -1;  ///< last reported
  std::mutex mutex_ = {};      ///< of what follows
  Findings broken_ = {}, damaged_ = {};
};

}  // namespace lenet
