#include "kernels/mapping.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

using Kind = Mapping::Kind;

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();
constexpr double kLeastNormal = std::numeric_limits<float>::min();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// The functions by their definition, in double.
double value(const Mapping& f, double x) {
  switch (f.kind) {
    case Kind::kLeakyReLU:
      return x > 0 ? x : static_cast<double>(f.a) * x;
    case Kind::kSiLU:
      return x * sigmoid(x);
    case Kind::kScaledTanh:
      return 1.7159 * std::tanh(2 * x / 3);
  }
  return 0;
}

double derivative(const Mapping& f, double x) {
  const double s = sigmoid(x), t = std::tanh(2 * x / 3);
  switch (f.kind) {
    case Kind::kLeakyReLU:
      return x > 0 ? 1 : static_cast<double>(f.a);
    case Kind::kSiLU:
      return s + x * s * (1 - s);
    case Kind::kScaledTanh:
      return 1.7159 * 2 / 3 * (1 - t * t);
  }
  return 0;
}

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

std::vector<float> mapped(const Mapping& f, const std::vector<float>& x) {
  const AlignedFloats from = aligned(x), y = unwritten(from.size());
  mapping_forward(f, from.size(), from.data(), y.data());
  return {y.data(), y.data() + y.size()};
}

/// f'(x) dy, written over x.
std::vector<float> mapped_backward(const Mapping& f, const std::vector<float>& x,
                                   const std::vector<float>& dy) {
  const AlignedFloats dx = aligned(x), delta = aligned(dy);
  mapping_backward(f, dx.size(), dx.data(), delta.data(), dx.data());
  return {dx.data(), dx.data() + dx.size()};
}

/// Expects f on every target within `tolerance` of the definition, relatively.
void expect_values(const Mapping& f, float low, double tolerance) {
  const std::vector<float> x = floats_from(low);
  reference::Values want, magnitude;
  for (const float v : x) {
    want.push_back(value(f, static_cast<double>(v)));
    magnitude.push_back(std::max(std::abs(want.back()), kLeastNormal));
  }
  for (const auto& y : run_on_every_target([&] { return mapped(f, x); })) {
    expect_near({y.begin(), y.end()}, want, magnitude, tolerance, "y");
  }
}

/// Expects f' dy on every target within `tolerance` of the definition, where magnitude(x) is 1.
template <class F>
void expect_derivatives(const Mapping& f, float low, double tolerance, F magnitude) {
  const std::vector<float> x = floats_from(low);
  const std::vector<float> dy = random_floats(static_cast<std::int64_t>(x.size()), 5);
  reference::Values want, size;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = x[i], d = dy[i];
    want.push_back(derivative(f, v) * d);
    size.push_back(magnitude(v) * std::abs(d) + kLeastNormal);
  }
  for (const auto& dx : run_on_every_target([&] { return mapped_backward(f, x, dy); })) {
    expect_near({dx.begin(), dx.end()}, want, size, tolerance, "dx");
  }
}

TEST(LeakyReLU, IsRoundedOnceOnEveryTarget) {
  for (const float slope : {0.01f, 0.2f, -0.5f, 0.0f}) {
    const Mapping leaky{.kind = Kind::kLeakyReLU, .a = slope};
    expect_values(leaky, -std::numeric_limits<float>::max(), kEpsilon / 2);
    expect_derivatives(leaky, -std::numeric_limits<float>::max(), kEpsilon / 2,
                       [&](double x) { return x > 0 ? 1 : std::abs(static_cast<double>(slope)); });
  }
}

// The sigmoid is within 3 ulp (activation_test.cc), which are at most 3 epsilon of it; the product
// adds half. Below -87 the sigmoid is no normal float.
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
      const float y = mapped({.kind = Kind::kSiLU}, std::vector<float>(kPack, x))[7];
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

TEST(Mappings, AreExactWhereTheMathematicsIs) {
  const auto at = [](const Mapping& f, float x) {
    return mapped(f, std::vector<float>(kPack, x))[3];
  };
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const Kind kind : {Kind::kLeakyReLU, Kind::kSiLU, Kind::kScaledTanh}) {
      EXPECT_EQ(at({.kind = kind, .a = 0.1f}, 0.0f), 0.0f);
    }
    EXPECT_EQ(at({.kind = Kind::kSiLU}, 100.0f), 100.0f);
    EXPECT_EQ(at({.kind = Kind::kSiLU}, kInfinity), kInfinity);
    EXPECT_EQ(at({.kind = Kind::kScaledTanh}, kInfinity), 1.7159f);
    EXPECT_EQ(at({.kind = Kind::kScaledTanh}, -kInfinity), -1.7159f);
  }
}

TEST(Mappings, KeepEveryNaN) {
  const std::vector<float> nans(kPack, std::numeric_limits<float>::quiet_NaN());
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const Kind kind : {Kind::kLeakyReLU, Kind::kSiLU, Kind::kScaledTanh}) {
      EXPECT_TRUE(std::isnan(mapped({.kind = kind, .a = 0.1f}, nans)[0]));
    }
  }
}

}  // namespace
}  // namespace lenet::kernels
