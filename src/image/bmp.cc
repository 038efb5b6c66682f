// Windows' and OS/2's bitmaps, with the header of a file or without:
// https://learn.microsoft.com/windows/win32/gdi/bitmap-storage
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdlib>
#include <initializer_list>

#include "image/bmp_runs.h"
#include "image/decoders.h"

namespace lenet {
namespace {

constexpr std::size_t kFileHeader = 14, kCoreHeader = 12, kInfoHeader = 40;

enum Compression : std::uint32_t { kRgb = 0, kRle8 = 1, kRle4 = 2, kMasks = 3, kAlphaMasks = 6 };

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

bool is_header_size(std::uint32_t size) {
  const auto sizes = {12u, 40u, 52u, 56u, 64u, 108u, 124u};  // OS/2 1 and 2; Windows 3 to 5
  return std::ranges::find(sizes, size) != sizes.end();
}

/// One channel of a pixel of 16 or 32 bits, as 8 bits.
std::uint8_t channel(std::uint32_t pixel, std::uint32_t mask) {
  if (mask == 0) return 0;
  const int shift = std::countr_zero(mask);
  const std::uint64_t value = (pixel & mask) >> shift, most = mask >> shift;
  return static_cast<std::uint8_t>((value * 255 + most / 2) / most);
}

class BmpReader {
 public:
  BmpReader(std::string_view bytes, const std::string& source)
      : bytes_(bytes), source_(source), info_(bytes.starts_with("BM") ? kFileHeader : 0) {}

  Image read() {
    read_header();
    read_colours();
    if (info_ != 0) data_ = at(10, 4);
    const std::int64_t channels = grey_ ? 1 : 3;
    if (!is_run_length()) require_rows();  // before memory is taken for them
    Image image = make_image(channels, height_, width_, source_);
    const bool alpha = masks_[3] != 0;
    std::string pixels;
    pixels.reserve(image.pixels.size() / static_cast<std::size_t>(channels) *
                   static_cast<std::size_t>(channels + alpha));
    if (is_run_length()) indices_ = read_runs();
    for (std::int64_t y = 0; y < height_; ++y) add_row(top_down_ ? y : height_ - 1 - y, pixels);
    to_planes(pixels, image);
    return image;
  }

 private:
  std::uint32_t at(std::size_t place, std::size_t size) const {
    if (place > bytes_.size() || bytes_.size() - place < size) {
      bad_image(source_, "broken BMP: the file is cut");
    }
    return number(bytes_, place, size);
  }

  bool is_run_length() const { return compression_ == kRle8 || compression_ == kRle4; }

  void read_header() {
    header_size_ = at(info_, 4);
    if (!is_header_size(header_size_)) {
      bad_image(source_,
                fmt::format("broken BMP: a header of {} bytes, want 40, 108 or 124", header_size_));
    }
    if (header_size_ == kCoreHeader) {
      width_ = at(info_ + 4, 2), height_ = at(info_ + 6, 2), bits_ = at(info_ + 10, 2);
    } else {
      width_ = static_cast<std::int32_t>(at(info_ + 4, 4));
      height_ = static_cast<std::int32_t>(at(info_ + 8, 4));
      bits_ = at(info_ + 14, 2), compression_ = at(info_ + 16, 4);
      colours_ = at(info_ + 32, 4);
      top_down_ = height_ < 0;
      height_ = std::abs(height_);
    }
    require_kind();
  }

  void require_kind() const {
    const auto is = [&](std::initializer_list<std::uint32_t> bits) {
      return std::ranges::find(bits, bits_) != bits.end();
    };
    const bool good = compression_ == kRgb    ? is({1, 4, 8, 16, 24, 32})
                      : compression_ == kRle8 ? is({8})
                      : compression_ == kRle4 ? is({4})
                      : compression_ == kMasks || compression_ == kAlphaMasks ? is({16, 32})
                                                                              : false;
    if (good) return;
    bad_image(source_,
              fmt::format("a BMP of {} bits a pixel with compression {}, want 1, 4, 8, 16, "
                          "24 or 32 without one, runs of 4 or 8, or masks of 16 or 32; "
                          "convert it first",
                          bits_, compression_));
  }

