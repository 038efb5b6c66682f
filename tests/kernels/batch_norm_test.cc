#include "kernels/batch_norm.h"

#include <cmath>
#include <tuple>

#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

constexpr std::int64_t kChannels = 3;

/// The place of a value in a pack of (channels, positions, kPack).
struct Place {
  std::size_t channel, at;
};

/// Positions a channel, and images in the pack.
class BatchNormKernel : public testing::TestWithParam<std::tuple<std::int64_t, std::int64_t>> {
 protected:
  /// Calls f(place) for the value of each image.
  template <class F>
  void for_each_value(F f) const {
    for (std::int64_t c = 0; c < kChannels; ++c) {
      for (std::int64_t i = 0; i < positions_ * kPack; ++i) {
        if (i % kPack >= images_) continue;
        f(Place{static_cast<std::size_t>(c), static_cast<std::size_t>(c * positions_ * kPack + i)});
      }
    }
  }

  /// What values a channel are worth in double.
  reference::Values means(const std::vector<float>& values) const {
    reference::Values mean(kChannels);
    for_each_value([&](Place p) {
      mean[p.channel] += static_cast<double>(values[p.at]) / static_cast<double>(count_);
    });
    return mean;
  }

  /// `values` with what must not count in the blank lanes.
  std::vector<float> with_blanks(std::vector<float> values, float blank) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (static_cast<std::int64_t>(i) % kPack >= images_) values[i] = blank;
    }
    return values;
  }

  const std::int64_t positions_ = std::get<0>(GetParam()), images_ = std::get<1>(GetParam());
  const std::int64_t count_ = positions_ * images_, size_ = kChannels * positions_ * kPack;
  const ChannelShape shape_{kChannels, positions_};
  const std::vector<float> x_ = with_blanks(random_floats(size_, 1), 1e6f);
  const std::vector<float> dy_ = with_blanks(random_floats(size_, 2), 0);
  const std::vector<float> mean_ = {0.25f, -0.5f, 0.03f}, inverse_ = {0.7f, 3, 1.3f};
  const std::vector<float> scale_ = {1.4f, -2, 0.3f}, shift_ = {0.1f, -0.2f, 3};
  const ChannelScaling by_{mean_.data(), inverse_.data(), scale_.data(), shift_.data()};
};

TEST_P(BatchNormKernel, StatisticsAreThoseOfTheImagesOnEveryTarget) {
  const reference::Values want_mean = means(x_);
  reference::Values want_squares(kChannels), origin(kChannels), spread(kChannels);
  for (std::size_t c = 0; c < kChannels; ++c) {
    origin[c] = x_[c * static_cast<std::size_t>(positions_ * kPack)];
  }
  reference::Values magnitude(kChannels);
  for_each_value([&](Place p) {
    const double from_mean = x_[p.at] - want_mean[p.channel];
    const double from_origin = x_[p.at] - origin[p.channel];
    want_squares[p.channel] += from_mean * from_mean;
    magnitude[p.channel] += std::abs(from_origin) / static_cast<double>(count_);
    spread[p.channel] += 2 * from_origin * from_origin;  // it and what is taken off again
  });
  for (std::size_t c = 0; c < kChannels; ++c) magnitude[c] += std::abs(origin[c]);
  const auto results = run_on_every_target([&] {
    const AlignedFloats x = aligned(x_);
    std::vector<float> out(2 * kChannels);
    channel_statistics(shape_, images_, x.data(), out.data(), out.data() + kChannels);
    return out;
  });
  for (const std::vector<float>& got : results) {
    expect_near(to_double(got.data(), kChannels), want_mean, magnitude, sum_tolerance(count_ + 2),
                "mean");
    expect_near(to_double(got.data() + kChannels, kChannels), want_squares, spread,
                sum_tolerance(count_ + 4), "squares");
  }
}

TEST_P(BatchNormKernel, ForwardScalesAndShiftsOnEveryTarget) {
  reference::Values want, magnitude;
  for_each_value([&](Place p) {
    const double x = x_[p.at], mean = mean_[p.channel], scale = scale_[p.channel];
    want.push_back((x - mean) * scale + static_cast<double>(shift_[p.channel]));
    magnitude.push_back((std::abs(x) + std::abs(mean)) * std::abs(scale) +
                        std::abs(static_cast<double>(shift_[p.channel])));
  });
  const auto results = run_on_every_target([&] {
    const AlignedFloats x = aligned(x_), y = unwritten(size_);
    batch_norm_forward(shape_, by_, x.data(), y.data());
    return std::vector<float>(y.data(), y.data() + size_);
  });
  for (const std::vector<float>& y : results) {
    reference::Values got;
    for_each_value([&](Place p) { got.push_back(y[p.at]); });
    expect_near(got, want, magnitude, sum_tolerance(2), "y");
  }
}

