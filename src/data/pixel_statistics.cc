#include "lenet/pixel_statistics.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "lenet/error.h"

namespace lenet {
namespace {

/// How often each byte occurs.
using Histogram = std::array<std::int64_t, 256>;

struct MeanAndDeviation {
  double mean, deviation;
};

/// Of the bytes as they are.
MeanAndDeviation mean_and_deviation(const Histogram& histogram) {
  std::int64_t count = 0, sum = 0;
  for (std::size_t byte = 0; byte < histogram.size(); ++byte) {
    count += histogram[byte];
    sum += histogram[byte] * static_cast<std::int64_t>(byte);
  }
  const double mean = static_cast<double>(sum) / static_cast<double>(count);
  double squares = 0;
  for (std::size_t byte = 0; byte < histogram.size(); ++byte) {
    const double difference = static_cast<double>(byte) - mean;
    squares += static_cast<double>(histogram[byte]) * difference * difference;
  }
  return {.mean = mean, .deviation = std::sqrt(squares / static_cast<double>(count))};
}

}  // namespace

PixelStatistics pixel_statistics(const Dataset& data, std::span<const std::int32_t> indices) {
  if (indices.empty()) throw Error(ErrorKind::kUsage, "pixel statistics: no images, want some");
  const std::int64_t channels = data.image_shape().front();
  const std::int64_t plane = element_count(data.image_shape()) / channels;
  std::vector<Histogram> histograms(static_cast<std::size_t>(channels));
  for (const std::int32_t i : indices) {
    if (i < 0 || i >= data.size()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("pixel statistics: image {}, but the data has {}", i, data.size()));
    }
    const std::uint8_t* pixel = data.image(i);
    for (Histogram& histogram : histograms) {
      for (const std::uint8_t* const end = pixel + plane; pixel != end; ++pixel)
        ++histogram[*pixel];
    }
  }
  PixelStatistics statistics;
  for (const Histogram& histogram : histograms) {
    const auto [mean, deviation] = mean_and_deviation(histogram);
    statistics.mean.push_back(static_cast<float>(mean / 255));
    statistics.deviation.push_back(static_cast<float>(deviation / 255));
  }
  return statistics;
}

}  // namespace lenet
