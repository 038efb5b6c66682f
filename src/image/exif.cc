#include "image/exif.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace lenet {
namespace {

using std::string_view_literals::operator""sv;

constexpr int kAsStored = 1;

/// Unsigned numbers in the order of the file's bytes; 0 behind its end.
class Numbers {
 public:
  Numbers(std::string_view bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  std::uint32_t two(std::size_t at) const { return number(at, 2); }
  std::uint32_t four(std::size_t at) const { return number(at, 4); }

 private:
  std::uint32_t number(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || bytes_.size() - at < size) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value =
          value << 8 | static_cast<unsigned char>(bytes_[at + (big_endian_ ? i : size - 1 - i)]);
    }
    return value;
  }

  std::string_view bytes_;
  bool big_endian_;
};

/// The value of an entry of a directory; 0 for one that is no single SHORT or LONG.
std::uint32_t value_of(const Numbers& numbers, std::size_t entry) {
  constexpr std::uint32_t kShort = 3, kLong = 4;
  if (numbers.four(entry + 4) != 1) return 0;
  switch (numbers.two(entry + 2)) {
    case kShort:
      return numbers.two(entry + 8);
    case kLong:
      return numbers.four(entry + 8);
    default:
      return 0;
  }
}

}  // namespace

int exif_orientation(std::string_view bytes) {
  constexpr std::uint32_t kOrientation = 0x0112;
  constexpr std::size_t kEntryBytes = 12;
  if (bytes.starts_with("Exif\0\0"sv)) bytes.remove_prefix(6);
  const bool big_endian = bytes.starts_with("MM\0*"sv);
  if (!big_endian && !bytes.starts_with("II*\0"sv)) return kAsStored;
  const Numbers numbers(bytes, big_endian);
  const std::size_t directory = numbers.four(4), entries = numbers.two(directory);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    if (numbers.two(entry) != kOrientation) continue;
    const std::uint32_t value = value_of(numbers, entry);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : kAsStored;
  }
  return kAsStored;
}

Image turned(Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  const bool transposed = orientation >= 5;
  const bool up = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool left = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const std::int64_t h = image.shape[1], w = image.shape[2];
  Image result = {image.shape, {}, std::move(image.warning)};
  if (transposed) std::swap(result.shape[1], result.shape[2]);
  result.pixels.reserve(image.pixels.size());
  for (std::int64_t c = 0; c < image.shape[0]; ++c) {
    const std::uint8_t* const plane = image.pixels.data() + c * h * w;
    for (std::int64_t i = 0; i < result.shape[1]; ++i) {
      for (std::int64_t j = 0; j < result.shape[2]; ++j) {
        const std::int64_t y = transposed ? j : i, x = transposed ? i : j;
        result.pixels.push_back(plane[(up ? h - 1 - y : y) * w + (left ? w - 1 - x : x)]);
      }
    }
  }
  return result;
}

}  // namespace lenet
