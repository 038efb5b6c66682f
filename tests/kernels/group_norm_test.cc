// GroupNorm, PReLU and Scale of one pack against their definition in double, on every target.
#include "kernels/group_norm.h"

#include "kernels/packs.h"
#include "kernels/prelu.h"
#include "kernels/scale.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

using reference::Values;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

class GroupNormKernel : public testing::TestWithParam<GroupShape> {
 protected:
  const GroupShape shape_ = GetParam();
  const std::int64_t channels_ = shape_.groups * shape_.channels;
  const std::int64_t size_ = channels_ * shape_.positions;
  const AlignedFloats x_ = aligned(random_floats(size_ * kPack, 1));
  const AlignedFloats dy_ = aligned(random_floats(size_ * kPack, 2));
  const std::vector<float> weight_ = random_floats(channels_, 3);
  const std::vector<float> bias_ = random_floats(channels_, 4);

  /// One image, and what becomes of it.
  struct Image {
    Values y, dx, dweight, dbias;
  };

  Image image(std::int64_t lane) const {
    const Values x = lane_of(x_.data(), size_, lane), dy = lane_of(dy_.data(), size_, lane);
    Image result{Values(at(size_)), Values(at(size_)), Values(at(channels_)),
                 Values(at(channels_))};
    const std::int64_t count = size_ / shape_.groups;
    const auto n = static_cast<double>(count);
    for (std::int64_t first = 0; first < size_; first += count) {
      double mean = 0, variance = 0, sum = 0, product = 0;
      const auto each = [&](auto f) {
        for (std::int64_t i = first; i < first + count; ++i) f(at(i), at(i / shape_.positions));
      };
      each([&](std::size_t i, std::size_t) { mean += x[i] / n; });
      each([&](std::size_t i, std::size_t) { variance += (x[i] - mean) * (x[i] - mean) / n; });
      const double inverse = 1 / std::sqrt(variance + shape_.eps);
      each([&](std::size_t i, std::size_t c) {
        const double normal = (x[i] - mean) * inverse;
        const auto w = static_cast<double>(weight_[c]);
        result.y[i] = normal * w + static_cast<double>(bias_[c]);
        result.dweight[c] += dy[i] * normal;
        result.dbias[c] += dy[i];
        sum += w * dy[i] / n;
        product += w * dy[i] * normal / n;
      });
      each([&](std::size_t i, std::size_t c) {
        const double normal = (x[i] - mean) * inverse;
        result.dx[i] = inverse * (static_cast<double>(weight_[c]) * dy[i] - sum - normal * product);
      });
    }
    return result;
  }
};

TEST_P(GroupNormKernel, IsTheDefinitionOnEveryTarget) {
  const auto results = run_on_every_target([&] {
    const AlignedFloats out = unwritten(2 * size_ * kPack);
    std::vector<float> parameters(at(2 * channels_));
    group_norm_forward(shape_, weight_.data(), bias_.data(), x_.data(), out.data());
    float* dx = out.data() + size_ * kPack;
    std::copy_n(x_.data(), size_ * kPack, dx);  // over its x
    group_norm_backward(shape_, weight_.data(), dx, dy_.data(), dx, parameters.data(),
                        parameters.data() + channels_);
    std::vector<float> all(out.data(), out.data() + out.size());
    all.insert(all.end(), parameters.begin(), parameters.end());
    return all;
  });
  // Sums of a group, and what their rounding makes of its deviation.
  const double tolerance = 4 * sum_tolerance(size_ / shape_.groups);
  Values dweight, dbias;
  for (std::int64_t lane = 0; lane < kPack; ++lane) {
    const Image want = image(lane);
    add_to(dweight, want.dweight);
    add_to(dbias, want.dbias);
    for (const std::vector<float>& got : results) {
      expect_near(lane_of(got.data(), size_, lane), want.y, Values(want.y.size(), 4), tolerance,
                  "y");
      expect_near(lane_of(got.data() + size_ * kPack, size_, lane), want.dx,
                  Values(want.dx.size(), 16), tolerance, "dx");
    }
  }
  const double of_lanes = 16 * sum_tolerance(shape_.positions * kPack);
  for (const std::vector<float>& got : results) {
    const float* parameters = got.data() + 2 * size_ * kPack;
    expect_near(to_double(parameters, channels_), dweight,
                Values(dweight.size(), std::sqrt(16.0 * static_cast<double>(shape_.positions))),
                of_lanes, "dweight");
    expect_near(to_double(parameters + channels_, channels_), dbias,
                Values(dbias.size(), std::sqrt(16.0 * static_cast<double>(shape_.positions))),
                of_lanes, "dbias");
  }
}

