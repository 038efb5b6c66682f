#include "lenet/shape.h"

#include <gtest/gtest.h>

#include "lenet/error.h"

namespace lenet {
namespace {

TEST(Shape, CountsElements) {
  EXPECT_EQ(element_count({1, 28, 28}), 784);
  EXPECT_EQ(element_count({400}), 400);
}

TEST(Shape, RefusesSizesBelowOneAndProductsThatOverflow) {
  EXPECT_THROW(element_count({3, 0, 5}), Error);
  EXPECT_THROW(element_count({-1}), Error);
  EXPECT_THROW(element_count({1LL << 62, 1LL << 62, 4}), Error);
}

TEST(Shape, PrintsWithCrosses) { EXPECT_EQ(to_string({1, 28, 28}), "1x28x28"); }

}  // namespace
}  // namespace lenet
