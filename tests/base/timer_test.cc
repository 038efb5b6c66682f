#include "lenet/timer.h"

#include <gtest/gtest.h>

#include <thread>

namespace lenet {
namespace {

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

TEST(Timer, StartsWhenMade) {
  Timer timer;
  sleep_ms(5);
  EXPECT_GE(timer.stop(), 0.005);
}

TEST(Timer, SumsItsSpansAndLeavesOutWhatLiesBetween) {
  Timer timer;
  sleep_ms(3);
  const double first = timer.stop();
  sleep_ms(50);
  timer.start();
  sleep_ms(3);
  const double second = timer.stop();
  EXPECT_GE(second, 0.003);
  EXPECT_DOUBLE_EQ(timer.sum(), first + second);
  EXPECT_DOUBLE_EQ(timer.avg(), (first + second) / 2);
}

TEST(Accumulator, SumsEachVariable) {
  Accumulator sums(3);
  sums.add({1, 2, 3});
  sums.add({0.5, -2, 4});
  sums.add({1});
  EXPECT_EQ(sums[0], 2.5);
  EXPECT_EQ(sums[1], 0);
  EXPECT_EQ(sums[2], 7);
  sums.reset();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sums[i], 0);
  sums.add({1, 1, 1});
  EXPECT_EQ(sums[2], 1);
}

}  // namespace
}  // namespace lenet
