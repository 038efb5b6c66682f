// Files read whole and written whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace lenet {

/// The bytes of the file at `path`. Throws Error: kIo if it is no regular file or cannot be read,
/// kBadInput if it holds more than `max_bytes` (checked before memory is taken).
std::string read_file(const std::filesystem::path& path, std::int64_t max_bytes);

/// Throws Error (kIo) if the disk of `folder` has less room than `bytes`.
void require_room(const std::filesystem::path& folder, std::int64_t bytes);

/// A file that appears under its name only when it is whole: written beside it under another name,
/// flushed to the disk, renamed and its name flushed by commit(). Without commit() nothing is left
/// behind. A link is followed.
class AtomicFile {
 public:
  /// Throws Error (kIo) if the folder cannot be written, and for a device or a pipe.
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);  ///< Throws Error (kIo), naming path and bytes.
  /// Throws Error (kIo); the file may be there even so, where its folder cannot be flushed.
  void commit();

 private:
  [[noreturn]] void fail(const std::string& doing) const;

  std::filesystem::path path_;
  std::filesystem::path partial_;
  int fd_ = -1;
  std::int64_t written_ = 0;
};

/// AtomicFile in one call.
void write_file(const std::filesystem::path& path, std::string_view bytes);

/// A file that grows line by line. What could not be written is kept, and goes in front of the next
/// line.
class LineFile {
 public:
  /// A file that holds these lines, whole from the beginning. Throws Error (kIo).
  LineFile(std::filesystem::path path, std::string_view lines);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  void add(std::string_view line);  ///< Throws Error (kIo), naming path and bytes.
  void flush();                     ///< What is kept. Throws Error (kIo).

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  std::int64_t size_;
  std::string kept_;
};

}  // namespace lenet
