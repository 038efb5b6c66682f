// The reference itself: the book's examples, and backward against forward.
#include "reference/layers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "reference/compare.h"

namespace lenet::reference {
namespace {

constexpr double kStep = 1e-6;

Values random_values(std::size_t count, std::uint32_t seed) {
  std::mt19937 engine(seed);
  Values values(count);
  for (double& v : values) v = static_cast<double>(engine()) * 0x1p-31 - 1;
  return values;
}

double dot(const Values& a, const Values& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// The derivatives of sum(dy * f(x)) by x, by central differences.
template <class F>
Values derivative(F f, Values x, const Values& dy) {
  Values d;
  for (double& v : x) {
    const double middle = v;
    v = middle + kStep;
    const double above = dot(dy, f(x));
    v = middle - kStep;
    d.push_back((above - dot(dy, f(x))) / (2 * kStep));
    v = middle;
  }
  return d;
}

TEST(Reference, CorrelatesAsTheBookDoes) {
  EXPECT_EQ(conv2d({1, 3, 3, 2, 2}, 1, {0, 1, 2, 3, 4, 5, 6, 7, 8}, {0, 1, 2, 3}, {}),
            (Values{19, 25, 37, 43}));  // D2L 6.2.1
  // D2L 6.4.1: two input channels, 0 ... 8 and 1 ... 9, kernels 0 ... 3 and 1 ... 4.
  EXPECT_EQ(conv2d({2, 3, 3, 2, 2}, 1, {0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 9},
                   {0, 1, 2, 3, 1, 2, 3, 4}, {}),
            (Values{56, 72, 104, 120}));
}

TEST(Reference, PoolsAsTheBookDoes) {
  const Values x = {0, 1, 2, 3, 4, 5, 6, 7, 8};  // D2L 6.5.1
  const std::vector<Span> two = PoolAxis{.size = 3, .kernel = 2, .stride = 1}.spans();
  EXPECT_EQ(max_pool2d({1, 3, 3, two, two}, x), (Values{4, 5, 7, 8}));
  EXPECT_EQ(avg_pool2d({1, 3, 3, two, two}, x), (Values{2, 3, 5, 6}));
  // D2L 6.5.2: 0 ... 15, kernel 3, padding 1, stride 2.
  const Values image = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const std::vector<Span> three =
      PoolAxis{.size = 4, .kernel = 3, .stride = 2, .padding = 1}.spans();
  EXPECT_EQ(max_pool2d({1, 4, 4, three, three}, image), (Values{5, 7, 13, 15}));
}

TEST(Reference, BackwardIsTheDerivativeOfForward) {
  const Sliding s{2, 5, 6, 3, 2, 2, 1, 1, 2};
  const Values x = random_values(60, 1), weight = random_values(3 * 2 * 6, 2);
  const Values dy = random_values(static_cast<std::size_t>(3 * s.out_height() * s.out_width()), 3);
  const Gradients d = conv2d_backward(s, 3, x, weight, dy);
  const auto by_x = [&](const Values& v) { return conv2d(s, 3, v, weight, {}); };
  const auto by_weight = [&](const Values& v) { return conv2d(s, 3, x, v, {}); };
  const auto by_bias = [&](const Values& v) { return conv2d(s, 3, x, weight, v); };
  EXPECT_LE(relative_distance(d.dx, derivative(by_x, x, dy)), 1e-8);
  EXPECT_LE(relative_distance(d.dweight, derivative(by_weight, weight, dy)), 1e-8);
  EXPECT_LE(relative_distance(d.dbias, derivative(by_bias, {1, 2, 3}, dy)), 1e-8);

  const PoolAxis rows_of{.size = 5, .kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true};
  const Pools pool{2, 5, 6, rows_of.spans(), adaptive_spans(6, 4)};
  const Values dpool = random_values(static_cast<std::size_t>(2 * pool.windows()), 4);
  const auto average = [&](const Values& v) { return avg_pool2d(pool, v); };
  const auto maximum = [&](const Values& v) { return max_pool2d(pool, v); };
  EXPECT_LE(relative_distance(avg_pool2d_backward(pool, dpool), derivative(average, x, dpool)),
            1e-8);
  EXPECT_LE(relative_distance(max_pool2d_backward(pool, x, dpool), derivative(maximum, x, dpool)),
            1e-8);

  const Values rows = random_values(4 * 60, 5), dlinear = random_values(4, 6);
  const Gradients l = linear_backward(4, x, rows, dlinear);
  const auto linear_by_x = [&](const Values& v) { return linear(4, v, rows, {}); };
  const auto linear_by_weight = [&](const Values& v) { return linear(4, x, v, {1, 2, 3, 4}); };
  EXPECT_LE(relative_distance(l.dx, derivative(linear_by_x, x, dlinear)), 1e-8);
  EXPECT_LE(relative_distance(l.dweight, derivative(linear_by_weight, rows, dlinear)), 1e-8);

  for (const Function::Kind act :
       {Function::Kind::kSigmoid, Function::Kind::kReLU, Function::Kind::kTanh}) {
    for (const double v : {-2.0, -0.1, 0.3, 4.0}) {
      EXPECT_NEAR(activation_derivative(act, v),
                  (activation(act, v + kStep) - activation(act, v - kStep)) / (2 * kStep), 1e-8);
    }
  }
  const Values logits = {0.5, -2, 3};
  const auto loss = [](const Values& z) { return Values{cross_entropy(z, 1)}; };
  EXPECT_LE(relative_distance(cross_entropy_backward(logits, 1), derivative(loss, logits, {1})),
            1e-8);
}

}  // namespace
}  // namespace lenet::reference
