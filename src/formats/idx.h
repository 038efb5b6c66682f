// IDX files, the format of MNIST (yann.lecun.com/exdb/mnist), plain or gzipped: images of bytes,
// labels of bytes or of int32.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace lenet {

enum class IdxType : std::uint8_t { kUint8 = 0x08, kInt32 = 0x0c };

enum class IdxContent { kImages, kLabels };

/// A whole IDX file in memory.
struct Idx {
  std::unique_ptr<std::uint8_t[]> bytes;  ///< header, then payload
  IdxType type = IdxType::kUint8;         ///< of the elements; big endian
  std::vector<std::int64_t> sizes;  ///< {images, height, width}, {labels} or {labels, columns}
  std::int64_t payload_size = 0;    ///< bytes: product of the sizes and an element's

  /// Magic number and sizes, four bytes each.
  std::int64_t header_size() const { return 4 + 4 * std::ssize(sizes); }
  std::span<const std::uint8_t> all() const {
    return {bytes.get(), static_cast<std::size_t>(header_size() + payload_size)};
  }
  std::span<const std::uint8_t> payload() const {
    return all().subspan(static_cast<std::size_t>(header_size()));
  }
};

/// dir/name or else dir/name.gz, whichever is there as a file.
std::optional<std::filesystem::path> find_idx(const std::filesystem::path& dir,
                                              std::string_view name);

/// What the number of dimensions in the file's header tells, gzipped or not: 3 and more are images,
/// fewer labels. Nothing if it does not start as an IDX file of any type of elements. Throws Error
/// if it cannot be read.
std::optional<IdxContent> idx_content(const std::filesystem::path& path);

/// Reads a file, gzipped or not, whatever its name. Takes no more memory than the file and what its
/// header promises, and that only after checking that the file can hold it. Throws Error: kIo if it
/// cannot be read, kBadInput if it is broken or holds something else.
Idx read_idx(const std::filesystem::path& path, IdxContent content);

/// The labels of a file that was read as such; of several columns, as QMNIST has them, the first,
/// which is the class.
std::vector<std::int64_t> idx_labels(const Idx& labels);

}  // namespace lenet
