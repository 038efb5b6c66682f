#include "kernels/pool2d.h"

#include <algorithm>
#include <limits>

#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kEpsilon = std::numeric_limits<float>::epsilon();

Pool2dShape shape_of(const reference::Sliding& s) {
  return {.channels = s.channels,
          .in_height = s.height,
          .in_width = s.width,
          .out_height = s.out_height(),
          .out_width = s.out_width(),
          .kernel_height = s.kernel_height,
          .kernel_width = s.kernel_width,
          .stride_height = s.stride_height,
          .stride_width = s.stride_width,
          .pad_height = s.pad_height,
          .pad_width = s.pad_width};
}

/// Values that are often equal: eighths in [-1, 1).
AlignedFloats with_ties(std::int64_t count, std::uint32_t seed) {
  std::vector<float> values = random_floats(count, seed);
  for (float& v : values) v = std::floor(v * 8) / 8;
  return aligned(values);
}

class Pool2d : public testing::TestWithParam<reference::Sliding> {
 protected:
  const reference::Sliding s_ = GetParam();
  const Pool2dShape shape_ = shape_of(s_);
  const std::int64_t inputs_ = s_.channels * s_.height * s_.width;
  const std::int64_t outputs_ = s_.channels * s_.out_height() * s_.out_width();
  const AlignedFloats x_ = with_ties(inputs_ * kPack, 1);
  const AlignedFloats dy_ = aligned(random_floats(outputs_ * kPack, 2));
  /// A window's sum, its scale, and as many windows as may overlap in one element.
  const double tolerance_ = sum_tolerance(2 * s_.kernel_height * s_.kernel_width);

  reference::Values pooled(Pooling pooling, const reference::Values& x) const {
    return pooling == Pooling::kAverage ? reference::avg_pool2d(s_, x)
                                        : reference::max_pool2d(s_, x);
  }
  reference::Values spread(Pooling pooling, const reference::Values& x,
                           const reference::Values& dy) const {
    return pooling == Pooling::kAverage ? reference::avg_pool2d_backward(s_, dy)
                                        : reference::max_pool2d_backward(s_, x, dy);
  }
};

TEST_P(Pool2d, OfAnyWindowsIsTheDefinitionOnEveryTarget) {
  for (const Pooling pooling : {Pooling::kAverage, Pooling::kMaximum}) {
    const auto results = run_on_every_target([&] {
      const AlignedFloats out = unwritten((outputs_ + inputs_) * kPack);
      pool2d_forward_overlapping(shape_, pooling, x_.data(), out.data());
      pool2d_backward_overlapping(shape_, pooling, x_.data(), dy_.data(),
                                  out.data() + outputs_ * kPack);
      return std::vector<float>(out.data(), out.data() + out.size());
    });
    for (std::int64_t lane = 0; lane < kPack; ++lane) {
      const auto x = lane_of(x_.data(), inputs_, lane), dy = lane_of(dy_.data(), outputs_, lane);
      for (const std::vector<float>& got : results) {
        expect_near(lane_of(got.data(), outputs_, lane), pooled(pooling, x),
                    absolute(pooled(pooling, absolute(x))),
                    pooling == Pooling::kAverage ? tolerance_ : 0, "y");
        expect_near(lane_of(got.data() + outputs_ * kPack, inputs_, lane), spread(pooling, x, dy),
                    spread(pooling, x, absolute(dy)), tolerance_, "dx");
      }
    }
  }
}

/// Windows that share no element and have no padding.
class DisjointPool2d : public Pool2d {};

TEST_P(DisjointPool2d, WithAnActivationIsBothOneAfterTheOtherOnEveryTarget) {
  ASSERT_TRUE(shape_.disjoint());
  for (const Pooling pooling : {Pooling::kAverage, Pooling::kMaximum}) {
    for (const Function::Kind act : {Function::Kind::kIdentity, Function::Kind::kSigmoid,
                                     Function::Kind::kReLU, Function::Kind::kTanh}) {
      const auto results = run_on_every_target([&] {
        const AlignedFloats out = unwritten((inputs_ + outputs_) * kPack);
        std::copy_n(x_.data(), inputs_ * kPack, out.data());
        pool2d_forward(shape_, pooling, {act}, out.data(), out.data() + inputs_ * kPack);
        pool2d_backward(shape_, pooling, {act}, dy_.data(), out.data());
        return std::vector<float>(out.data(), out.data() + out.size());
      });
      for (std::int64_t lane = 0; lane < kPack; ++lane) {
        const auto x = lane_of(x_.data(), inputs_, lane), dy = lane_of(dy_.data(), outputs_, lane);
        reference::Values activated, slope;
        for (const double v : x) {
          activated.push_back(reference::activation(act, v));
          slope.push_back(reference::activation_derivative(act, v));
        }
        const auto y = pooled(pooling, activated);
        reference::Values dx = spread(pooling, activated, dy);
        reference::Values magnitude = spread(pooling, activated, absolute(dy));
        for (std::size_t i = 0; i < dx.size(); ++i) dx[i] *= slope[i];
        for (const std::vector<float>& got : results) {
          // Beyond the sums: 3 ulp of an activation, and what they make of its derivative.
          expect_near(lane_of(got.data(), inputs_, lane), dx, magnitude, tolerance_ + 8 * kEpsilon,
                      "dx");
          expect_near(lane_of(got.data() + inputs_ * kPack, outputs_, lane), y,
                      pooled(pooling, absolute(activated)), tolerance_ + 4 * kEpsilon, "y");
        }
      }
    }
  }
}