  /// The masks or the palette, and where the pixels begin without a file's header to say so.
  void read_colours() {
    data_ = info_ + header_size_;
    if (bits_ == 16) masks_ = {0x7C00, 0x03E0, 0x001F, 0};
    if (bits_ == 32) masks_ = {0xFF0000, 0x00FF00, 0x0000FF, 0};
    if (compression_ == kMasks || compression_ == kAlphaMasks) {
      const bool alpha = compression_ == kAlphaMasks || header_size_ >= 56;
      for (std::size_t c = 0; c < (alpha ? 4u : 3u); ++c) {
        masks_[c] = at(info_ + kInfoHeader + 4 * c, 4);
      }
      if (header_size_ == kInfoHeader) data_ += alpha ? 16 : 12;  // behind the header
    }
    if (bits_ > 8) return;
    const std::uint32_t most = 1u << bits_, entry = header_size_ == kCoreHeader ? 3 : 4;
    const std::uint32_t count = colours_ == 0 ? most : std::min(colours_, most);
    for (std::uint32_t i = 0; i < count; ++i, data_ += entry) {
      palette_.push_back({static_cast<char>(at(data_ + 2, 1)), static_cast<char>(at(data_ + 1, 1)),
                          static_cast<char>(at(data_, 1))});
    }
    grey_ = std::ranges::all_of(palette_, [](const auto& colour) {
      return colour[0] == colour[1] && colour[1] == colour[2];
    });
  }

  /// Rows are filled up to four bytes; the last need not be.
  std::int64_t row_bytes() const { return (width_ * bits_ + 31) / 32 * 4; }

  void require_rows() const {
    if (height_ < 1 || width_ < 1 || height_ > kMostImageSide || width_ > kMostImageSide) return;
    const std::int64_t wanted = (height_ - 1) * row_bytes() + (width_ * bits_ + 7) / 8;
    const std::int64_t left = std::max<std::int64_t>(std::ssize(bytes_) - data_, 0);
    if (left >= wanted) return;
    bad_image(source_, fmt::format("broken BMP: {} bytes of pixels, want {}: the file is cut", left,
                                   wanted));
  }

  std::string read_runs() const {
    const auto start = std::min(bytes_.size(), static_cast<std::size_t>(data_));
    const auto indices = decode_bmp_runs(bytes_.substr(start), bits_, height_, width_);
    if (!indices) bad_image(source_, "broken BMP: its runs have no end: the file is cut");
    return *indices;
  }

  /// Row y as it is stored.
  void add_row(std::int64_t y, std::string& pixels) const {
    if (bits_ <= 8) {
      for (std::int64_t x = 0; x < width_; ++x) add_colour(index(y, x), pixels);
      return;
    }
    const std::size_t size = bits_ / 8;
    auto place = static_cast<std::size_t>(data_ + y * row_bytes());
    for (std::int64_t x = 0; x < width_; ++x, place += size) {
      if (bits_ == 24) {
        pixels.append({bytes_[place + 2], bytes_[place + 1], bytes_[place]});
        continue;
      }
      const std::uint32_t pixel = number(bytes_, place, size);
      for (std::size_t c = 0; c < (masks_[3] == 0 ? 3u : 4u); ++c) {
        pixels += static_cast<char>(channel(pixel, masks_[c]));
      }
    }
  }

  std::uint32_t index(std::int64_t y, std::int64_t x) const {
    if (is_run_length()) {
      return static_cast<unsigned char>(indices_[static_cast<std::size_t>(y * width_ + x)]);
    }
    const std::int64_t bit = x * bits_;
    const auto byte = static_cast<unsigned char>(
        bytes_[static_cast<std::size_t>(data_ + y * row_bytes() + bit / 8)]);
    return byte >> (8 - bits_ - static_cast<std::uint32_t>(bit % 8)) & ((1u << bits_) - 1);
  }

  void add_colour(std::uint32_t i, std::string& pixels) const {
    if (i >= palette_.size()) {
      bad_image(source_, fmt::format("broken BMP: pixel {} of {} colours", i, palette_.size()));
    }
    pixels.append(palette_[i].data(), grey_ ? 1 : 3);
  }

  std::string_view bytes_;
  const std::string& source_;
  std::size_t info_;  ///< where the bitmap's header begins
  std::uint32_t header_size_ = 0, bits_ = 0, compression_ = kRgb, colours_ = 0;
  std::int64_t width_ = 0, height_ = 0;
  std::int64_t data_ = 0;  ///< where the pixels begin
  bool top_down_ = false, grey_ = false;
  std::array<std::uint32_t, 4> masks_ = {};        ///< red, green, blue, alpha
  std::vector<std::array<char, 3>> palette_ = {};  ///< red, green, blue
  std::string indices_ = {};                       ///< of runs, unpacked, rows as stored
};

}  // namespace

bool is_bare_bitmap(std::string_view bytes) {
  if (bytes.size() < 16) return false;
  const std::uint32_t size = number(bytes, 0, 4);
  return is_header_size(size) && number(bytes, size == kCoreHeader ? 8 : 12, 2) == 1;  // planes
}

Image decode_bmp(std::string_view bytes, const std::string& source) {
  return BmpReader(bytes, source).read();
}

}  // namespace lenet
