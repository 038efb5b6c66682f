#include "kernels/function.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/function_formula.h"
#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

using Kind = Function::Kind;

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();
constexpr double kLeastNormal = std::numeric_limits<float>::min();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Every 9973rd float by its bits from `low` up: all exponents, both signs.
std::vector<float> floats_from(float low) {
  std::vector<float> values;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += 9973) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (std::isfinite(x) && x >= low) values.push_back(x);
  }
  values.resize((values.size() + kPack - 1) / kPack * kPack, 1.0f);
  return values;
}

std::vector<float> value_of(const Function& f, const std::vector<float>& x) {
  const AlignedFloats from = aligned(x), y = unwritten(from.size());
  function_forward(f, from.size(), from.data(), y.data());
  return {y.data(), y.data() + y.size()};
}

/// f'(x) dy, written over x.
std::vector<float> gradient_of(const Function& f, const std::vector<float>& x,
                               const std::vector<float>& dy) {
  const AlignedFloats dx = aligned(x), delta = aligned(dy);
  function_backward(f, dx.size(), dx.data(), delta.data(), dx.data());
  return {dx.data(), dx.data() + dx.size()};
}

/// Expects f on every target within `tolerance` times factor(x) of the definition, relatively.
template <class F>
void expect_values(const Function& f, float low, double tolerance, F factor) {
  const std::vector<float> x = floats_from(low);
  reference::Values want, magnitude;
  for (const float v : x) {
    want.push_back(function_value(f, static_cast<double>(v)));
    magnitude.push_back(std::max(std::abs(want.back()), kLeastNormal) * factor(double{v}));
  }
  for (const auto& y : run_on_every_target([&] { return value_of(f, x); })) {
    expect_near({y.begin(), y.end()}, want, magnitude, tolerance, "y");
  }
}

void expect_values(const Function& f, float low, double tolerance) {
  expect_values(f, low, tolerance, [](double) { return 1; });
}

/// Expects f' dy on every target within `tolerance` of the definition, where magnitude(x) is 1.
template <class F>
void expect_derivatives(const Function& f, float low, double tolerance, F magnitude) {
  const std::vector<float> x = floats_from(low);
  const std::vector<float> dy = random_floats(static_cast<std::int64_t>(x.size()), 5);
  reference::Values want, size;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = x[i], d = dy[i];
    want.push_back(function_derivative(f, v) * d);
    size.push_back(magnitude(v) * std::abs(d) + kLeastNormal);
  }
  for (const auto& dx : run_on_every_target([&] { return gradient_of(f, x, dy); })) {
    expect_near({dx.begin(), dx.end()}, want, size, tolerance, "dx");
  }
}

TEST(LeakyReLU, IsRoundedOnceOnEveryTarget) {
  for (const float slope : {0.01f, 0.2f, -0.5f, 0.0f}) {
    const Function leaky{.kind = Kind::kLeakyReLU, .a = slope};
    expect_values(leaky, -std::numeric_limits<float>::max(), kEpsilon / 2);
    expect_derivatives(leaky, -std::numeric_limits<float>::max(), kEpsilon / 2,
                       [&](double x) { return x > 0 ? 1 : std::abs(static_cast<double>(slope)); });
  }
}

TEST(ReLU6, IsExactOnEveryTarget) {
  expect_values({.kind = Kind::kReLU6}, -std::numeric_limits<float>::max(), 0);
  expect_derivatives({.kind = Kind::kReLU6}, -std::numeric_limits<float>::max(), 0,
                     [](double) { return 1; });
}

// The sum, a sixth and the product are rounded by half an epsilon each.
TEST(Hardsigmoid, IsWithinTwoEpsilonOnEveryTarget) {
  expect_values({.kind = Kind::kHardsigmoid}, -std::numeric_limits<float>::max(), 2 * kEpsilon);
  expect_derivatives({.kind = Kind::kHardsigmoid}, -std::numeric_limits<float>::max(), kEpsilon,
                     [](double) { return 1 / 6.0; });
}

