#include "lenet/shape.h"

#include <gtest/gtest.h>

#include "base/shape_text.h"
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

TEST(Shape, IsReadAsItIsPrinted) {
  for (const Shape& shape : {Shape{10}, Shape{28, 28}, Shape{1, 28, 28}, Shape{1LL << 62}}) {
    EXPECT_EQ(parse_shape(to_string(shape)), shape);
  }
}

TEST(Shape, IsReadFromNothingElse) {
  for (const char* text :
       {"", "x", "1x", "x28", "1xx28", "0x28", "-1x28", "+1x28", " 1x28", "1x 28", "1x28 ", "1X28",
        "1.5", "9223372036854775808", "1x1x1x1x1x1x1x1x1"}) {
    EXPECT_FALSE(parse_shape(text)) << text;
  }
}

}  // namespace
}  // namespace lenet
