#include "data/idx.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "base/file.h"
#include "data/gzip.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kImageDimensions = 3;
constexpr std::int64_t kMaxHeader = 4 + 4 * kImageDimensions;

[[noreturn]] void bad_idx(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", name, what));
}

std::uint32_t big_endian(std::span<const std::uint8_t> header, std::int64_t word) {
  const std::uint8_t* b = header.data() + 4 * word;
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

/// 0x08 for unsigned bytes, then the number of dimensions.
std::uint32_t magic_of(std::int64_t dimensions) {
  return 0x00000800 + static_cast<std::uint32_t>(dimensions);
}

void check_magic(std::uint32_t magic, std::int64_t dimensions, const std::string& name) {
  if (magic == magic_of(dimensions)) return;
  const bool images = dimensions == kImageDimensions;
  const bool swapped = magic == magic_of(images ? 1 : kImageDimensions);
  bad_idx(name,
          fmt::format("magic {:#010x}, want {:#010x} (is this {}?)", magic, magic_of(dimensions),
                      !swapped ? "an IDX file"
                      : images ? "the label file"
                               : "the image file"));
}

std::int64_t checked_product(const std::vector<std::int64_t>& sizes, const std::string& name) {
  std::int64_t product = 1;
  for (const std::int64_t size : sizes) {
    if (size < 1) {
      bad_idx(name, fmt::format("sizes {}, want at least 1 each", fmt::join(sizes, "x")));
    }
    if (size > kMaxGzipBytes / product) {
      bad_idx(name, fmt::format("sizes {} promise more than 4 GiB, the most that is read",
                                fmt::join(sizes, "x")));
    }
    product *= size;
  }
  return product;
}

/// `header`: the file's first bytes, as many as it has.
Idx parse_header(std::span<const std::uint8_t> header, std::int64_t dimensions,
                 const std::string& name) {
  if (header.size() >= 4) check_magic(big_endian(header, 0), dimensions, name);
  Idx idx;
  idx.sizes.resize(static_cast<std::size_t>(dimensions));
  if (std::ssize(header) < idx.header_size()) {
    bad_idx(name, fmt::format("{} bytes, want a header of {} (cut short?)", header.size(),
                              idx.header_size()));
  }
  for (std::int64_t i = 0; i < dimensions; ++i) {
    idx.sizes[static_cast<std::size_t>(i)] = big_endian(header, 1 + i);
  }
  idx.payload_size = checked_product(idx.sizes, name);
  return idx;
}

std::ifstream open(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (file) return file;
  throw Error(ErrorKind::kIo,
              fmt::format("{}: cannot open: {}", path.string(), std::strerror(errno)));
}

std::span<std::uint8_t> allocate(Idx& idx) {
  const auto size = static_cast<std::size_t>(idx.header_size() + idx.payload_size);
  idx.bytes = std::make_unique_for_overwrite<std::uint8_t[]>(size);
  return {idx.bytes.get(), size};
}

Idx read_gzipped(const fs::path& path, std::int64_t dimensions) {
  const std::string name = path.string();
  const std::string gz = read_file(path, kMaxGzipBytes);
  std::array<std::uint8_t, kMaxHeader> header;
  const auto header_size = static_cast<std::size_t>(4 + 4 * dimensions);
  const std::int64_t got = gunzip_prefix(gz, std::span(header).first(header_size), name);
  Idx idx = parse_header(std::span(header).first(static_cast<std::size_t>(got)), dimensions, name);
  if (idx.header_size() + idx.payload_size > max_gunzip_size(std::ssize(gz))) {
    bad_idx(name, fmt::format("sizes {} promise {} bytes, more than {} bytes of gzip can hold",
                              fmt::join(idx.sizes, "x"), idx.payload_size, gz.size()));
  }
  gunzip(gz, allocate(idx), name);
  return idx;
}

/// Reads exactly out.size() bytes from `file`, whose size has been checked.
void read_exactly(std::ifstream& file, std::span<std::uint8_t> out, const std::string& name) {
  file.read(reinterpret_cast<char*>(out.data()), std::ssize(out));
  if (!file) throw Error(ErrorKind::kIo, fmt::format("{}: cannot read: input error", name));
}

Idx read_plain(std::ifstream& file, std::int64_t file_size, const std::string& name,
               std::int64_t dimensions) {
  std::array<std::uint8_t, kMaxHeader> header;
  const auto start =
      std::span(header).first(static_cast<std::size_t>(std::min(file_size, 4 + 4 * dimensions)));
  read_exactly(file, start, name);
  Idx idx = parse_header(start, dimensions, name);
  const std::int64_t payload = file_size - idx.header_size();
  if (payload < idx.payload_size) {
    bad_idx(name, fmt::format("sizes {} promise {} bytes, found {} (cut short?)",
                              fmt::join(idx.sizes, "x"), idx.payload_size, payload));
  }
  if (payload > idx.payload_size) {
    bad_idx(name,
            fmt::format("{} bytes after the {} that sizes {} promise", payload - idx.payload_size,
                        idx.payload_size, fmt::join(idx.sizes, "x")));
  }
  file.seekg(0);
  read_exactly(file, allocate(idx), name);
  return idx;
}

}  // namespace

std::optional<fs::path> find_idx(const fs::path& dir, std::string_view name) {
  std::error_code ignored;  // what cannot be looked at counts as absent
  for (const char* suffix : {"", ".gz"}) {
    const fs::path path = dir / fmt::format("{}{}", name, suffix);
    if (fs::exists(path, ignored)) return path;
  }
  return std::nullopt;
}

std::optional<std::int64_t> idx_dimensions(const fs::path& path) {
  std::ifstream file = open(path);
  std::string start(4096, '\0');  // more than gzip's own header, which holds the file's name
  file.read(start.data(), std::ssize(start));
  start.resize(static_cast<std::size_t>(file.gcount()));
  std::array<std::uint8_t, 4> magic{};
  if (is_gzip(start)) {
    gunzip_prefix(start, magic, path.string());
  } else if (start.size() >= magic.size()) {
    std::memcpy(magic.data(), start.data(), magic.size());
  }
  const std::uint32_t word = big_endian(magic, 0);
  if (word >> 8 != magic_of(0) >> 8) return std::nullopt;
  return word & 0xff;
}

Idx read_idx(const fs::path& path, std::int64_t dimensions) {
  const std::string name = path.string();
  std::error_code error;
  const auto file_size = static_cast<std::int64_t>(fs::file_size(path, error));
  if (error) {
    throw Error(ErrorKind::kIo, fmt::format("{}: cannot read: {}", name, error.message()));
  }
  std::ifstream file = open(path);
  std::array<char, 2> start{};
  file.read(start.data(), start.size());
  if (is_gzip({start.data(), start.size()})) return read_gzipped(path, dimensions);
  file.clear();
  file.seekg(0);
  return read_plain(file, file_size, name, dimensions);
}

}  // namespace lenet