/// Of one image as of a pack's lane, over what it reads as well.
TEST_P(BatchNormKernel, ForwardOfOneImageHasTheBitsOfAPack) {
  run_on_every_target([&] {
    const AlignedFloats packed = aligned(x_), want = unwritten(size_);
    batch_norm_forward(shape_, by_, packed.data(), want.data());
    std::vector<float> image, got(static_cast<std::size_t>(kChannels * positions_));
    for (std::int64_t i = 0; i < size_; i += kPack) {
      image.push_back(x_[static_cast<std::size_t>(i)]);
    }
    image_batch_norm(shape_, by_, image.data(), got.data());
    image_batch_norm(shape_, by_, image.data(), image.data());
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i], want.data()[static_cast<std::int64_t>(i) * kPack]) << i;
      EXPECT_EQ(image[i], got[i]) << i;
    }
    return got;
  });
}

TEST_P(BatchNormKernel, SumsAreTheGradientsOfBiasAndWeightOnEveryTarget) {
  reference::Values sum(kChannels), product(kChannels), sum_size(kChannels), size(kChannels);
  for_each_value([&](Place p) {
    const double dy = dy_[p.at], mean = mean_[p.channel];
    const double normal = (x_[p.at] - mean) * static_cast<double>(inverse_[p.channel]);
    sum[p.channel] += dy, product[p.channel] += dy * normal;
    sum_size[p.channel] += std::abs(dy);
    size[p.channel] += std::abs(dy) * (std::abs(static_cast<double>(x_[p.at])) + std::abs(mean)) *
                       static_cast<double>(inverse_[p.channel]);
  });
  const auto results = run_on_every_target([&] {
    const AlignedFloats x = aligned(x_), dy = aligned(dy_);
    std::vector<float> out(2 * kChannels);
    batch_norm_sums(shape_, by_, x.data(), dy.data(), out.data(), out.data() + kChannels);
    return out;
  });
  for (const std::vector<float>& got : results) {
    expect_near(to_double(got.data(), kChannels), sum, sum_size, sum_tolerance(count_), "sum");
    expect_near(to_double(got.data() + kChannels, kChannels), product, size,
                sum_tolerance(count_ + 2), "product");
  }
}

TEST_P(BatchNormKernel, BackwardIsTheDefinitionsAndZeroInBlankLanesOnEveryTarget) {
  const std::vector<float> mean_dy = {0.3f, -0.01f, 0}, mean_product = {-0.2f, 0.4f, 1};
  reference::Values want(static_cast<std::size_t>(size_)), magnitude(want.size());
  for_each_value([&](Place p) {
    const double slope =
        static_cast<double>(inverse_[p.channel]) * static_cast<double>(mean_product[p.channel]);
    const double x = x_[p.at], mean = mean_[p.channel], base = mean_dy[p.channel];
    const double dy = dy_[p.at], scale = scale_[p.channel];
    want[p.at] = scale * (dy - base - (x - mean) * slope);
    magnitude[p.at] = std::abs(scale) * (std::abs(dy) + std::abs(base) +
                                         (std::abs(x) + std::abs(mean)) * std::abs(slope));
  });
  const auto results = run_on_every_target([&] {
    const AlignedFloats dx = aligned(x_), dy = aligned(dy_);
    batch_norm_backward(shape_, images_, by_, mean_dy.data(), mean_product.data(), dx.data(),
                        dy.data(), dx.data());
    return std::vector<float>(dx.data(), dx.data() + size_);
  });
  for (const std::vector<float>& dx : results) {
    expect_near({dx.begin(), dx.end()}, want, magnitude, sum_tolerance(5), "dx");
  }
}

INSTANTIATE_TEST_SUITE_P(PositionsAndImages, BatchNormKernel,
                         testing::Combine(testing::Values(1, 3, 4, 7, 49),
                                          testing::Values(1, 2, 8, 9, 16)));

TEST(ChannelStatistics, DoNotCancelFarFromZeroOnEveryTarget) {
  const std::vector<float> offsets = random_floats(40 * kPack, 3);
  std::vector<float> x = offsets;
  for (float& v : x) v = 1000 + std::round(v * 8) / 8;  // exact in a float
  double mean = 0, squares = 0;
  for (const float v : x) mean += static_cast<double>(v) / (40 * kPack);
  for (const float v : x) squares += (v - mean) * (v - mean);
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    const AlignedFloats from = aligned(x);
    float got_mean = 0, got_squares = 0;
    channel_statistics({1, 40}, kPack, from.data(), &got_mean, &got_squares);
    EXPECT_NEAR(got_mean, mean, 1e-7 * mean);
    EXPECT_NEAR(got_squares, squares, 1e-5 * squares);  // 0.06 epsilon of the sum of x^2
  }
}

TEST(ChannelStatistics, OfAConstantHaveNoSpreadOnEveryTarget) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    const AlignedFloats x = aligned(std::vector<float>(7 * kPack, 0.3f));
    float mean = 0, squares = 1;
    channel_statistics({1, 7}, 5, x.data(), &mean, &squares);
    EXPECT_EQ(mean, 0.3f);
    EXPECT_EQ(squares, 0.0f);
  }
}

}  // namespace
}  // namespace lenet::kernels
