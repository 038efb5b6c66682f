#include "kernels/pool2d.h"

#include <algorithm>
#include <limits>

#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kEpsilon = std::numeric_limits<float>::epsilon();

/// One axis: windows of one size, or `adaptive` of several.
struct Axis {
  reference::PoolAxis of_one_size;
  std::int64_t adaptive = 0;

  std::int64_t size() const { return of_one_size.size; }
  std::vector<reference::Span> spans() const {
    return adaptive > 0 ? reference::adaptive_spans(size(), adaptive) : of_one_size.spans();
  }
};

PoolAxis axis_of(const Axis& axis) {
  const auto out = static_cast<int>(axis.spans().size()), in = static_cast<int>(axis.size());
  if (axis.adaptive > 0) return {.in = in, .out = out};
  const auto& [size, kernel, stride, padding, ceil_mode, include] = axis.of_one_size;
  const int pad = static_cast<int>(padding), counted = include ? pad : 0;
  return {in, out, static_cast<int>(kernel), static_cast<int>(stride), pad, counted, counted};
}

struct Windows {
  std::int64_t channels;
  Axis height, width;
};

Pool2dShape shape_of(const Windows& w) { return {w.channels, axis_of(w.height), axis_of(w.width)}; }

/// Values that are often equal: eighths in [-1, 1).
AlignedFloats with_ties(std::int64_t count, std::uint32_t seed) {
  std::vector<float> values = random_floats(count, seed);
  for (float& v : values) v = std::floor(v * 8) / 8;
  return aligned(values);
}

class Pool2d : public testing::TestWithParam<Windows> {
 protected:
  const Pool2dShape shape_ = shape_of(GetParam());
  const reference::Pools pools_ = {GetParam().channels, GetParam().height.size(),
                                   GetParam().width.size(), GetParam().height.spans(),
                                   GetParam().width.spans()};
  const std::int64_t inputs_ = pools_.channels * pools_.height * pools_.width;
  const std::int64_t outputs_ = pools_.channels * pools_.windows();
  const AlignedFloats x_ = with_ties(inputs_ * kPack, 1);
  const AlignedFloats dy_ = aligned(random_floats(outputs_ * kPack, 2));
  /// A window's sum, its scale, and as many windows as may overlap in one element.
  const double tolerance_ = sum_tolerance(2 * largest(pools_.rows) * largest(pools_.columns));

  static std::int64_t largest(const std::vector<reference::Span>& spans) {
    std::int64_t most = 0;
    for (const reference::Span& span : spans) most = std::max(most, span.last - span.first);
    return most;
  }

