// IDX files of bytes, the format of MNIST (yann.lecun.com/exdb/mnist), plain or gzipped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace lenet {

/// A whole IDX file in memory.
struct Idx {
  std::unique_ptr<std::uint8_t[]> bytes;  ///< header, then payload
  std::vector<std::int64_t> sizes;        ///< {images, height, width} or {labels}
  std::int64_t payload_size = 0;          ///< product of the sizes

  /// Magic number and sizes, four bytes each.
  std::int64_t header_size() const { return 4 + 4 * std::ssize(sizes); }
  std::span<const std::uint8_t> all() const {
    return {bytes.get(), static_cast<std::size_t>(header_size() + payload_size)};
  }
  std::span<const std::uint8_t> payload() const {
    return all().subspan(static_cast<std::size_t>(header_size()));
  }
};

/// dir/name or else dir/name.gz, whichever exists.
std::optional<std::filesystem::path> find_idx(const std::filesystem::path& dir,
                                              std::string_view name);

/// The number of dimensions that the file's header tells, gzipped or not; nothing if it does not
/// start as an IDX file of bytes. Throws Error if it cannot be read.
std::optional<std::int64_t> idx_dimensions(const std::filesystem::path& path);

/// Reads a file of `dimensions` sizes (3: images, 1: labels), gzipped or not, whatever its name.
/// Takes no more memory than the file and what its header promises, and that only after checking
/// that the file can hold it. Throws Error: kIo if it cannot be read, kBadInput if it is broken.
Idx read_idx(const std::filesystem::path& path, std::int64_t dimensions);

}  // namespace lenet
