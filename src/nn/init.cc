#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lenet/error.h"
#include "lenet/sequential.h"

namespace lenet {
namespace {

/// Calls f(parameter) for the weights of the Conv2d and Linear layers, in order.
template <class F>
void for_each_weight(Sequential& net, F f) {
  for (const NamedParameter& p : net.named_parameters()) {
    if (p.info.kind == ParameterInfo::Kind::kWeight) f(p);
  }
  net.constrain();
}

}  // namespace

void xavier_uniform(Sequential& net, Generator& generator) {
  for_each_weight(net, [&](const NamedParameter& weight) {
    const Shape& shape = weight.info.shape;
    if (shape.size() < 2) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: Xavier's rule wants a weight of 2 dimensions or more, it has "
                              "shape {}; give it another kind",
                              weight.name, to_string(shape)));
    }
    // (out, in, taps ...): fan_in = in * taps, fan_out = out * taps.
    const std::int64_t taps = element_count(shape) / (shape[0] * shape[1]);
    const double fan_in = static_cast<double>(shape[1] * taps);
    const double fan_out = static_cast<double>(shape[0] * taps);
    const double bound = std::sqrt(3.0) * std::sqrt(2.0 / (fan_in + fan_out));
    generator.uniform(weight.values, -bound, bound);
  });
}

void normal_weights(Sequential& net, double mean, double deviation, Generator& generator) {
  for_each_weight(
      net, [&](const NamedParameter& weight) { generator.normal(weight.values, mean, deviation); });
}

void constant_weights(Sequential& net, float value) {
  for_each_weight(net, [&](const NamedParameter& weight) {
    std::fill(weight.values.begin(), weight.values.end(), value);
  });
}

}  // namespace lenet