  reference::Values pooled(Pooling pooling, const reference::Values& x) const {
    return pooling == Pooling::kAverage ? reference::avg_pool2d(pools_, x)
                                        : reference::max_pool2d(pools_, x);
  }
  reference::Values spread(Pooling pooling, const reference::Values& x,
                           const reference::Values& dy) const {
    return pooling == Pooling::kAverage ? reference::avg_pool2d_backward(pools_, dy)
                                        : reference::max_pool2d_backward(pools_, x, dy);
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

/// Each axis: {size, kernel, stride, padding, ceil_mode, count_include_pad}.
const Windows kDisjoint[] = {{6, {{8, 2}}, {{10, 2}}},   {1, {{1, 1}}, {{1, 1}}},
                             {2, {{17, 2}}, {{13, 3}}},  {3, {{7, 2, 3}}, {{9, 2, 4}}},
                             {2, {{9, 1, 4}}, {{8, 3}}}, {1, {{6, 6}}, {{5, 5}}},
                             {2, {{5, 2}}, {{5, 2}}}};

INSTANTIATE_TEST_SUITE_P(Disjoint, Pool2d, testing::ValuesIn(kDisjoint));
INSTANTIATE_TEST_SUITE_P(All, DisjointPool2d, testing::ValuesIn(kDisjoint));

INSTANTIATE_TEST_SUITE_P(Overlapping, Pool2d,
                         testing::Values(Windows{2, {{13, 3, 2, 1}}, {{17, 3, 2, 1}}},
                                         Windows{3, {{7, 3, 1, 1}}, {{8, 2, 2}}},
                                         Windows{1, {{6, 4, 1, 2}}, {{7, 5, 1, 2}}},
                                         Windows{2, {{9, 2, 1}}, {{4, 2, 1}}},
                                         Windows{2, {{4, 2, 2, 1}}, {{4, 2, 2, 1}}},
                                         Windows{1, {{1, 3, 2, 1}}, {{1, 3, 2, 1}}},
                                         Windows{2, {{5, 2, 4, 1}}, {{9, 3, 5, 1}}}));

INSTANTIATE_TEST_SUITE_P(OverTheEdge, Pool2d,
                         testing::Values(Windows{2, {{8, 3, 2, 0, true}}, {{7, 2, 2, 0, true}}},
                                         Windows{1, {{7, 4, 3, 2, true}}, {{2, 3, 2, 0, true}}},
                                         Windows{
                                             2, {{6, 3, 2, 1, true, false}}, {{5, 2, 4, 1, true}}},
                                         Windows{1, {{9, 1, 3, 0, true}}, {{8, 1, 3, 0, true}}}));

INSTANTIATE_TEST_SUITE_P(
    WithoutPadding, Pool2d,
    testing::Values(Windows{2, {{8, 3, 1, 1, false, false}}, {{7, 3, 2, 1, false, false}}},
                    Windows{1, {{5, 4, 3, 2, false, false}}, {{6, 2, 2}}}));

INSTANTIATE_TEST_SUITE_P(Adaptive, Pool2d,
                         testing::Values(Windows{2, {{10}, 7}, {{13}, 5}},
                                         Windows{1, {{3}, 5}, {{1}, 2}},
                                         Windows{2, {{6}, 3}, {{7}, 1}},
                                         Windows{1, {{12}, 9}, {{9, 3, 2, 1}}}));

TEST(Pool2dShape, IsDisjointOnlyWhereEveryWindowLiesOnTheImage) {
  EXPECT_TRUE((PoolAxis{7, 3, 2, 2}.disjoint()));
  EXPECT_FALSE((PoolAxis{7, 4, 2, 2}.disjoint()));     // the last one reaches over
  EXPECT_FALSE((PoolAxis{7, 4, 2, 2, 1}.disjoint()));  // the first one does
  EXPECT_FALSE((PoolAxis{7, 6, 2, 1}.disjoint()));
  EXPECT_FALSE((PoolAxis{8, 4}.disjoint()));
}

/// The windows that hold an element are those between its first and its last.
TEST(Pool2dShape, KnowsTheWindowsOfAnElement) {
  for (const PoolAxis axis : {PoolAxis{13, 7, 3, 2, 1}, PoolAxis{9, 3, 1, 4}, PoolAxis{8, 4, 3, 2},
                              PoolAxis{10, 7}, PoolAxis{3, 5}, PoolAxis{12, 12}}) {
    for (int i = 0; i < axis.in; ++i) {
      for (int o = 0; o < axis.out; ++o) {
        const auto [first, last] = axis.window(o);
        EXPECT_EQ(first <= i && i < last, axis.first_window(i) <= o && o <= axis.last_window(i))
            << axis.in << " to " << axis.out << ": element " << i << ", window " << o;
      }
    }
  }
}

/// One window of 1 x 4 in lane 0 of a pack.
std::vector<float> one_window(std::vector<float> values, bool backward) {
  std::vector<float> packed(values.size() * kPack);
  for (std::size_t i = 0; i < values.size(); ++i) packed[i * kPack] = values[i];
  const AlignedFloats x = aligned(packed);
  const AlignedFloats y = aligned(std::vector<float>(kPack, 2.5f));
  const Pool2dShape shape = shape_of({1, {{1, 1}}, {{4, 4}}});
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
