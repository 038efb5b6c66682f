#include "plot/axis.h"

#include <gtest/gtest.h>

#include <limits>

namespace lenet {
namespace {

std::vector<std::string> labels(AxisLimits limits, int most) {
  std::vector<std::string> result;
  for (const Tick& tick : nice_ticks(limits, most)) result.push_back(tick.label);
  return result;
}

using Labels = std::vector<std::string>;

TEST(NiceTicks, AreThoseOfTheChapter) {
  EXPECT_EQ(labels({1, 10}, 8), (Labels{"2", "4", "6", "8", "10"}));
  EXPECT_EQ(labels({0, 2.4}, 6), (Labels{"0.0", "0.5", "1.0", "1.5", "2.0"}));
}

TEST(NiceTicks, KnowZeroWithoutSign) {
  EXPECT_EQ(labels({-0.3, 0.3}, 3), (Labels{"-0.2", "0.0", "0.2"}));
}

TEST(NiceTicks, AbbreviateLargeAndSmallNumbers) {
  EXPECT_EQ(labels({0, 3e30}, 4), (Labels{"0", "1e+30", "2e+30", "3e+30"}));
  EXPECT_EQ(labels({0, 2e-7}, 3), (Labels{"0", "1e-07", "2e-07"}));
  EXPECT_EQ(labels({1e9, 1.002e9}, 3), (Labels{"1.000e+09", "1.001e+09", "1.002e+09"}));
}

TEST(NiceTicks, LieInsideTheLimitsAndAreNeitherNoneNorTooMany) {
  for (const double width : {1e-100, 3e-7, 0.1, 0.77, 1.0, 4.2, 99.0, 1e5, 7e100}) {
    for (const double start : {-1.0, -0.5, 0.0, 0.3, 1.0}) {
      const AxisLimits limits{start * width, (start + 1) * width};
      for (int most = 2; most <= 20; ++most) {
        const auto ticks = nice_ticks(limits, most);
        ASSERT_FALSE(ticks.empty()) << limits.min << " to " << limits.max << ", " << most;
        EXPECT_LE(ticks.size(), static_cast<std::size_t>(most));
        EXPECT_GE(ticks.front().value, limits.min - 1e-5 * width);
        EXPECT_LE(ticks.back().value, limits.max + 1e-5 * width);
      }
    }
  }
}

TEST(AxisLimits, HaveAMarginThatStopsAtZero) {
  const AxisLimits loss = with_margin({0.5, 2.5});
  EXPECT_DOUBLE_EQ(loss.min, 0.4);
  EXPECT_DOUBLE_EQ(loss.max, 2.6);
  EXPECT_DOUBLE_EQ(with_margin({0.01, 2.01}).min, 0);
  EXPECT_DOUBLE_EQ(with_margin({-1, 1}).min, -1.1);
}

TEST(AxisLimits, AreNeverWithoutWidth) {
  for (const double value : {0.0, 5e-324, 0.1, -3.0, 1e100}) {
    const AxisLimits margin = with_margin({value, value});
    EXPECT_LT(margin.min, margin.max) << value;
    const AxisLimits width = with_width({value, value});
    EXPECT_LT(width.min, width.max) << value;
  }
  EXPECT_EQ(with_width({1, 1}).min, 0) << "one epoch lies between 0 and 1";
}

TEST(Drawable, LeavesOutWhatHasNoPlace) {
  EXPECT_TRUE(drawable(-1e30));
  EXPECT_FALSE(drawable(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(drawable(-std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(drawable(std::numeric_limits<double>::max()));
}

TEST(SteadyLimits, StayWhileTheyHoldTheData) {
  const AxisLimits first = steady_limits({0.31, 2.28}, {}, false);
  EXPECT_DOUBLE_EQ(first.min, 0);
  EXPECT_DOUBLE_EQ(first.max, 2.5);
  const AxisLimits same = steady_limits({0.1, 1.4}, first, false);
  EXPECT_EQ(same.min, first.min);
  EXPECT_EQ(same.max, first.max);
  EXPECT_DOUBLE_EQ(steady_limits({0.1, 2.7}, first, false).max, 3);
  EXPECT_DOUBLE_EQ(steady_limits({0.1, 0.7}, first, true).max, 0.8);  // at the end of an epoch
}

TEST(SteadyLimits, HoldAnyData) {
  for (const double width : {0.0, 1e-9, 0.3, 1.0, 7e4, 1e90}) {
    for (const double low : {-1e90, -3.0, 0.0, 0.7, 5e8}) {
      const AxisLimits data{low, low + width}, shown = steady_limits(data, {}, true);
      EXPECT_LE(shown.min, data.min) << low << " " << width;
      EXPECT_GE(shown.max, data.max) << low << " " << width;
    }
  }
}

}  // namespace
}  // namespace lenet
