#include "page/ring.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace lenet {
namespace {

TEST(Ring, GivesWhatWasPutInOrderAndRefusesWhatDoesNotFit) {
  Ring<std::string> ring(4);
  EXPECT_FALSE(ring.take());
  for (const char* text : {"a", "b", "c", "d"}) EXPECT_TRUE(ring.put(text));
  EXPECT_FALSE(ring.put("e"));
  EXPECT_EQ(ring.take(), "a");
  EXPECT_TRUE(ring.put("f"));
  for (const char* text : {"b", "c", "d", "f"}) EXPECT_EQ(ring.take(), text);
  EXPECT_FALSE(ring.take());
}

TEST(Ring, LeavesPlacesFreeForWhatIsWorthMore) {
  Ring<int> ring(8);
  int steps = 0;
  while (ring.put(steps, 4)) ++steps;
  EXPECT_EQ(steps, 4);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.put(100 + i));
  EXPECT_FALSE(ring.put(0));
}

TEST(Ring, LosesNothingBetweenTwoThreads) {
  constexpr int kAll = 200'000;
  Ring<int> ring(64);
  std::thread putting([&] {
    for (int i = 0; i < kAll;) i += ring.put(i) ? 1 : 0;
  });
  for (int want = 0; want < kAll;) {
    const std::optional<int> got = ring.take();
    if (!got) continue;
    ASSERT_EQ(*got, want);
    ++want;
  }
  putting.join();
}

}  // namespace
}  // namespace lenet