// One product more. x / 3 is rounded as a product, and then with the sum.
TEST(Hardswish, IsWithinTwoAndAHalfEpsilonOnEveryTarget) {
  expect_values({.kind = Kind::kHardswish}, -std::numeric_limits<float>::max(), 2.5 * kEpsilon);
  expect_derivatives({.kind = Kind::kHardswish}, -std::numeric_limits<float>::max(), 2 * kEpsilon,
                     [](double) { return 1.5; });
}

// e^x - 1 is within 2 epsilon, the product adds half; so it is with e^x, which is 2 ulp.
TEST(ELU, IsWithinTwoAndAHalfEpsilonOnEveryTarget) {
  for (const float alpha : {1.0f, 0.3f, -0.5f, 0.0f}) {
    const Function elu{.kind = Kind::kELU, .a = alpha};
    expect_values(elu, -std::numeric_limits<float>::max(), 2.5 * kEpsilon);
    expect_derivatives(elu, -87, 3 * kEpsilon,
                       [&](double x) { return std::abs(function_derivative(elu, x)); });
  }
}

// e = e^x is within 2 epsilon and so is n where e is small; where it is large, n / (n + 2) hides
// it.
TEST(Mish, IsWithinFiveEpsilonFromMinus87OnEveryTarget) {
  expect_values({.kind = Kind::kMish}, -87, 5 * kEpsilon);
  expect_derivatives({.kind = Kind::kMish}, -87, 8 * kEpsilon, [](double x) {
    return std::min(1.0, std::exp(x)) * (1 + std::min(std::abs(x), 20.0));
  });
}

// Phi is within 3.5 epsilon near 0. Far below it what x^2 is rounded by counts x^2 / 2 times: 45
// epsilon at -12.9. In absolute terms the error below 0 is at most 7e-8.
TEST(GELU, IsWithinFourEpsilonAndAQuarterOfXSquaredOnEveryTarget) {
  const auto tail = [](double x) { return 1 + x * x / 16; };
  const auto of_cdf = [&](double x) { return x < 0 ? tail(x) : 1; };
  expect_values({.kind = Kind::kGELU}, -12.9f, 4 * kEpsilon, of_cdf);
  expect_derivatives({.kind = Kind::kGELU}, -12.9f, 4 * kEpsilon, [&](double x) {
    const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1));
    return of_cdf(x) * std::erfc(-x / std::sqrt(2)) / 2 + tail(x) * std::abs(x) * density;
  });
}

// The argument of the sigmoid is off by 1.5 epsilon, which counts as often as it is large.
TEST(GELU, ByTanhIsWithinFourEpsilonAndItsArgumentOnEveryTarget) {
  const auto argument = [](double x) { return x * (1.5957691216 + 0.0713548163 * x * x); };
  const auto tail = [&](double x) { return 1 + (x < 0 ? std::abs(argument(x)) / 2 : 0); };
  expect_values({.kind = Kind::kGELUTanh}, -9.9f, 4 * kEpsilon, tail);
  expect_derivatives({.kind = Kind::kGELUTanh}, -9.9f, 4 * kEpsilon, [&](double x) {
    const double most = std::clamp(x, -9.9, 9.9);
    return sigmoid(argument(most)) * tail(most) * (1 + std::abs(most) * (1.6 + 0.22 * most * most));
  });
}

// The sigmoid is within 3 ulp (function_by_value_test.cc), which are at most 3 epsilon of it; the
// product adds half. Below -87 the sigmoid is no normal float.
TEST(SiLU, IsWithinThreeAndAHalfEpsilonFromMinus87OnEveryTarget) {
  expect_values({.kind = Kind::kSiLU}, -87, 3.5 * kEpsilon);
}

// With s off by 3 epsilon, so is 1 - s; that counts x s times. From 20 on s is 1 exactly.
TEST(SiLU, DerivativeIsThatOfTheDefinitionOnEveryTarget) {
  expect_derivatives({.kind = Kind::kSiLU}, -87, 6 * kEpsilon,
                     [](double x) { return sigmoid(x) * (1 + std::min(std::abs(x), 20.0)); });
}

TEST(SiLU, VanishesFarBelowZeroOnEveryTarget) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const float x : {-88.0f, -104.0f, -1e4f, -1e9f}) {
      const float y = value_of({.kind = Kind::kSiLU}, std::vector<float>(kPack, x))[7];
      EXPECT_LE(y, 0.0f) << x;
      EXPECT_GE(y, -1e-28f) << x;
    }
  }
}

