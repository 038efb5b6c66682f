#include "kernels/linear.h"

#include <algorithm>
#include <tuple>

#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

constexpr std::int64_t kSizes[] = {1, 15, 16, 17, 33, 400};

/// (outputs, inputs) as (inputs, outputs).
std::vector<float> turned(const std::vector<float>& weight, std::int64_t outputs) {
  std::vector<float> result;
  const std::int64_t inputs = static_cast<std::int64_t>(weight.size()) / outputs;
  for (std::int64_t i = 0; i < inputs; ++i) {
    for (std::int64_t o = 0; o < outputs; ++o) {
      result.push_back(weight[static_cast<std::size_t>(o * inputs + i)]);
    }
  }
  return result;
}

class Linear : public testing::TestWithParam<std::tuple<std::int64_t, std::int64_t>> {};

TEST_P(Linear, ForwardAndInputGradientAreTheDefinitionsOnEveryTarget) {
  const auto [inputs, outputs] = GetParam();
  const AlignedFloats x = aligned(random_floats(inputs * kPack, 1));
  const AlignedFloats dy = aligned(random_floats(outputs * kPack, 2));
  const std::vector<float> weight = random_floats(inputs * outputs, 3);
  const std::vector<float> weight_io = turned(weight, outputs);
  const std::vector<float> bias = random_floats(outputs, 4);
  const auto results = run_on_every_target([&, in = inputs, out = outputs] {
    const AlignedFloats y = unwritten((2 * out + in) * kPack);
    linear_forward(in, out, weight_io.data(), bias.data(), x.data(), y.data());
    linear_forward(in, out, weight_io.data(), nullptr, x.data(), y.data() + out * kPack);
    linear_input_gradient(in, out, weight.data(), dy.data(), y.data() + 2 * out * kPack);
    return std::vector<float>(y.data(), y.data() + y.size());
  });
  const reference::Values w(weight.begin(), weight.end()), b(bias.begin(), bias.end());
  for (std::int64_t lane = 0; lane < kPack; ++lane) {
    const auto xl = lane_of(x.data(), inputs, lane), dyl = lane_of(dy.data(), outputs, lane);
    const auto d = reference::linear_backward(outputs, xl, w, dyl);
    const auto m = reference::linear_backward(outputs, absolute(xl), absolute(w), absolute(dyl));
    const auto magnitude = reference::linear(outputs, absolute(xl), absolute(w), absolute(b));
    for (const std::vector<float>& got : results) {
      expect_near(lane_of(got.data(), outputs, lane), reference::linear(outputs, xl, w, b),
                  magnitude, sum_tolerance(inputs), "y");
      expect_near(lane_of(got.data() + outputs * kPack, outputs, lane),
                  reference::linear(outputs, xl, w, {}), magnitude, sum_tolerance(inputs),
                  "y without bias");
      expect_near(lane_of(got.data() + 2 * outputs * kPack, inputs, lane), d.dx, m.dx,
                  sum_tolerance(outputs), "dx");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(InputsAndOutputs, Linear,
                         testing::Combine(testing::ValuesIn(kSizes), testing::ValuesIn(kSizes)));

/// Features of images in panels, and 1e30 in the places that stand for none.
struct FilledPanels {
  FilledPanels(std::int64_t features, std::int64_t images, std::uint32_t seed)
      : values(random_floats(features * images, seed)),
        stride((images + kPack - 1) / kPack * kPack * kPack),
        floats(aligned(std::vector<float>(
            static_cast<std::size_t>((features + kPack - 1) / kPack * stride), 1e30f))) {
    for (std::int64_t n = 0; n < images; ++n) {
      for (std::int64_t f = 0; f < features; ++f) {
        floats.data()[f / kPack * stride + n * kPack + f % kPack] =
            values[static_cast<std::size_t>(n * features + f)];
      }
    }
  }

  /// The panels from image n on.
  Panels from(std::int64_t n) const { return {floats.data() + n * kPack, stride}; }

  reference::Values image(std::int64_t n, std::int64_t features) const {
    return to_double(values.data() + n * features, features);
  }

  std::vector<float> values;  ///< (images, features)
  std::int64_t stride;
  AlignedFloats floats;
};

/// Inputs, outputs, images.
class LinearWeightGradient
    : public testing::TestWithParam<std::tuple<std::int64_t, std::int64_t, std::int64_t>> {
 protected:
  const std::int64_t inputs_ = std::get<0>(GetParam()), outputs_ = std::get<1>(GetParam()),
                     images_ = std::get<2>(GetParam());
  const FilledPanels x_{inputs_, images_, 1}, dy_{outputs_, images_, 2};

  /// dweight, then dbias, from parts of `rows` outputs and micro-batches of `micro_batch` images.
  std::vector<float> gradient(std::int64_t rows, std::int64_t micro_batch) const {
    const AlignedFloats d = unwritten((inputs_ + 1) * outputs_);
    for (std::int64_t first_image = 0; first_image < images_; first_image += micro_batch) {
      for (std::int64_t first = 0; first < outputs_;) {
        const std::int64_t panel_end = (first / kPack + 1) * kPack;
        const std::int64_t last = std::min({first + rows, panel_end, outputs_});
        linear_weight_gradient({.inputs = inputs_,
                                .images = std::min(micro_batch, images_ - first_image),
                                .first_output = first,
                                .last_output = last,
                                .accumulate = first_image > 0},
                               x_.from(first_image), dy_.from(first_image),
                               d.data() + first * inputs_, d.data() + inputs_ * outputs_ + first);
        first = last;
      }
    }
    return {d.data(), d.data() + d.size()};
  }
};

TEST_P(LinearWeightGradient, IsTheDefinitionOnEveryTarget) {
  const auto results = run_on_every_target([&] { return gradient(8, images_); });
  reference::Gradients sum, magnitude;
  for (std::int64_t n = 0; n < images_; ++n) {
    const auto x = x_.image(n, inputs_), dy = dy_.image(n, outputs_);
    const reference::Values weight(static_cast<std::size_t>(inputs_ * outputs_));
    const auto d = reference::linear_backward(outputs_, x, weight, dy);
    const auto m = reference::linear_backward(outputs_, absolute(x), weight, absolute(dy));
    add_to(sum.dweight, d.dweight), add_to(sum.dbias, d.dbias);
    add_to(magnitude.dweight, m.dweight), add_to(magnitude.dbias, m.dbias);
  }
  for (const std::vector<float>& got : results) {
    expect_near(to_double(got.data(), inputs_ * outputs_), sum.dweight, magnitude.dweight,
                sum_tolerance(images_), "dweight");
    expect_near(to_double(got.data() + inputs_ * outputs_, outputs_), sum.dbias, magnitude.dbias,
                sum_tolerance(images_), "dbias");
  }
}

TEST_P(LinearWeightGradient, HasTheSameBitsInPartsAndInMicroBatches) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    const std::vector<float> whole = gradient(kPack, images_);
    for (const std::int64_t rows : {1, 3, 8}) {
      for (const std::int64_t micro_batch : {16, 48}) {
        const std::vector<float> got = gradient(rows, micro_batch);
        EXPECT_EQ(std::memcmp(got.data(), whole.data(), got.size() * sizeof(float)), 0)
            << hwy::TargetName(target) << ", parts of " << rows << ", micro-batches of "
            << micro_batch;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(InputsOutputsImages, LinearWeightGradient,
                         testing::Combine(testing::Values(1, 15, 16, 17, 33, 80, 400),
                                          testing::Values(1, 15, 16, 17, 33),
                                          testing::Values(1, 15, 16, 17, 96)));

TEST(LinearWeightGradient, LeavesTheNeighboursOfItsPartAlone) {
  const FilledPanels x(17, 4, 1), dy(16, 4, 2);
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    std::vector<float> d(17 * 16 + 16, -7.0f);
    linear_weight_gradient(
        {.inputs = 17, .images = 4, .first_output = 3, .last_output = 6, .accumulate = false},
        x.from(0), dy.from(0), d.data() + 3 * 17, d.data() + 17 * 16 + 3);
    EXPECT_EQ(std::count(d.begin(), d.begin() + 3 * 17, -7.0f), 3 * 17);
    EXPECT_EQ(std::count(d.begin() + 3 * 17, d.begin() + 6 * 17, -7.0f), 0);
    EXPECT_EQ(std::count(d.begin() + 6 * 17, d.begin() + 16 * 17, -7.0f), 10 * 17);
    EXPECT_EQ(std::count(d.begin() + 16 * 17, d.end(), -7.0f), 13);
  }
}

}  // namespace
}  // namespace lenet::kernels
