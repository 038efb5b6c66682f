// PGM and PPM: https://netpbm.sourceforge.net/doc/pgm.html
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "data/image_formats.h"

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
    most_ = number("largest value");
    if (most_ < 1 || most_ > 65535) {
      bad_image(source_, fmt::format("largest value {}, want 1 to 65535", most_));
    }
    if (kind == '5' || kind == '6') ++at_;  // one white space
    require_pixels(kind, width, height, channels);
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
  /// The file is long enough for its pixels, before memory is taken for them.
  void require_pixels(char kind, std::int64_t width, std::int64_t height, std::int64_t channels) {
    const std::int64_t sample_bytes = kind == '2' || kind == '3' ? 2 : most_ > 255 ? 2 : 1;
    const auto pixels = width > kMostImageSide || height > kMostImageSide
                            ? std::int64_t{0}  // refused with the sizes
                            : width * height * channels;
    const std::int64_t left = std::max<std::int64_t>(std::ssize(bytes_) - at_, 0);
    if (left >= pixels * sample_bytes) return;
    bad_image(source_, fmt::format("{} bytes of pixels, want at least {}: the file is cut", left,
                                   pixels * sample_bytes));
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
