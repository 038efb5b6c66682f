#include "formats/idx.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "base/file.h"
#include "formats/gzip.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kUint8Images = 0x803, kUint8Labels = 0x801;
constexpr std::uint32_t kInt32Labels = 0xc01, kInt32LabelRows = 0xc02;
constexpr std::size_t kMaxHeader = 4 + 4 * 3;

[[noreturn]] void bad_idx(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", name, what));
}

std::uint32_t big_endian(std::span<const std::uint8_t> header, std::int64_t word) {
  const std::uint8_t* b = header.data() + 4 * word;
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

/// Of the files that are read: the elements' type, then the number of dimensions.
bool is_known(std::uint32_t magic, IdxContent content) {
  if (content == IdxContent::kImages) return magic == kUint8Images;
  return magic == kUint8Labels || magic == kInt32Labels || magic == kInt32LabelRows;
}

/// Two zeros, one of the types that the format has, and the number of dimensions, not 0.
bool is_idx(std::uint32_t magic) {
  const std::uint32_t type = magic >> 8;
  return type >= 0x08 && type <= 0x0e && type != 0x0a && (magic & 0xff) != 0;
}

std::string type_name(std::uint32_t magic) {
  constexpr std::array<const char*, 7> kNames = {"uint8", "int8",    "",       "int16",
                                                 "int32", "float32", "float64"};
  return kNames[(magic >> 8) - 0x08];
}

void check_magic(std::uint32_t magic, IdxContent content, const std::string& name) {
  if (is_known(magic, content)) return;
  const bool images = content == IdxContent::kImages;
  const std::uint32_t want = images ? kUint8Images : kUint8Labels;
  if (is_known(magic, images ? IdxContent::kLabels : IdxContent::kImages)) {
    bad_idx(name, fmt::format("magic {:#010x}, want {:#010x} (is this {}?)", magic, want,
                              images ? "the label file" : "the image file"));
  }
  if (!is_idx(magic)) {
    bad_idx(name, fmt::format("magic {:#010x}, want {:#010x} (is this an IDX file?)", magic, want));
  }
  bad_idx(name,
          fmt::format("{} dimensions of {}, want {}", magic & 0xff, type_name(magic),
                      images ? "images x height x width of uint8" : "labels of uint8 or int32"));
}

/// Of the elements' bytes and the sizes.
std::int64_t checked_product(std::int64_t product, const std::vector<std::int64_t>& sizes,
                             const std::string& name) {
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

/// `header`: the file's first bytes, as many as it has of kMaxHeader.
Idx parse_header(std::span<const std::uint8_t> header, IdxContent content,
                 const std::string& name) {
  const auto require_header = [&](std::int64_t want) {
    if (std::ssize(header) >= want) return;
    bad_idx(name, fmt::format("{} bytes, want a header of {} (cut short?)", header.size(), want));
  };
  if (header.size() < 4) require_header(content == IdxContent::kImages ? 16 : 8);
  const std::uint32_t magic = big_endian(header, 0);
  check_magic(magic, content, name);
  Idx idx;
  idx.type = static_cast<IdxType>(magic >> 8);
  idx.sizes.resize(magic & 0xff);
  require_header(idx.header_size());
  for (std::int64_t i = 0; i < std::ssize(idx.sizes); ++i) {
    idx.sizes[static_cast<std::size_t>(i)] = big_endian(header, 1 + i);
  }
  idx.payload_size = checked_product(idx.type == IdxType::kUint8 ? 1 : 4, idx.sizes, name);
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

Idx read_gzipped(const fs::path& path, IdxContent content) {
  const std::string name = path.string();
  const std::string gz = read_file(path, kMaxGzipBytes);
  std::array<std::uint8_t, kMaxHeader> header;
  const auto got = static_cast<std::size_t>(gunzip_prefix(gz, header, name));
  Idx idx = parse_header(std::span(header).first(got), content, name);
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
               IdxContent content) {
  std::array<std::uint8_t, kMaxHeader> header;
  const auto size = std::min(static_cast<std::size_t>(file_size), header.size());
  const auto start = std::span(header).first(size);
  read_exactly(file, start, name);
  Idx idx = parse_header(start, content, name);
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
    if (fs::is_regular_file(path, ignored)) return path;
  }
  return std::nullopt;
}

std::optional<IdxContent> idx_content(const fs::path& path) {
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
  if (!is_idx(word)) return std::nullopt;
  return (word & 0xff) >= 3 ? IdxContent::kImages : IdxContent::kLabels;
}

Idx read_idx(const fs::path& path, IdxContent content) {
  const std::string name = path.string();
  std::error_code error;
  const auto file_size = static_cast<std::int64_t>(fs::file_size(path, error));
  if (error) {
    throw Error(ErrorKind::kIo, fmt::format("{}: cannot read: {}", name, error.message()));
  }
  std::ifstream file = open(path);
  std::array<char, 2> start{};
  file.read(start.data(), start.size());
  if (is_gzip({start.data(), start.size()})) return read_gzipped(path, content);
  file.clear();
  file.seekg(0);
  return read_plain(file, file_size, name, content);
}

std::vector<std::int64_t> idx_labels(const Idx& labels) {
  const std::span<const std::uint8_t> payload = labels.payload();
  if (labels.type == IdxType::kUint8) return {payload.begin(), payload.end()};
  const std::int64_t columns = labels.sizes.size() == 2 ? labels.sizes[1] : 1;
  std::vector<std::int64_t> classes;
  classes.reserve(static_cast<std::size_t>(labels.sizes[0]));
  for (std::int64_t row = 0; row < labels.sizes[0]; ++row) {
    classes.push_back(static_cast<std::int32_t>(big_endian(payload, row * columns)));
  }
  return classes;
}

}  // namespace lenet
