#include "kernels/conv2d.h"

#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

struct Case {
  std::int64_t out_channels;
  reference::Sliding sliding;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  const reference::Sliding& s = c.sliding;
  return out << s.channels << "x" << s.height << "x" << s.width << " -> " << c.out_channels
             << " kernel " << s.kernel_height << "x" << s.kernel_width << " stride "
             << s.stride_height << "x" << s.stride_width << " pad " << s.pad_height << "x"
             << s.pad_width << " and " << s.more_height << "x" << s.more_width << " dilation "
             << s.dilation_height << "x" << s.dilation_width << " groups " << s.groups;
}

Conv2dShape shape_of(const Case& c) {
  const reference::Sliding& s = c.sliding;
  return {.in_channels = s.channels,
          .in_height = s.height,
          .in_width = s.width,
          .out_channels = c.out_channels,
          .out_height = s.out_height(),
          .out_width = s.out_width(),
          .kernel_height = s.kernel_height,
          .kernel_width = s.kernel_width,
          .stride_height = s.stride_height,
          .stride_width = s.stride_width,
          .pad_height = s.pad_height,
          .pad_width = s.pad_width,
          .dilation_height = s.dilation_height,
          .dilation_width = s.dilation_width,
          .groups = s.groups};
}

/// weight (out, in, taps) with each group as (in, taps, out) or as (out, taps, in).
std::vector<float> laid_out(const Case& c, const std::vector<float>& weight, bool forward) {
  const std::int64_t groups = c.sliding.groups;
  const std::int64_t out = c.out_channels / groups, in = c.sliding.channels / groups;
  const std::int64_t taps = c.sliding.kernel_height * c.sliding.kernel_width;
  std::vector<float> result;
  for (std::int64_t g = 0; g < groups; ++g) {
    const float* from = weight.data() + g * out * in * taps;
    for (std::int64_t i = 0; i < out * in * taps; ++i) {
      const std::int64_t o = forward ? i % out : i / in / taps;
      const std::int64_t t = forward ? i / out % taps : i / in % taps;
      const std::int64_t c_in = forward ? i / out / taps : i % in;
      result.push_back(from[(o * in + c_in) * taps + t]);
    }
  }
  return result;
}

/// The kernels of one shape, with values by chance.
class Convolution {
 public:
  explicit Convolution(const Case& sizes)
      : case_(sizes),
        sliding_(sizes.sliding),
        shape_(shape_of(sizes)),
        inputs_(sliding_.channels * sliding_.height * sliding_.width),
        outputs_(shape_.out_channels * shape_.out_height * shape_.out_width),
        x_(aligned(random_floats(inputs_ * kPack, 1))),
        dy_(aligned(random_floats(outputs_ * kPack, 2))),
        weight_(random_floats(shape_.groups * shape_.group_weights(), 3)),
        bias_(random_floats(shape_.out_channels, 4)) {}

  void expect_forward() const;
  void expect_gradients() const;

 private:
  reference::Values weights() const { return {weight_.begin(), weight_.end()}; }
  reference::Values biases() const { return {bias_.begin(), bias_.end()}; }

  const Case case_;
  const reference::Sliding sliding_;
  const Conv2dShape shape_;
  const std::int64_t inputs_, outputs_;
  const AlignedFloats x_, dy_;
  const std::vector<float> weight_, bias_;
};

void Convolution::expect_forward() const {
  const std::vector<float> weight = laid_out(case_, weight_, true);
  for (const bool with_bias : {true, false}) {
    const auto results = run_on_every_target([&] {
      const AlignedFloats y = unwritten(outputs_ * kPack);
      conv2d_forward(shape_, weight.data(), with_bias ? bias_.data() : nullptr, x_.data(),
                     y.data());
      return std::vector<float>(y.data(), y.data() + y.size());
    });
    const reference::Values bias = with_bias ? biases() : reference::Values{};
    for (std::int64_t lane = 0; lane < kPack; ++lane) {
      const reference::Values x = lane_of(x_.data(), inputs_, lane);
      const auto want = reference::conv2d(sliding_, shape_.out_channels, x, weights(), bias);
      const auto magnitude = reference::conv2d(sliding_, shape_.out_channels, absolute(x),
                                               absolute(weights()), absolute(bias));
      for (const std::vector<float>& y : results) {
        expect_near(lane_of(y.data(), outputs_, lane), want, magnitude,
                    sum_tolerance(shape_.in_channels / shape_.groups * shape_.taps()), "y");
      }
    }
  }
}