// The argument 2x/3 is off by an epsilon, tanh by 2 ulp more, the product with 1.7159 by another.
TEST(ScaledTanh, IsWithinFourEpsilonOnEveryTarget) {
  expect_values({.kind = Kind::kScaledTanh}, -std::numeric_limits<float>::max(), 4 * kEpsilon);
}

// With t = tanh off by 3 epsilon, t^2 is by 6; the constant and four roundings come on top.
TEST(ScaledTanh, DerivativeIsThatOfTheDefinitionOnEveryTarget) {
  expect_derivatives({.kind = Kind::kScaledTanh}, -std::numeric_limits<float>::max(), 10 * kEpsilon,
                     [](double) { return 1.7159 * 2 / 3; });
}

// exp is within 2 ulp, the quotient and the series add one and a half; log's share is at most all.
TEST(Softplus, IsWithinFourEpsilonFromMinus87OnEveryTarget) {
  expect_values({.kind = Kind::kSoftplus}, -87, 4 * kEpsilon);
  expect_derivatives({.kind = Kind::kSoftplus}, -87, 4 * kEpsilon,
                     [](double x) { return sigmoid(x); });
}

TEST(Functions, AreExactWhereTheMathematicsIs) {
  const auto at = [](const Function& f, float x) {
    return value_of(f, std::vector<float>(kPack, x))[3];
  };
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const Kind kind : {Kind::kLeakyReLU, Kind::kSiLU, Kind::kScaledTanh, Kind::kReLU6}) {
      EXPECT_EQ(at({.kind = kind, .a = 0.1f}, 0.0f), 0.0f);
    }
    EXPECT_EQ(at({.kind = Kind::kSiLU}, 100.0f), 100.0f);
    EXPECT_EQ(at({.kind = Kind::kSiLU}, kInfinity), kInfinity);
    EXPECT_EQ(at({.kind = Kind::kSoftplus}, 100.0f), 100.0f);
    EXPECT_EQ(at({.kind = Kind::kSoftplus}, kInfinity), kInfinity);
    EXPECT_EQ(at({.kind = Kind::kSoftplus}, -kInfinity), 0.0f);
    EXPECT_EQ(at({.kind = Kind::kReLU6}, kInfinity), 6.0f);
    EXPECT_EQ(at({.kind = Kind::kReLU6}, -kInfinity), 0.0f);
    EXPECT_EQ(at({.kind = Kind::kHardsigmoid}, kInfinity), 1.0f);
    EXPECT_EQ(at({.kind = Kind::kHardsigmoid}, -kInfinity), 0.0f);
    EXPECT_EQ(at({.kind = Kind::kHardswish}, kInfinity), kInfinity);
    EXPECT_EQ(at({.kind = Kind::kHardswish}, 100.0f), 100.0f);
    EXPECT_EQ(at({.kind = Kind::kHardswish}, -1e30f), 0.0f);
    EXPECT_EQ(at({.kind = Kind::kELU, .a = 0.3f}, kInfinity), kInfinity);
    EXPECT_EQ(at({.kind = Kind::kELU, .a = 0.3f}, -kInfinity), -0.3f);
    EXPECT_EQ(at({.kind = Kind::kELU, .a = 1}, -1e-30f), -1e-30f);
    EXPECT_EQ(at({.kind = Kind::kMish}, 100.0f), 100.0f);
    EXPECT_EQ(at({.kind = Kind::kMish}, kInfinity), kInfinity);
    EXPECT_EQ(at({.kind = Kind::kMish}, -kInfinity), 0.0f);
    for (const Kind kind : {Kind::kGELU, Kind::kGELUTanh}) {
      EXPECT_EQ(at({.kind = kind}, 0.0f), 0.0f);
      EXPECT_EQ(at({.kind = kind}, 100.0f), 100.0f);
      EXPECT_EQ(at({.kind = kind}, kInfinity), kInfinity);
      EXPECT_NEAR(at({.kind = kind}, -kInfinity), 0, 2e-36);
    }
    EXPECT_EQ(at({.kind = Kind::kScaledTanh}, kInfinity), 1.7159f);
    EXPECT_EQ(at({.kind = Kind::kScaledTanh}, -kInfinity), -1.7159f);
  }
}

