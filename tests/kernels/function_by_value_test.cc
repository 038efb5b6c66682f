#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/cross_entropy.h"
#include "kernels/function.h"
#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::size_t kChunk = 4096;

/// Every 997th float by its bits, in chunks: all exponents, both signs, no NaN.
template <class F>
void for_each_chunk_of_floats(F f) {
  constexpr std::uint64_t kStep = 997;
  std::vector<float> chunk;
  const auto flush = [&] {
    if (chunk.empty()) return;
    chunk.resize(kChunk, 0.0f);
    f(chunk);
    chunk.clear();
  };
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += kStep) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (!std::isnan(x)) chunk.push_back(x);
    if (chunk.size() == kChunk) flush();
  }
  flush();
}

/// |got - want| in units of the last place of a float near want.
double ulps(float got, double want) {
  const int exponent = std::max(std::ilogb(want), -126);
  return std::abs(got - want) / std::ldexp(1.0, exponent - 23);
}

std::vector<float> activated(Function::Kind act, std::vector<float> x) {
  x.resize((x.size() + kPack - 1) / kPack * kPack);
  const AlignedFloats y = aligned(x);
  function_forward({act}, y.size(), y.data(), y.data());
  return {y.data(), y.data() + y.size()};
}

/// e^x as the kernels compute it: what the gradient of the loss makes of a logit x when the
/// logsumexp is 0.
std::vector<float> exponentials(const std::vector<float>& x) {
  std::vector<float> result;
  const Label labels[kPack] = {};
  const SoftmaxStatistics softmax{};
  for (std::size_t i = 0; i < x.size(); i += kPack) {
    const AlignedFloats logits(2 * kPack);
    std::copy_n(x.data() + i, kPack, logits.data() + kPack);
    cross_entropy_backward(2, {labels, kPack}, 1.0f, softmax, logits.data());
    result.insert(result.end(), logits.data() + kPack, logits.data() + 2 * kPack);
  }
  return result;
}

/// The largest error of f over the floats in [low, high], in ulp, on each target.
template <class F, class Want>
double worst_ulps(float low, float high, F f, Want want) {
  double worst = 0;
  for_each_chunk_of_floats([&](const std::vector<float>& x) {
    for (const std::vector<float>& y : run_on_every_target([&] { return f(x); })) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] < low || x[i] > high) continue;
        const double error = ulps(y[i], want(static_cast<double>(x[i])));
        worst = error <= worst ? worst : error;  // a NaN is the worst
      }
    }
  });
  return worst;
}

TEST(Exp, IsWithin2Ulp) {
  EXPECT_LE(worst_ulps(-87, 88, exponentials, [](double x) { return std::exp(x); }), 2);
}

TEST(Sigmoid, IsWithin3UlpFromMinus88On) {
  const auto sigmoid = [](const auto& x) { return activated(Function::Kind::kSigmoid, x); };
  EXPECT_LE(worst_ulps(-88, kInfinity, sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }),
            3);
}

TEST(Sigmoid, StaysBelowTheLeastNormalFloatFurtherDown) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const float y : activated(Function::Kind::kSigmoid, {-88.01f, -104, -1e4f, -kInfinity})) {
      if (y == 0.5f) break;  // the rest of the pack
      EXPECT_GE(y, 0.0f);
      EXPECT_LT(y, std::numeric_limits<float>::min());
    }
  }
}

TEST(Tanh, IsWithin2Ulp) {
  const auto tanh = [](const auto& x) { return activated(Function::Kind::kTanh, x); };
  EXPECT_LE(worst_ulps(-kInfinity, kInfinity, tanh, [](double x) { return std::tanh(x); }), 2);
}

TEST(Tanh, IsOdd) {
  for_each_chunk_of_floats([](const std::vector<float>& x) {
    std::vector<float> opposite = x;
    for (float& v : opposite) v = -v;
    for (const std::int64_t target : kernel_targets()) {
      const ForcedTarget forced(target);
      const auto y = activated(Function::Kind::kTanh, x),
                 z = activated(Function::Kind::kTanh, opposite);
      for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y[i], -z[i]) << x[i];
    }
  });
}

TEST(Activations, AreExactWhereTheMathematicsIs) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    EXPECT_EQ(exponentials(std::vector<float>(kPack, 0.0f))[5], 1.0f);
    const auto sigmoid = activated(Function::Kind::kSigmoid, {0, -0.0f, 20, kInfinity});
    EXPECT_EQ(std::vector<float>(sigmoid.begin(), sigmoid.begin() + 4),
              (std::vector<float>{0.5f, 0.5f, 1, 1}));
    const auto tanh = activated(Function::Kind::kTanh, {0, 1e-20f, 12, -kInfinity, kInfinity});
    EXPECT_EQ(std::vector<float>(tanh.begin(), tanh.begin() + 5),
              (std::vector<float>{0, 1e-20f, 1, -1, 1}));
    const auto relu = activated(Function::Kind::kReLU, {-1, 0, 1e-45f, 7, -kInfinity, kInfinity});
    EXPECT_EQ(std::vector<float>(relu.begin(), relu.begin() + 6),
              (std::vector<float>{0, 0, 1e-45f, 7, 0, kInfinity}));
  }
}

TEST(Activations, KeepEveryNaN) {
  std::vector<float> nans;
  for (const std::uint32_t payload : {0x400000u, 0x400001u, 0x4000ffu, 0x5abcdeu, 0x7fffffu, 1u}) {
    for (const std::uint32_t sign : {0u, 0x80000000u}) {
      nans.push_back(std::bit_cast<float>(sign | 0x7f800000u | payload));
    }
  }
  const std::size_t count = nans.size();
  nans.resize(kPack);
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_TRUE(std::isnan(exponentials(nans)[i])) << i << " exp";
      EXPECT_TRUE(std::isnan(activated(Function::Kind::kSigmoid, nans)[i])) << i << " sigmoid";
      EXPECT_TRUE(std::isnan(activated(Function::Kind::kTanh, nans)[i])) << i << " tanh";
      EXPECT_TRUE(std::isnan(activated(Function::Kind::kReLU, nans)[i])) << i << " ReLU";
    }
  }
}

TEST(FunctionBackwardByValue, IsTheDerivativeOnEveryTarget) {
  constexpr std::int64_t kCount = 64 * kPack;
  const std::vector<float> dy = random_floats(kCount, 2);
  for (const Function::Kind act : {Function::Kind::kIdentity, Function::Kind::kSigmoid,
                                   Function::Kind::kReLU, Function::Kind::kTanh}) {
    std::vector<float> y = random_floats(kCount, 1);
    if (act == Function::Kind::kSigmoid) {
      for (float& v : y) v = std::abs(v);
    }
    const auto results = run_on_every_target([&] {
      const AlignedFloats delta = aligned(dy), dx = aligned(y);
      function_backward_by_value({act}, kCount, delta.data(), dx.data());
      return std::vector<float>(dx.data(), dx.data() + kCount);
    });
    reference::Values want, magnitude;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double v = y[i];
      const double slope = act == Function::Kind::kSigmoid ? v - v * v
                           : act == Function::Kind::kTanh  ? 1 - v * v
                           : act == Function::Kind::kReLU  ? (v > 0 ? 1 : 0)
                                                           : 1;
      want.push_back(dy[i] * slope);
      magnitude.push_back(std::abs(dy[i]) * (1 + v * v));
    }
    for (const std::vector<float>& dx : results) {
      expect_near({dx.begin(), dx.end()}, want, magnitude, sum_tolerance(2), "dx");
    }
  }
}

}  // namespace
}  // namespace lenet::kernels