void Convolution::expect_gradients() const {
  const std::vector<float> weight = laid_out(case_, weight_, false);
  const auto weights_size = static_cast<std::int64_t>(weight_.size());
  const auto results = run_on_every_target([&] {
    const AlignedFloats d = unwritten(inputs_ * kPack + weights_size + shape_.out_channels);
    float* dweight = d.data() + inputs_ * kPack;
    conv2d_input_gradient(shape_, weight.data(), dy_.data(), d.data());
    conv2d_weight_gradient(shape_, x_.data(), dy_.data(), dweight, dweight + weights_size);
    return std::vector<float>(d.data(), d.data() + d.size());
  });
  reference::Gradients sum, magnitude;
  for (std::int64_t lane = 0; lane < kPack; ++lane) {
    const reference::Values x = lane_of(x_.data(), inputs_, lane);
    const reference::Values dy = lane_of(dy_.data(), outputs_, lane);
    const auto d = reference::conv2d_backward(sliding_, shape_.out_channels, x, weights(), dy);
    const auto m = reference::conv2d_backward(sliding_, shape_.out_channels, absolute(x),
                                              absolute(weights()), absolute(dy));
    for (const std::vector<float>& got : results) {
      expect_near(lane_of(got.data(), inputs_, lane), d.dx, m.dx,
                  sum_tolerance(shape_.out_channels / shape_.groups * shape_.taps()), "dx");
    }
    add_to(sum.dweight, d.dweight), add_to(sum.dbias, d.dbias);
    add_to(magnitude.dweight, m.dweight), add_to(magnitude.dbias, m.dbias);
  }
  const double tolerance = sum_tolerance(shape_.out_height * shape_.out_width + kPack);
  for (const std::vector<float>& got : results) {
    const float* dweight = got.data() + inputs_ * kPack;
    expect_near(to_double(dweight, weights_size), sum.dweight, magnitude.dweight, tolerance,
                "dweight");
    expect_near(to_double(dweight + weights_size, shape_.out_channels), sum.dbias, magnitude.dbias,
                tolerance, "dbias");
  }
}

class Conv2d : public testing::TestWithParam<Case> {};

TEST_P(Conv2d, ForwardIsTheDefinitionOnEveryTarget) { Convolution(GetParam()).expect_forward(); }
TEST_P(Conv2d, GradientsAreTheDefinitionsOnEveryTarget) {
  Convolution(GetParam()).expect_gradients();
}

/// {out_channels, {channels, height, width, kernel (h, w), stride (h, w), padding (h, w)}}.
INSTANTIATE_TEST_SUITE_P(LeNet, Conv2d,
                         testing::Values(Case{6, {1, 17, 13, 5, 5, 1, 1, 2, 2}},
                                         Case{16, {6, 14, 14, 5, 5, 1, 1}}));

INSTANTIATE_TEST_SUITE_P(
    Kernels, Conv2d,
    testing::Values(Case{1, {1, 1, 1, 1, 1, 1, 1}}, Case{2, {3, 17, 13, 1, 1, 1, 1}},
                    Case{5, {4, 9, 8, 1, 3, 1, 1, 0, 1}}, Case{4, {5, 9, 8, 3, 1, 1, 1, 1, 0}},
                    Case{7, {3, 13, 17, 3, 5, 1, 1}}, Case{3, {2, 17, 13, 7, 7, 1, 1, 3, 3}},
                    Case{8, {2, 17, 13, 11, 11, 1, 1, 5, 5}},
                    Case{2, {2, 3, 2, 11, 11, 1, 1, 5, 5}}, Case{5, {2, 4, 4, 7, 7, 1, 1, 6, 6}},
                    Case{3, {2, 1, 9, 1, 9, 1, 1, 0, 8}}));

INSTANTIATE_TEST_SUITE_P(
    Strides, Conv2d,
    testing::Values(Case{3, {2, 17, 13, 3, 3, 2, 2, 1, 1}}, Case{7, {3, 13, 17, 3, 5, 1, 2, 1, 0}},
                    Case{4, {3, 17, 13, 5, 2, 4, 3, 2, 1}}, Case{2, {3, 11, 12, 2, 2, 3, 4}},
                    Case{6, {2, 9, 9, 1, 1, 3, 2}}, Case{3, {4, 10, 7, 1, 3, 4, 4, 0, 2}},
                    Case{5, {1, 16, 11, 11, 7, 4, 3, 5, 0}}, Case{2, {1, 3, 3, 2, 2, 4, 4, 1, 1}}));

INSTANTIATE_TEST_SUITE_P(
    Paddings, Conv2d,
    testing::Values(Case{2, {3, 1, 1, 3, 3, 1, 1, 1, 1}}, Case{3, {2, 5, 4, 3, 3, 1, 1, 2, 2}},
                    Case{2, {2, 5, 4, 2, 3, 1, 1, 3, 5}}, Case{1, {1, 1, 1, 1, 1, 1, 1, 3, 2}},
                    Case{4, {3, 6, 5, 5, 3, 2, 3, 7, 4}}, Case{1, {2, 6, 9, 3, 3, 1, 1, 1, 1}}));