/// What the kernels are compared with, by the definitions of tests/reference.
TEST(Functions, HaveTheFormulasOfTheReference) {
  for (const double x : {-30.0, -2.5, -0.3, 0.4, 1.0, 7.0, 40.0}) {
    for (const Kind kind : {Kind::kIdentity, Kind::kSigmoid, Kind::kReLU, Kind::kTanh}) {
      EXPECT_NEAR(function_value({kind}, x), reference::activation(kind, x), 1e-15 * std::abs(x));
      EXPECT_NEAR(function_derivative({kind}, x), reference::activation_derivative(kind, x), 1e-15);
    }
    EXPECT_NEAR(function_value({Kind::kLeakyReLU, 0.25f}, x), reference::leaky_relu(0.25, x), 0);
    EXPECT_NEAR(function_value({Kind::kSiLU}, x), reference::silu(x), 1e-15 * std::abs(x));
    EXPECT_NEAR(function_value({Kind::kScaledTanh}, x), reference::scaled_tanh(x), 1e-15);
    EXPECT_NEAR(function_value({Kind::kSoftplus}, x), reference::softplus(x), 1e-15 * std::abs(x));
    EXPECT_NEAR(function_value({Kind::kReLU6}, x), reference::relu6(x), 0);
    EXPECT_NEAR(function_value({Kind::kGELU}, x), reference::gelu(x), 1e-15 * std::abs(x));
    EXPECT_NEAR(function_value({Kind::kGELUTanh}, x), reference::gelu_tanh(x), 1e-15 * std::abs(x));
    EXPECT_NEAR(function_value({Kind::kMish}, x), reference::mish(x), 1e-15 * std::abs(x));
    EXPECT_NEAR(function_value({Kind::kELU, 0.25f}, x), reference::elu(0.25, x), 1e-15);
    EXPECT_NEAR(function_value({Kind::kHardsigmoid}, x), reference::hardsigmoid(x), 1e-15);
    EXPECT_NEAR(function_value({Kind::kHardswish}, x), reference::hardswish(x),
                1e-15 * std::abs(x));
    for (const Kind kind : kFunctionKinds) {
      const Function f = {kind, 0.25f};
      const double h = 1e-6,
                   slope = (function_value(f, x + h) - function_value(f, x - h)) / (2 * h);
      EXPECT_NEAR(function_derivative(f, x), slope, 1e-8) << name_of(kind);
    }
  }
}

TEST(Functions, ThatTellTheirDerivativeByTheValue) {
  std::vector<std::string> names;
  for (const Kind kind : kFunctionKinds) {
    if (told_by_value({kind})) names.emplace_back(name_of(kind));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"Identity", "Sigmoid", "ReLU", "Tanh", "ReLU6",
                                             "Hardsigmoid"}));
}

TEST(Functions, HaveOneGradientByTheArgumentAndByTheValue) {
  std::vector<float> x = floats_from(-std::numeric_limits<float>::max());
  x[0] = -0.0f;
  x[1] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> dy = random_floats(static_cast<std::int64_t>(x.size()), 5);
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const Kind kind : kFunctionKinds) {
      if (!told_by_value({kind})) continue;
      const AlignedFloats dx = aligned(value_of({kind}, x)), delta = aligned(dy);
      function_backward_by_value({kind}, dx.size(), delta.data(), dx.data());
      const std::vector<float> by_argument = gradient_of({kind}, x, dy);
      EXPECT_EQ(std::memcmp(by_argument.data(), dx.data(), x.size() * sizeof(float)), 0);
    }
  }
}

TEST(Functions, KeepEveryNaN) {
  const std::vector<float> nans(kPack, std::numeric_limits<float>::quiet_NaN());
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const Kind kind : kFunctionKinds) {
      EXPECT_TRUE(std::isnan(value_of({.kind = kind, .a = 0.1f}, nans)[0])) << name_of(kind);
    }
  }
}

}  // namespace
}  // namespace lenet::kernels
