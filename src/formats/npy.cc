#include "formats/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "base/file.h"
#include "formats/formats.h"
#include "lenet/error.h"

namespace lenet {
namespace {

[[noreturn]] void bad_npy(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", name, what));
}

/// The text of the header, such as {'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }, and
/// where it ends.
struct Header {
  std::string_view text;
  std::int64_t end;
};

Header find_header(std::span<const std::uint8_t> bytes, const std::string& name) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!all.starts_with("\x93NUMPY")) {
    bad_npy(name, "no array of numpy's: want a file that starts with \\x93NUMPY");
  }
  if (bytes.size() < 10) bad_npy(name, "the header is cut short");
  const int version = bytes[6];
  if (version < 1 || version > 3) {
    bad_npy(name, fmt::format("version {} of the format, want 1 to 3", version));
  }
  std::size_t start = 10, length = bytes[8] | std::size_t{bytes[9]} << 8;
  if (version > 1) {
    if (bytes.size() < 12) bad_npy(name, "the header is cut short");
    start = 12;
    length |= std::size_t{bytes[10]} << 16 | std::size_t{bytes[11]} << 24;
  }
  if (length > bytes.size() - start) bad_npy(name, "the header is cut short");
  return {all.substr(start, length), static_cast<std::int64_t>(start + length)};
}

/// What stands behind 'key': in the header.
std::string_view value_of(std::string_view header, std::string_view key, const std::string& name) {
  const std::string quoted = fmt::format("'{}':", key);
  const std::size_t at = header.find(quoted);
  if (at == std::string_view::npos) {
    bad_npy(name, fmt::format("no {} in the header {:.60}", quoted, header));
  }
  header.remove_prefix(at + quoted.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

/// numpy's dtype, such as '<f4', with its quotes.
void read_dtype(std::string_view text, NpyArray& array) {
  const std::size_t end = text.starts_with('\'') ? text.find('\'', 1) : std::string_view::npos;
  const std::string_view dtype = end == std::string_view::npos ? "" : text.substr(1, end - 1);
  if (dtype.starts_with("|O")) {
    bad_npy(array.name,
            "Python objects (pickled), want numbers: save an array of uint8 or float32");
  }
  if (dtype.starts_with('>')) {
    bad_npy(array.name, fmt::format("big-endian numbers ({}), want little-endian: save "
                                    "array.astype(array.dtype.newbyteorder('<'))",
                                    dtype));
  }
  if (dtype.starts_with("<U") || dtype.starts_with("|S")) {
    bad_npy(array.name, fmt::format("text ({}), want numbers: names of classes become labels by "
                                    "names, labels = numpy.unique(array, return_inverse=True)",
                                    dtype));
  }
  constexpr std::string_view kKnown = "|b1 |i1 |u1 <i2 <u2 <i4 <u4 <i8 <u8 <f4 <f8 ";
  if (dtype.size() != 3 || kKnown.find(dtype) == std::string_view::npos) {
    bad_npy(array.name,
            fmt::format("dtype {}, want bool, int, uint, float32 or float64: save "
                        "array.astype(\"float32\")",
                        dtype.empty() ? fmt::format("{:.40}", text) : fmt::format("'{}'", dtype)));
  }
  array.kind = dtype[1];
  array.item_size = dtype[2] - '0';
}

/// "(2, 3)", "(5,)" or "()".
std::optional<std::vector<std::int64_t>> read_shape(std::string_view text) {
  std::vector<std::int64_t> shape;
  const std::size_t end = text.find(')');
  if (!text.starts_with('(') || end == std::string_view::npos) return std::nullopt;
  text = text.substr(1, end - 1);
  while (!text.empty()) {
    std::int64_t size = 0;
    const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || size < 0) return std::nullopt;
    shape.push_back(size);
    text.remove_prefix(static_cast<std::size_t>(last - text.data()));
    if (!text.empty() && text.front() != ',') return std::nullopt;
    text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
  }
  return shape;
}

void check_size(const NpyArray& array, std::int64_t size) {
  std::int64_t count = 1;
  for (const std::int64_t n : array.shape) {
    if (n != 0 && count > kMostDataBytes / n) {
      bad_npy(array.name,
              fmt::format("the shape {} promises more than 4 GiB, the most that is read",
                          to_string(array.shape)));
    }
    count *= n;
  }
  const std::int64_t wanted = count * array.item_size, found = size - array.header_size;
  if (found == wanted) return;
  bad_npy(array.name, fmt::format("the shape {} promises {} bytes, found {}",
                                  to_string(array.shape), wanted, found));
}

}  // namespace

NpyArray parse_npy(std::unique_ptr<std::uint8_t[]> bytes, std::int64_t size,
                   const std::string& name) {
  const Header header = find_header({bytes.get(), static_cast<std::size_t>(size)}, name);
  NpyArray array{.name = name, .bytes = nullptr, .header_size = header.end, .shape = {}};
  read_dtype(value_of(header.text, "descr", name), array);
  if (!value_of(header.text, "fortran_order", name).starts_with("False")) {
    bad_npy(name, "Fortran order, want C order: save np.ascontiguousarray(array)");
  }
  const std::string_view shape = value_of(header.text, "shape", name);
  auto sizes = read_shape(shape);
  if (!sizes) bad_npy(name, fmt::format("shape {:.60}, want one such as (10, 28, 28)", shape));
  array.shape = *std::move(sizes);
  check_size(array, size);
  array.bytes = std::move(bytes);
  return array;
}

NpyArray read_npy(const std::filesystem::path& path) {
  const std::string file = read_file(path, kMostDataBytes);
  auto bytes = std::make_unique_for_overwrite<std::uint8_t[]>(file.size());
  std::ranges::copy(file, bytes.get());
  return parse_npy(std::move(bytes), std::ssize(file), path.string());
}

}  // namespace lenet