/// {..., padding after, beyond that before (h, w), dilation (h, w), groups}.
INSTANTIATE_TEST_SUITE_P(Dilations, Conv2d,
                         testing::Values(Case{3, {2, 11, 13, 3, 3, 1, 1, 2, 2, 0, 0, 2, 2}},
                                         Case{5, {3, 13, 9, 3, 5, 1, 1, 3, 4, 0, 0, 3, 2}},
                                         Case{2, {3, 12, 11, 3, 3, 2, 2, 1, 2, 0, 0, 3, 3}},
                                         Case{4, {2, 13, 14, 4, 3, 4, 6, 1, 2, 0, 0, 2, 4}},
                                         Case{3, {2, 9, 10, 2, 2, 2, 3, 0, 0, 0, 0, 4, 3}},
                                         Case{2, {2, 3, 3, 3, 3, 1, 1, 5, 5, 0, 0, 5, 5}},
                                         Case{6, {8, 6, 7, 1, 2, 1, 1, 0, 3, 0, 0, 1, 6}}));

INSTANTIATE_TEST_SUITE_P(OneSidedPaddings, Conv2d,
                         testing::Values(Case{3, {2, 8, 8, 3, 3, 2, 2, 0, 0, 1, 1}},
                                         Case{4, {3, 7, 9, 2, 4, 1, 1, 0, 1, 1, 1}},
                                         Case{2, {1, 5, 6, 3, 3, 1, 1, 2, 0, -2, 2}},
                                         Case{4, {4, 8, 8, 3, 3, 2, 2, 0, 0, 1, 1, 1, 1, 4}},
                                         Case{3, {3, 9, 10, 5, 5, 2, 2, 1, 1, 1, 1, 1, 1, 3}}));

INSTANTIATE_TEST_SUITE_P(Groups, Conv2d,
                         testing::Values(Case{4, {6, 6, 7, 3, 3, 1, 1, 1, 1, 0, 0, 1, 1, 2}},
                                         Case{6, {3, 6, 7, 3, 3, 1, 1, 1, 1, 0, 0, 1, 1, 3}},
                                         Case{3, {6, 6, 7, 1, 1, 2, 2, 0, 0, 0, 0, 1, 1, 3}},
                                         Case{16, {32, 5, 4, 3, 5, 1, 2, 1, 2, 0, 0, 2, 1, 4}},
                                         Case{40, {80, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 2}}));

/// One channel that sees one: every width that tiles cut unevenly, every kernel that has tiles or
/// has not.
std::vector<Case> depthwise_cases() {
  std::vector<Case> cases;
  for (std::int64_t width = 1; width <= 19; ++width) {
    for (const std::int64_t stride : {1, 2}) {
      cases.push_back({2, {2, 5, width, 3, 3, stride, stride, 1, 1, 0, 0, 1, 1, 2}});
      cases.push_back({1, {1, 7, width, 5, 5, stride, stride, 2, 2}});
    }
  }
  for (std::int64_t kernel = 1; kernel <= 8; ++kernel) {
    for (const std::int64_t stride : {1, 2, 3}) {
      cases.push_back(
          {3, {3, 9, 14, kernel, kernel, stride, stride, kernel / 2, kernel / 2, 0, 0, 1, 1, 3}});
    }
    cases.push_back({3, {3, 10, 21, kernel, 3, 2, 1, 0, 4, 0, 0, 1, 1, 3}});
    cases.push_back({2, {2, 12, 17, 3, kernel, 1, 1, 2, kernel, 0, 0, 2, 2, 2}});
  }
  return cases;
}

void expect_all(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c));
    const Convolution convolution(c);
    convolution.expect_forward();
    convolution.expect_gradients();
  }
}

TEST(DepthwiseConv2d, IsTheDefinitionOnEveryTarget) { expect_all(depthwise_cases()); }

std::vector<Case> channel_cases() {
  std::vector<Case> cases;
  for (const std::int64_t channels : {1, 2, 3, 5, 6, 7, 12, 13, 16, 17, 24, 25}) {
    cases.push_back({channels, {2, 6, 7, 3, 3, 1, 1, 1, 1}});
    cases.push_back({3, {channels, 5, 9, 2, 4, 1, 1, 0, 1}});
    cases.push_back({channels, {26 - channels, 4, 5, 1, 1, 1, 1}});
  }
  for (std::int64_t width = 1; width <= 13;
       ++width) {  // rows that blocks of positions cut unevenly
    cases.push_back({1, {2, 2, width, 1, 1, 1, 1}});
    cases.push_back({5, {1, 3, width, 3, 3, 1, 1, 1, 1}});
  }
  return cases;
}

TEST(ChannelsOfConv2d, AreTheDefinitionsOnEveryTarget) { expect_all(channel_cases()); }

TEST(ForcedTarget, DecidesWhetherProductsAreFused) {
  // (1 + e)^2 - (1 + 2 e) is e^2, which a product rounded by itself loses.
  const float e = 0x1p-13f, weight = 1 + e, bias = -(1 + 2 * e);
  const AlignedFloats x = aligned(std::vector<float>(kPack, 1 + e));
  const AlignedFloats y = unwritten(kPack);
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    conv2d_forward(shape_of({1, {1, 1, 1, 1, 1}}), &weight, &bias, x.data(), y.data());
    EXPECT_EQ(y.data()[0], has_fma(target) ? e * e : 0) << hwy::TargetName(target);
  }
}

}  // namespace
}  // namespace lenet::kernels
