#include "lenet/animator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lenet/error.h"

namespace lenet {
namespace {

TEST(Animator, WantsOneValueASeries) {
  Animator animator;
  animator.add(1, {1.0, 0.5, std::nullopt});
  EXPECT_THROW(animator.add(1, {1.0}), Error);
  EXPECT_THROW(animator.add(1, {1.0, 1.0, 1.0, 1.0}), Error);
}

TEST(Animator, RefusesLimitsAndSizesThatMakeNoFigure) {
  EXPECT_THROW(Animator({.xlim = AxisLimits{2, 1}}), Error);
  EXPECT_THROW(Animator({.ylim = AxisLimits{0, INFINITY}}), Error);
  EXPECT_THROW(Animator({.ylim = AxisLimits{NAN, 1}}), Error);
  EXPECT_THROW(Animator({.width = 0}), Error);
  EXPECT_THROW(Animator({.height = NAN}), Error);
}

TEST(Animator, NamesWhatIsWrong) {
  try {
    Animator({.xlim = AxisLimits{2, 1}});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kUsage);
    EXPECT_STREQ(e.what(), "Animator: xlim is 2 to 1, want a finite range");
  }
}

}  // namespace
}  // namespace lenet
