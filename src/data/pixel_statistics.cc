#include "lenet/pixel_statistics.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "lenet/error.h"

namespace lenet {
namespace {

struct MeanAndDeviation {
  double mean, deviation;
};

/// The numbers of pixels of one channel that have each byte as their value: exact.
class ByteCounts {
 public:
  void add(std::span<const std::uint8_t> pixels) {
    for (const std::uint8_t pixel : pixels) ++counts_[pixel];
  }

  /// Of pixels that count as byte / 255.
  MeanAndDeviation result() const {
    std::int64_t count = 0, sum = 0;
    for (std::size_t byte = 0; byte < counts_.size(); ++byte) {
      count += counts_[byte];
      sum += counts_[byte] * static_cast<std::int64_t>(byte);
    }
    const double mean = static_cast<double>(sum) / static_cast<double>(count);
    double squares = 0;
    for (std::size_t byte = 0; byte < counts_.size(); ++byte) {
      const double difference = static_cast<double>(byte) - mean;
      squares += static_cast<double>(counts_[byte]) * difference * difference;
    }
    return {.mean = mean / 255, .deviation = std::sqrt(squares / static_cast<double>(count)) / 255};
  }

 private:
  std::array<std::int64_t, 256> counts_ = {};
};

/// Welford's running mean and sum of squared differences from it (1962).
class RunningSquares {
 public:
  void add(std::span<const float> values) {
    for (const float value : values) {
      const double difference = static_cast<double>(value) - mean_;
      mean_ += difference / static_cast<double>(++count_);
      squares_ += difference * (static_cast<double>(value) - mean_);
    }
  }

  MeanAndDeviation result() const {
    return {.mean = mean_, .deviation = std::sqrt(squares_ / static_cast<double>(count_))};
  }

 private:
  std::int64_t count_ = 0;
  double mean_ = 0, squares_ = 0;
};

/// Of images that pixels(i) finds, channel by channel.
template <class Channel, class Pixels>
PixelStatistics statistics_of(const Shape& shape, std::span<const std::int32_t> indices,
                              Pixels pixels) {
  std::vector<Channel> channels(static_cast<std::size_t>(shape.front()));
  const auto plane = static_cast<std::size_t>(element_count(shape) / shape.front());
  for (const std::int32_t i : indices) {
    const auto* pixel = pixels(i);
    for (Channel& channel : channels) {
      channel.add({pixel, plane});
      pixel += plane;
    }
  }
  PixelStatistics statistics;
  for (const Channel& channel : channels) {
    const auto [mean, deviation] = channel.result();
    statistics.mean.push_back(static_cast<float>(mean));
    statistics.deviation.push_back(static_cast<float>(deviation));
  }
  return statistics;
}

}  // namespace

PixelStatistics pixel_statistics(const Dataset& data, std::span<const std::int32_t> indices) {
  if (indices.empty()) throw Error(ErrorKind::kUsage, "pixel statistics: no images, want some");
  for (const std::int32_t i : indices) {
    if (i >= 0 && i < data.size()) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("pixel statistics: image {}, but the data has {}", i, data.size()));
  }
  const Shape& shape = data.image_shape();
  if (data.has_bytes()) {
    return statistics_of<ByteCounts>(shape, indices, [&](auto i) { return data.image(i); });
  }
  return statistics_of<RunningSquares>(shape, indices, [&](auto i) { return data.floats(i); });
}

}  // namespace lenet
