// Random networks and examples, and the comparison of a network with its reference.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "lenet/sequential.h"
#include "lenet/trainer.h"
#include "reference/compare.h"
#include "reference/network.h"

namespace lenet {

/// Builds `net` with weights and biases uniform in [-0.5, 0.5).
inline void build_at_random(Sequential& net, const Shape& input) {
  Generator generator(7);
  net.build(input, generator);
  generator.uniform(net.parameters(), -0.5, 0.5);
}

/// A network of its text, with PyTorch's weights of seed 3.
inline Sequential built(const char* text, const Shape& input) {
  Sequential net = Sequential::parse(text);
  Generator generator(3);
  net.build(input, generator);
  return net;
}

inline std::vector<float> copy_of(std::span<const float> values) {
  return {values.begin(), values.end()};
}

/// A network whose loss is finite for two images of 4 floats, and whose gradient by layer 2 is not:
/// Tanh(0) = 0 hides the last weights from the loss alone.
inline Sequential net_of_a_bad_gradient() {
  Sequential net = built("Linear(3) BatchNorm1d Linear(4) Tanh Linear(2)", {4});
  std::ranges::fill(net.parameters(), 0.0f);
  std::ranges::fill(net.named_parameters()[3].values, 10.0f);  // BatchNorm1d's output
  const std::span<float> last = net.named_parameters()[6].values;
  for (std::size_t i = 0; i < last.size(); ++i) last[i] = i < 4 ? 3e38f : -3e38f;
  return net;
}

/// One whole pack of images and three more, or another number, uniform in [-1, 1).
inline reference::Examples random_examples(const Shape& input, std::int64_t classes,
                                           std::int64_t images = 19) {
  Generator generator(11);
  reference::Examples examples{
      std::vector<float>(static_cast<std::size_t>(images * element_count(input))), {}};
  generator.uniform(examples.values, -1, 1);
  for (std::int64_t i = 0; i < images; ++i) {
    examples.labels.push_back(static_cast<Label>(i * 97 % classes));
  }
  return examples;
}

/// Expects the training loss and the gradient of each parameter of `net` to be those of the
/// reference, the gradient by central differences: within 1e-4 of its norm, or of `floor` where the
/// gradient is nothing but rounding.
inline void expect_reference_gradient(
    Sequential& net, const reference::Network& reference, const reference::Examples& examples,
    const Trainer::Options& options = {.batch_size = 32, .threads = 2}, double floor = 0) {
  const reference::Values parameters(net.parameters().begin(), net.parameters().end());
  std::vector<float> gradient(net.parameters().size());
  Trainer trainer(net, options);
  const Metrics metrics = trainer.gradient({examples.values, examples.labels}, gradient);
  EXPECT_NEAR(metrics.loss(), reference::loss(reference, parameters, examples), 1e-5);
  const reference::Values want = reference::gradient(reference, parameters, examples);
  ASSERT_EQ(want.size(), gradient.size());
  std::size_t first = 0;
  for (const NamedParameter& p : net.named_parameters()) {
    const std::size_t count = p.values.size();
    double distance = 0, norm = 0;
    for (std::size_t i = first; i < first + count; ++i) {
      distance = std::hypot(distance, static_cast<double>(gradient[i]) - want[i]);
      norm = std::hypot(norm, want[i]);
    }
    EXPECT_LE(distance, 1e-4 * std::max(norm, floor)) << p.name << " of " << net.text();
    first += count;
  }
}

/// Expects the outputs, the loss and the gradient of `net` to be those of the reference.
inline void expect_reference(Sequential& net, const reference::Network& reference) {
  const auto examples = random_examples(net.input_shape(), element_count(net.output_shape()));
  const reference::Values parameters(net.parameters().begin(), net.parameters().end());

  const std::size_t size = examples.values.size() / examples.labels.size();
  reference::Values outputs;
  for (std::size_t n = 0; n < examples.labels.size(); ++n) {
    const float* image = examples.values.data() + n * size;
    const auto y = reference::forward(reference, parameters, {image, image + size});
    outputs.insert(outputs.end(), y.begin(), y.end());
  }
  EXPECT_LE(relative_distance(forward(net, examples.values), outputs), 1e-5);
  expect_reference_gradient(net, reference, examples);
}

}  // namespace lenet
