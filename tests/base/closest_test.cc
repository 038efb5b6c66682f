#include "base/closest.h"

#include <gtest/gtest.h>

#include <vector>

namespace lenet {
namespace {

TEST(Closest, IsTheFirstWithTheFewestChangesAtMostTwoAndAThird) {
  const std::vector<std::string> words = {"Conv2d", "ReLU", "SiLU", "Linear"};
  EXPECT_EQ(closest("Conv2d", words), "Conv2d");
  EXPECT_EQ(closest("conv2D", words), "Conv2d");  // capitals are no change
  EXPECT_EQ(closest("Cnv2dd", words), "Conv2d");
  EXPECT_EQ(closest("Cn2dd", words), "");  // three letters
  EXPECT_EQ(closest("LU", words), "");     // two of two
  EXPECT_EQ(closest("RLU", words), "ReLU");
  EXPECT_EQ(closest("eLU", words), "ReLU");  // as far from SiLU
  EXPECT_EQ(closest("Linaer", words), "Linear");
  EXPECT_EQ(closest("", words), "");
  EXPECT_EQ(closest("Conv2d", {}), "");
}

}  // namespace
}  // namespace lenet