/// {channels, height, width, kernel (h, w), stride (h, w), padding (h, w)}
const reference::Sliding kDisjoint[] = {
    {6, 8, 10, 2, 2, 2, 2}, {1, 1, 1, 1, 1, 1, 1}, {2, 17, 13, 2, 3, 2, 3}, {3, 7, 9, 2, 2, 3, 4},
    {2, 9, 8, 1, 3, 4, 3},  {1, 6, 5, 6, 5, 6, 5}, {2, 5, 5, 2, 2, 2, 2}};

INSTANTIATE_TEST_SUITE_P(Disjoint, Pool2d, testing::ValuesIn(kDisjoint));
INSTANTIATE_TEST_SUITE_P(All, DisjointPool2d, testing::ValuesIn(kDisjoint));

INSTANTIATE_TEST_SUITE_P(Overlapping, Pool2d,
                         testing::Values(reference::Sliding{2, 13, 17, 3, 3, 2, 2, 1, 1},
                                         reference::Sliding{3, 7, 8, 3, 2, 1, 2, 1, 0},
                                         reference::Sliding{1, 6, 7, 4, 5, 1, 1, 2, 2},
                                         reference::Sliding{2, 9, 4, 2, 2, 1, 1},
                                         reference::Sliding{2, 4, 4, 2, 2, 2, 2, 1, 1},
                                         reference::Sliding{1, 1, 1, 3, 3, 2, 2, 1, 1},
                                         reference::Sliding{2, 5, 9, 2, 3, 4, 5, 1, 1}));

/// One window of 1 x 4 in lane 0 of a pack.
std::vector<float> one_window(std::vector<float> values, bool backward) {
  std::vector<float> packed(values.size() * kPack);
  for (std::size_t i = 0; i < values.size(); ++i) packed[i * kPack] = values[i];
  const AlignedFloats x = aligned(packed);
  const AlignedFloats y = aligned(std::vector<float>(kPack, 2.5f));
  const Pool2dShape shape = shape_of({1, 1, 4, 1, 4, 1, 4});
  if (!backward) {
    pool2d_forward_overlapping(shape, Pooling::kMaximum, x.data(), y.data());
    return {y.data()[0]};
  }
  pool2d_backward(shape, Pooling::kMaximum, {}, y.data(), x.data());
  const reference::Values dx = lane_of(x.data(), 4, 0);
  return {dx.begin(), dx.end()};
}

TEST(MaxPool2d, GivesAllToTheFirstOfEqualMaximaOnEveryTarget) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    EXPECT_EQ(one_window({1, 3, 3, 2}, true), (std::vector<float>{0, 2.5f, 0, 0}));
    EXPECT_EQ(one_window({-0.0f, 0.0f, -1, 0.0f}, true), (std::vector<float>{2.5f, 0, 0, 0}));
    const float inf = std::numeric_limits<float>::infinity();
    EXPECT_EQ(one_window({-inf, -inf, -inf, -inf}, true), (std::vector<float>{2.5f, 0, 0, 0}));
    EXPECT_EQ(one_window({-inf, 7, inf, inf}, true), (std::vector<float>{0, 0, 2.5f, 0}));
  }
}

TEST(MaxPool2d, IsNaNWhereverOneElementIsOnEveryTarget) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (std::size_t place = 0; place < 4; ++place) {
      std::vector<float> values = {1, 4, -2, 3};
      values[place] = kNaN;
      EXPECT_TRUE(std::isnan(one_window(values, false)[0])) << place;
    }
    EXPECT_EQ(one_window({-3, -0.5f, -2, -1}, false)[0], -0.5f);
  }
}

}  // namespace
}  // namespace lenet::kernels
