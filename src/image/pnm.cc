// PBM, PGM and PPM: https://netpbm.sourceforge.net/doc/pnm.html
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "image/decoders.h"

namespace lenet {
namespace {

class PnmReader {
 public:
  PnmReader(std::string_view bytes, const std::string& source) : bytes_(bytes), source_(source) {}

  Image read() {
    const char kind = bytes_[1];
    at_ = 2;
    const std::int64_t channels = kind == '3' || kind == '6' ? 3 : 1;
    const std::int64_t width = number("width"), height = number("height");
    if (kind == '1' || kind == '4') return read_bits(kind == '1', height, width);
    most_ = number("largest value");
    if (most_ < 1 || most_ > 65535) {
      bad_image(source_, fmt::format("largest value {}, want 1 to 65535", most_));
    }
    if (kind == '5' || kind == '6') ++at_;  // one white space
    require_pixels(width, height, channels * (kind == '2' || kind == '3' || most_ > 255 ? 2 : 1));
    Image image = make_image(channels, height, width, source_);
    std::string interleaved(image.pixels.size(), '\0');
    for (char& pixel : interleaved) {
      const std::int64_t value = kind == '2' || kind == '3' ? number("pixel") : sample();
      if (value > most_) bad_image(source_, fmt::format("pixel {}, want at most {}", value, most_));
      pixel = static_cast<char>((value * 255 + most_ / 2) / most_);
    }
    to_planes(interleaved, image);
    return image;
  }

 private:
  /// Black and white, 1 is black; as digits, or as bits that fill up a byte at the end of a row.
  Image read_bits(bool digits, std::int64_t height, std::int64_t width) {
    if (!digits) ++at_;  // one white space
    const std::int64_t row_bytes = digits ? width : (width + 7) / 8;
    require_pixels(row_bytes, height, 1);
    Image image = make_image(1, height, width, source_);
    std::int64_t bits = 0;
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      const std::int64_t x = static_cast<std::int64_t>(i) % width;
      if (!digits && x % 8 == 0) bits = byte();
      const bool black = digits ? digit() : (bits >> (7 - x % 8) & 1) != 0;
      image.pixels[i] = black ? 0 : 255;
    }
    return image;
  }

  /// The file is long enough for its pixels, before memory is taken for them.
  void require_pixels(std::int64_t width, std::int64_t height, std::int64_t pixel_bytes) {
    if (width > kMostImageSide || height > kMostImageSide) return;  // refused with the sizes
    const std::int64_t wanted = width * height * pixel_bytes;
    const std::int64_t left = std::max<std::int64_t>(std::ssize(bytes_) - at_, 0);
    if (left >= wanted) return;
    bad_image(source_,
              fmt::format("{} bytes of pixels, want at least {}: the file is cut", left, wanted));
  }

  bool digit() {
    skip_space();
    const char found = peek();
    if (found != '0' && found != '1') {
      bad_image(source_, fmt::format("no 0 or 1 for the pixel at byte {}", at_));
    }
    ++at_;
    return found == '1';
  }

  char peek() const { return at_ < std::ssize(bytes_) ? bytes_[static_cast<std::size_t>(at_)] : 0; }

  void skip_space() {
    while (std::isspace(static_cast<unsigned char>(peek())) || peek() == '#') {
      if (peek() == '#') {
        while (at_ < std::ssize(bytes_) && peek() != '\n') ++at_;
      } else {
        ++at_;
      }
    }
  }

  std::int64_t number(const char* what) {
    skip_space();
    if (!std::isdigit(static_cast<unsigned char>(peek()))) {
      bad_image(source_, fmt::format("no number for the {} at byte {}", what, at_));
    }
    std::int64_t value = 0;
    while (std::isdigit(static_cast<unsigned char>(peek()))) {
      value = value * 10 + (peek() - '0');
      if (value > 1'000'000) bad_image(source_, fmt::format("{} above 1000000", what));
      ++at_;
    }
    return value;
  }

  std::int64_t sample() {
    std::int64_t value = byte();
    if (most_ > 255) value = value * 256 + byte();
    return value;
  }

  std::int64_t byte() {
    if (at_ >= std::ssize(bytes_)) bad_image(source_, "the file is cut");
    return static_cast<unsigned char>(bytes_[static_cast<std::size_t>(at_++)]);
  }

  std::string_view bytes_;
  const std::string& source_;
  std::int64_t at_ = 0, most_ = 0;
};

}  // namespace

Image decode_pnm(std::string_view bytes, const std::string& source) {
  return PnmReader(bytes, source).read();
}

}  // namespace lenet
