// Layers of one's own (D2L 5.4) between those of the library.
#include <fmt/format.h>

#include <algorithm>

#include "lenet/layers.h"
#include "nn/networks.h"

namespace lenet {
namespace {

/// x minus the mean of the image: D2L's CenteredLayer.
class CenteredLayer : public Layer {
 public:
  std::string text() const override { return "CenteredLayer"; }
  Shape infer(const Shape& input) override {
    size_ = element_count(input);
    return input;
  }
  void forward(const ForwardPass& pass) const override { centre(pass.x, pass.y); }
  void backward(const BackwardPass& pass) const override {
    if (pass.dx) centre(pass.dy, pass.dx);  // the matrix I - 1/n is symmetric
  }

 private:
  void centre(const float* x, float* y) const {
    for (std::int64_t lane = 0; lane < kPack; ++lane) {
      float sum = 0;
      for (std::int64_t i = 0; i < size_; ++i) sum += x[i * kPack + lane];
      const float mean = sum / static_cast<float>(size_);
      for (std::int64_t i = 0; i < size_; ++i) y[i * kPack + lane] = x[i * kPack + lane] - mean;
    }
  }

  std::int64_t size_ = 0;
};

/// relu(x W + b) with W of (in, units): D2L's MyLinear.
class MyLinear : public Layer {
 public:
  explicit MyLinear(std::int64_t units) : units_(units) {}

  std::string text() const override { return fmt::format("MyLinear({})", units_); }
  Shape infer(const Shape& input) override {
    inputs_ = element_count(input);
    return {units_};
  }
  std::vector<ParameterInfo> parameters() const override {
    return {{.name = "weight", .shape = {inputs_, units_}, .bound = 1},
            {.name = "bias", .shape = {units_}, .bound = 1}};
  }
  void forward(const ForwardPass& pass) const override {
    for (std::int64_t u = 0; u < units_; ++u) {
      for (std::int64_t lane = 0; lane < kPack; ++lane) {
        pass.y[u * kPack + lane] = std::max(0.0f, sum(pass.parameters, pass.x, u, lane));
      }
    }
  }
  void backward(const BackwardPass& pass) const override {
    std::fill(pass.dparameters.begin(), pass.dparameters.end(), 0.0f);
    if (pass.dx) std::fill_n(pass.dx, inputs_ * kPack, 0.0f);
    for (std::int64_t u = 0; u < units_; ++u) {
      for (std::int64_t lane = 0; lane < kPack; ++lane) {
        if (sum(pass.parameters, pass.x, u, lane) <= 0) continue;
        const float dy = pass.dy[u * kPack + lane];
        pass.dparameters[at(inputs_ * units_ + u)] += dy;
        for (std::int64_t i = 0; i < inputs_; ++i) {
          pass.dparameters[at(i * units_ + u)] += pass.x[i * kPack + lane] * dy;
          if (pass.dx) pass.dx[i * kPack + lane] += pass.parameters[at(i * units_ + u)] * dy;
        }
      }
    }
  }

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
  float sum(std::span<const float> p, const float* x, std::int64_t u, std::int64_t lane) const {
    float sum = p[at(inputs_ * units_ + u)];
    for (std::int64_t i = 0; i < inputs_; ++i) sum += p[at(i * units_ + u)] * x[i * kPack + lane];
    return sum;
  }

  std::int64_t units_, inputs_ = 0;
};

reference::Layer centered_reference() {
  return {0, [](reference::Values x, std::span<const double>) {
            double sum = 0;
            for (const double v : x) sum += v;
            for (double& v : x) v -= sum / static_cast<double>(x.size());
            return x;
          }};
}

reference::Layer my_linear_reference(std::int64_t inputs, std::int64_t units) {
  return {(inputs + 1) * units, [=](const reference::Values& x, std::span<const double> p) {
            reference::Values y;
            for (std::int64_t u = 0; u < units; ++u) {
              double sum = p[static_cast<std::size_t>(inputs * units + u)];
              for (std::int64_t i = 0; i < inputs; ++i) {
                sum += x[static_cast<std::size_t>(i)] * p[static_cast<std::size_t>(i * units + u)];
              }
              y.push_back(std::max(0.0, sum));
            }
            return y;
          }};
}

TEST(UserLayer, HasTheReferencesGradientBetweenBuiltInLayers) {
  Sequential net(Conv2d({.out_channels = 3, .kernel = 2}), Sigmoid(), CenteredLayer(), Tanh(),
                 Flatten(), MyLinear(7), Linear(4));
  build_at_random(net, {2, 6, 5});
  reference::Network want = reference::network_of("Conv2d(3, 2) Sigmoid", {2, 6, 5});
  want.push_back(centered_reference());
  want.push_back(reference::activation_layer(Function::Kind::kTanh));
  want.push_back(my_linear_reference(60, 7));
  want.push_back(reference::linear_layer(7, 4, true));
  expect_reference(net, want);
}

TEST(UserLayer, HasTheReferencesGradientFirstAndLast) {
  Sequential net(CenteredLayer(), Linear(9), Sigmoid(), MyLinear(6), CenteredLayer());
  build_at_random(net, {12});
  reference::Network want = {centered_reference(), reference::linear_layer(12, 9, true),
                             reference::activation_layer(Function::Kind::kSigmoid),
                             my_linear_reference(9, 6), centered_reference()};
  expect_reference(net, want);
}

TEST(UserLayer, HasTheReferencesGradientBesideItsLikeAndActivations) {
  Sequential net(MyLinear(8), Sigmoid(), CenteredLayer(), CenteredLayer(), ReLU(), MyLinear(5),
                 Tanh(), Linear(3));
  build_at_random(net, {10});
  reference::Network want = {my_linear_reference(10, 8),
                             reference::activation_layer(Function::Kind::kSigmoid),
                             centered_reference(),
                             centered_reference(),
                             reference::activation_layer(Function::Kind::kReLU),
                             my_linear_reference(8, 5),
                             reference::activation_layer(Function::Kind::kTanh),
                             reference::linear_layer(5, 3, true)};
  expect_reference(net, want);
}

TEST(UserLayer, LearnsWithTheOthers) {
  Sequential net(Flatten(), MyLinear(16), Linear(3));
  build_at_random(net, {1, 4, 4});
  const reference::Examples examples = random_examples({1, 4, 4}, 3);
  Trainer trainer(net, {.batch_size = 19});
  const Batch batch(examples.values, examples.labels);
  const double before = trainer.step(batch, 0.1f).loss();
  double after = before;
  for (int i = 0; i < 200; ++i) after = trainer.step(batch, 0.1f).loss();
  EXPECT_LT(after, before / 4);
}

}  // namespace
}  // namespace lenet
