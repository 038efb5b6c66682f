// Files in a zip archive held in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct zip;

namespace lenet {

struct ZipFile {
  std::unique_ptr<std::uint8_t[]> bytes;  ///< null if the archive has no such file
  std::int64_t size = 0;
};

/// An archive over bytes that outlive it.
class ZipArchive {
 public:
  /// Throws Error (kBadInput), starting with `name`, if the bytes are no zip archive.
  ZipArchive(std::string_view bytes, std::string name);

  /// The names of all files, in the archive's order.
  std::vector<std::string> names() const;

  /// The file, stored or deflated, its checksum tested. No memory is taken for more than 4 GiB,
  /// more than its packed size can hold or a packed size that the archive does not have. Throws
  /// Error (kBadInput).
  ZipFile read(const std::string& file) const;

 private:
  struct Close {
    void operator()(zip* archive) const;
  };

  std::string name_;
  std::int64_t size_;  ///< of the archive
  std::unique_ptr<zip, Close> archive_;
};

}  // namespace lenet
