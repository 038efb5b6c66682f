// D2L 5.4: layers of your own, one without and one with parameters, between those of the library.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "lenet/lenet.h"

using namespace lenet;

/// y = x - mean(x), image by image: a layer sees a pack of kPack images, lane by lane.
class CenteredLayer : public Layer {
 public:
  std::string text() const override { return "CenteredLayer"; }

  Shape infer(const Shape& input) override {
    size_ = element_count(input);
    return input;
  }

  void forward(const ForwardPass& pass) const override { center(pass.x, pass.y); }

  // The mean takes its share of every gradient: dx = dy - mean(dy).
  void backward(const BackwardPass& pass) const override {
    if (pass.dx) center(pass.dy, pass.dx);
  }

 private:
  void center(const float* from, float* to) const {
    for (std::int64_t lane = 0; lane < kPack; ++lane) {
      float sum = 0;
      for (std::int64_t i = 0; i < size_; ++i) sum += from[i * kPack + lane];
      const float mean = sum / static_cast<float>(size_);
      for (std::int64_t i = 0; i < size_; ++i) to[i * kPack + lane] = from[i * kPack + lane] - mean;
    }
  }

  std::int64_t size_ = 0;
};

/// y = relu(x W + b) with W of shape (in, units), as the book writes it.
class MyLinear : public Layer {
 public:
  explicit MyLinear(std::int64_t units) : units_(units) {}

  std::string text() const override { return "MyLinear(" + std::to_string(units_) + ")"; }

  Shape infer(const Shape& input) override {
    inputs_ = element_count(input);
    return {units_};
  }

  std::vector<ParameterInfo> parameters() const override {
    const double bound = 1 / std::sqrt(static_cast<double>(inputs_));
    return {{.name = "weight", .shape = {inputs_, units_}, .bound = bound},
            {.name = "bias", .shape = {units_}, .bound = bound}};
  }

  std::int64_t multiply_adds() const override { return inputs_ * units_; }

  void forward(const ForwardPass& pass) const override {
    for (std::int64_t u = 0; u < units_; ++u) {
      for (std::int64_t lane = 0; lane < kPack; ++lane) {
        pass.y[u * kPack + lane] = std::fmax(0.0f, linear(pass.parameters, pass.x, u, lane));
      }
    }
  }

  void backward(const BackwardPass& pass) const override {
    float* dweight = pass.dparameters.data();
    float* dbias = dweight + inputs_ * units_;
    std::fill(pass.dparameters.begin(), pass.dparameters.end(), 0.0f);
    if (pass.dx) std::fill_n(pass.dx, inputs_ * kPack, 0.0f);
    for (std::int64_t u = 0; u < units_; ++u) {
      for (std::int64_t lane = 0; lane < kPack; ++lane) {
        if (linear(pass.parameters, pass.x, u, lane) <= 0) continue;  // ReLU
        const float dy = pass.dy[u * kPack + lane];
        dbias[u] += dy;
        for (std::int64_t i = 0; i < inputs_; ++i) {
          const std::int64_t w = i * units_ + u, x = i * kPack + lane;
          dweight[w] += dy * pass.x[x];
          if (pass.dx) pass.dx[x] += dy * pass.parameters[static_cast<std::size_t>(w)];
        }
      }
    }
  }

 private:
  float linear(std::span<const float> parameters, const float* x, std::int64_t u,
               std::int64_t lane) const {
    const float* weight = parameters.data();
    float sum = weight[inputs_ * units_ + u];
    for (std::int64_t i = 0; i < inputs_; ++i) sum += x[i * kPack + lane] * weight[i * units_ + u];
    return sum;
  }

  std::int64_t units_, inputs_ = 0;
};

int main() {
  Generator generator(0);
  Sequential centered{CenteredLayer()};
  centered.build({5}, generator);
  for (const float y : forward(centered, std::vector<float>{1, 2, 3, 4, 5})) std::printf("%g ", y);
  std::printf("\n");

  Sequential net{Linear(128), CenteredLayer()};
  net.build({8}, generator);
  std::vector<float> x(4 * 8);
  generator.uniform(x, 0, 1);
  double sum = 0;
  for (const float y : forward(net, x)) sum += y;
  std::printf("mean %.1e\n", sum / (4 * 128));

  Sequential own{MyLinear(8), MyLinear(1)};
  own.build({64}, generator);
  x.resize(2 * 64);
  generator.uniform(x, 0, 1);
  for (const float y : forward(own, x)) std::printf("%.4f\n", y);

  // They learn like any other layer.
  Sequential classifier{Flatten(), CenteredLayer(), MyLinear(32), Linear(10)};
  const auto [train, test] = load_data_fashion_mnist();
  const Report r = fit(classifier, train, test, {.epochs = 1, .lr = 0.1f, .max_steps = 100});
  std::printf("after 100 steps: test accuracy %.3f\n", r.test_acc());
  return std::fabs(sum) < 1e-3 && r.test_acc() > 0.5 ? 0 : 1;
}