INSTANTIATE_TEST_SUITE_P(All, GroupNormKernel,
                         testing::Values(GroupShape{1, 1, 7, 1e-5}, GroupShape{3, 2, 20, 1e-5},
                                         GroupShape{4, 1, 9, 0.1}, GroupShape{1, 40, 1, 1e-5},
                                         GroupShape{2, 5, 13, 1e-3}));

/// Values far from 0 have the deviation of those near it.
TEST(GroupNormKernel, LosesNothingFarFromZero) {
  const GroupShape shape{1, 2, 8, 1e-5};
  std::vector<float> values = random_floats(16 * kPack, 5);
  for (float& v : values) v = 4096 + std::floor(v * 8);
  const AlignedFloats x = aligned(values);
  for (float& v : values) v -= 4096;
  const AlignedFloats near = aligned(values);
  const std::vector<float> ones(2, 1.0f), zeros(2, 0.0f);
  run_on_every_target([&] {
    const AlignedFloats y = unwritten(16 * kPack), want = unwritten(16 * kPack);
    group_norm_forward(shape, ones.data(), zeros.data(), x.data(), y.data());
    group_norm_forward(shape, ones.data(), zeros.data(), near.data(), want.data());
    for (std::int64_t i = 0; i < y.size(); ++i) {
      EXPECT_NEAR(y.data()[i], want.data()[i], 2e-3f);
    }
    return std::vector<float>(y.data(), y.data() + y.size());
  });
}

TEST(PreluKernel, IsTheDefinitionOnEveryTarget) {
  const ChannelShape shape{3, 11};
  const std::int64_t size = shape.channels * shape.positions;
  const AlignedFloats x = aligned(random_floats(size * kPack, 1));
  const AlignedFloats dy = aligned(random_floats(size * kPack, 2));
  const std::vector<float> weight = {0.25f, -0.5f, 0};
  const auto results = run_on_every_target([&] {
    const AlignedFloats out = unwritten(2 * size * kPack);
    std::vector<float> dweight(3);
    prelu_forward(shape, weight.data(), x.data(), out.data());
    prelu_backward(shape, weight.data(), x.data(), dy.data(), out.data() + size * kPack,
                   dweight.data());
    std::vector<float> all(out.data(), out.data() + out.size());
    all.insert(all.end(), dweight.begin(), dweight.end());
    return all;
  });
  Values dweight(3), magnitude(3);
  for (std::int64_t i = 0; i < size * kPack; ++i) {
    const std::size_t c = at(i / kPack / shape.positions);
    const float v = x.data()[i], delta = dy.data()[i], w = weight[c];
    for (const std::vector<float>& got : results) {
      ASSERT_EQ(got[at(i)], v > 0 ? v : w * v) << i;
      ASSERT_EQ(got[at(size * kPack + i)], v > 0 ? delta : w * delta) << i;
    }
    if (v > 0) continue;
    dweight[c] += static_cast<double>(v) * static_cast<double>(delta);
    magnitude[c] += std::abs(static_cast<double>(v) * static_cast<double>(delta));
  }
  for (const std::vector<float>& got : results) {
    expect_near(to_double(got.data() + 2 * size * kPack, 3), dweight, magnitude,
                sum_tolerance(shape.positions * kPack), "dweight");
  }
}

TEST(ScaleKernel, IsTheDefinitionOnEveryTarget) {
  for (const ChannelShape& shape : {ChannelShape{3, 11}, ChannelShape{12, 1}}) {
    const std::int64_t size = shape.channels * shape.positions;
    const AlignedFloats x = aligned(random_floats(size * kPack, 1));
    const AlignedFloats dy = aligned(random_floats(size * kPack, 2));
    const AlignedFloats gate = aligned(random_floats(shape.channels * kPack, 3));
    const auto results = run_on_every_target([&] {
      const AlignedFloats out = unwritten((size + shape.channels) * kPack);
      scale_forward(shape, x.data(), gate.data(), out.data());
      scale_backward_gate(shape, x.data(), dy.data(), out.data() + size * kPack);
      return std::vector<float>(out.data(), out.data() + out.size());
    });
    Values dgate(at(shape.channels * kPack)), magnitude(dgate.size());
    for (std::int64_t i = 0; i < size * kPack; ++i) {
      const std::size_t g = at(i / kPack / shape.positions * kPack + i % kPack);
      for (const std::vector<float>& got : results) {
        ASSERT_EQ(got[at(i)], x.data()[i] * gate.data()[g]) << i;
      }
      const double product = static_cast<double>(x.data()[i]) * static_cast<double>(dy.data()[i]);
      dgate[g] += product;
      magnitude[g] += std::abs(product);
    }
    for (const std::vector<float>& got : results) {
      expect_near(to_double(got.data() + size * kPack, shape.channels * kPack), dgate, magnitude,
                  sum_tolerance(shape.positions), "dgate");
    }
  }
}

}  // namespace
}  // namespace lenet::kernels
