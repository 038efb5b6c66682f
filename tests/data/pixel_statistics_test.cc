#include "lenet/pixel_statistics.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/errors.h"

namespace lenet {
namespace {

/// One image after another, all of class 0.
Dataset make(const Shape& shape, const std::vector<std::uint8_t>& bytes) {
  auto pixels = std::make_unique<std::uint8_t[]>(bytes.size());
  std::ranges::copy(bytes, pixels.get());
  const std::size_t images = bytes.size() / static_cast<std::size_t>(element_count(shape));
  return Dataset(std::move(pixels), 0, shape, std::vector<Label>(images), 1);
}

TEST(PixelStatistics, AreTheMeanAndTheDeviationOfThePopulation) {
  // 0, 51, 102 and 255 are 0, 0.2, 0.4 and 1: mean 0.4, mean square 0.3, variance 0.14.
  const Dataset data = make({1, 1, 2}, {0, 51, 102, 255});
  const PixelStatistics statistics = pixel_statistics(data, std::vector<std::int32_t>{0, 1});
  EXPECT_EQ(statistics.mean, std::vector<float>{0.4f});
  EXPECT_EQ(statistics.deviation, std::vector<float>{static_cast<float>(std::sqrt(0.14))});
}

TEST(PixelStatistics, AreOfEachChannelApart) {
  const Dataset data = make({2, 1, 2}, {0, 255, 51, 51,  //
                                        255, 0, 51, 51});
  const PixelStatistics statistics = pixel_statistics(data, std::vector<std::int32_t>{0, 1});
  EXPECT_EQ(statistics.mean, (std::vector<float>{0.5f, 0.2f}));
  EXPECT_EQ(statistics.deviation, (std::vector<float>{0.5f, 0.0f}));
}

TEST(PixelStatistics, TakeFloatsAsTheyAre) {
  const Dataset data(FloatImages{{0, 2, 10, 10, 4, 6, 10, 10}}, {2, 1, 2}, ClassTargets{{0, 0}, 1});
  const PixelStatistics statistics = pixel_statistics(data, std::vector<std::int32_t>{0, 1});
  EXPECT_EQ(statistics.mean, (std::vector<float>{3, 10}));
  EXPECT_EQ(statistics.deviation, (std::vector<float>{static_cast<float>(std::sqrt(5.0)), 0}));
}

TEST(PixelStatistics, CountTheImagesThatAreNamed) {
  const Dataset data = make({1, 1, 1}, {0, 51, 255});
  EXPECT_EQ(pixel_statistics(data, std::vector<std::int32_t>{1}).mean[0], 0.2f);
  EXPECT_EQ(pixel_statistics(data, std::vector<std::int32_t>{2, 0}).mean[0], 0.5f);
}

TEST(PixelStatistics, WantImagesOfTheData) {
  const Dataset data = make({1, 1, 1}, {0, 51, 255});
  const auto message = [&](const std::vector<std::int32_t>& indices) {
    return error_of(ErrorKind::kUsage, [&] { pixel_statistics(data, indices); });
  };
  EXPECT_TRUE(contains(message({}), "no images"));
  EXPECT_TRUE(contains(message({0, 3}), "image 3, but the data has 3"));
  EXPECT_TRUE(contains(message({-1}), "image -1"));
}

}  // namespace
}  // namespace lenet
