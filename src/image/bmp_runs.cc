#include "image/bmp_runs.h"

#include <cstddef>

namespace lenet {
namespace {

class Runs {
 public:
  Runs(std::string_view bytes, bool nibbles, std::int64_t height, std::int64_t width)
      : left_(bytes),
        nibbles_(nibbles),
        height_(height),
        width_(width),
        indices_(static_cast<std::size_t>(height * width), '\0') {}

  /// Whether the bytes hold the end of the code, or all pixels.
  bool decode() {
    while (y_ < height_) {
      if (left_.size() < 2) return y_ + 1 == height_ && x_ >= width_;
      const int count = next(), value = next();
      if (count > 0) {
        for (int i = 0; i < count; ++i) put(value, i);
      } else if (value > kDelta) {
        if (!copy(value)) return false;
      } else if (value == kEndOfRow) {
        x_ = 0, ++y_;
      } else if (value == kEnd) {
        return true;
      } else {
        if (left_.size() < 2) return false;
        x_ += next(), y_ += next();
      }
    }
    return true;
  }

  std::string& indices() { return indices_; }

 private:
  static constexpr int kEndOfRow = 0, kEnd = 1, kDelta = 2;

  int next() {
    const auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    return byte;
  }

  /// Pixel i of a run: of 4 bits, the two halves of the byte take turns.
  void put(int byte, int i) {
    const int value = !nibbles_ ? byte : i % 2 == 0 ? byte >> 4 : byte & 15;
    if (x_ < width_)
      indices_[static_cast<std::size_t>(y_ * width_ + x_)] = static_cast<char>(value);
    ++x_;
  }

  /// Pixels one by one, filled up to two bytes.
  bool copy(int count) {
    const int bytes = nibbles_ ? (count + 1) / 2 : count;
    if (left_.size() < static_cast<std::size_t>(bytes + bytes % 2)) return false;
    for (int i = 0, byte = 0; i < count; ++i) {
      if (!nibbles_ || i % 2 == 0) byte = next();
      put(byte, i);
    }
    left_.remove_prefix(static_cast<std::size_t>(bytes % 2));
    return true;
  }

  std::string_view left_;
  bool nibbles_;
  std::int64_t height_, width_, y_ = 0, x_ = 0;
  std::string indices_;
};

}  // namespace

std::optional<std::string> decode_bmp_runs(std::string_view bytes, std::uint32_t bits,
                                           std::int64_t height, std::int64_t width) {
  Runs runs(bytes, bits == 4, height, width);
  if (!runs.decode()) return std::nullopt;
  return std::move(runs.indices());
}

}  // namespace lenet
