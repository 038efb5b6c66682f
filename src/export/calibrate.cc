#include "export/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "base/function_formula.h"
#include "base/norm_formula.h"
#include "base/pixel_formula.h"
#include "export/deployed.h"
#include "export/loops.h"
#include "lenet/error.h"
#include "nn/standardize.h"

namespace lenet {
namespace {

using Values = std::vector<float>;

/// Products of each row of the weight and x, on top of the bias.
Values linear(const InferenceNode& o, const Values& x) {
  Values y;
  for (auto row = o.weight.begin(); row != o.weight.end(); row += std::ssize(x)) {
    const float bias = o.bias.empty() ? 0.0f : o.bias[y.size()];
    y.push_back(std::inner_product(x.begin(), x.end(), row, bias));
  }
  return y;
}

Values conv2d(const InferenceNode& o, const Values& x) {
  const std::int64_t positions = o.output[1] * o.output[2];
  Values y(static_cast<std::size_t>(element_count(o.output)));
  for_each_patch(o, x.data(), [&](std::int64_t position, const Values& patch) {
    for_each_row(o, o.weight, patch,
                 [&](std::int64_t c, const float* seen, const float* row, std::int64_t count) {
                   const float bias = o.bias.empty() ? 0.0f : o.bias[static_cast<std::size_t>(c)];
                   y[static_cast<std::size_t>(c * positions + position)] =
                       std::inner_product(seen, seen + count, row, bias);
                 });
  });
  return y;
}

Values affine(const InferenceNode& o, Values x) {
  const std::size_t plane = x.size() / o.weight.size();
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = x[i] * o.weight[i / plane] + o.bias[i / plane];
  }
  return x;
}

Values group_norm(const InferenceNode& o, const GroupNormOp& op, Values x) {
  const std::size_t size = x.size() / static_cast<std::size_t>(op.groups);
  const std::size_t plane = x.size() / o.weight.size();
  for (std::size_t first = 0; first < x.size(); first += size) {
    double mean = 0, squares = 0;
    for (std::size_t i = first; i < first + size; ++i) {
      mean += static_cast<double>(x[i]) / static_cast<double>(size);
    }
    for (std::size_t i = first; i < first + size; ++i) {
      squares += std::pow(static_cast<double>(x[i]) - mean, 2);
    }
    const double variance = squares / static_cast<double>(size);
    for (std::size_t i = first; i < first + size; ++i) {
      const NormScaling by =
          norm_scaling(mean, variance, op.eps, o.weight[i / plane], o.bias[i / plane]);
      x[i] = (x[i] - by.mean) * by.scale + by.shift;
    }
  }
  return x;
}

Values prelu(const InferenceNode& o, Values x) {
  const std::size_t plane = x.size() / o.weight.size();
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(x[i] > 0)) x[i] *= o.weight[i / plane];
  }
  return x;
}

Values avg_pool2d(const InferenceNode& o, const Values& x) {
  const Pool2dShape shape = pool2d_shape(o);
  Values y(static_cast<std::size_t>(element_count(o.output)));
  for_each_window(shape, x.data(), [&](std::int64_t output, int oh, int ow, auto each) {
    float sum = 0;
    each([&](float v) { sum += v; });
    y[static_cast<std::size_t>(output)] =
        sum / static_cast<float>(shape.height.divisor(oh) * shape.width.divisor(ow));
  });
  return y;
}

Values max_pool2d(const InferenceNode& o, const Values& x) {
  Values y(static_cast<std::size_t>(element_count(o.output)));
  max_pool2d(o, -std::numeric_limits<float>::infinity(), x.data(), y.data());
  return y;
}

/// The values one behind the other.
Values concat(const std::vector<const Values*>& inputs) {
  Values y;
  for (const Values* x : inputs) y.insert(y.end(), x->begin(), x->end());
  return y;
}

Values sum(const std::vector<const Values*>& inputs) {
  Values y = *inputs.front();
  for (std::size_t k = 1; k < inputs.size(); ++k) {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += (*inputs[k])[i];
  }
  return y;
}

Values scale(Values x, const Values& gate) {
  const std::size_t positions = x.size() / gate.size();
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= gate[i / positions];
  return x;
}

Values function(const Function& f, Values x) {
  for (float& v : x) v = function_value(f, v);
  return x;
}

Values run(const InferenceNode& o, const std::vector<const Values*>& inputs) {
  const Values& x = *inputs.front();
  return visit_integers(
      Overloaded{[&](const Conv2dOp&) { return conv2d(o, x); },
                 [&](const LinearOp&) { return linear(o, x); },
                 [&](const GroupNormOp& op) { return group_norm(o, op, x); },
                 [&](const AffineOp&) { return affine(o, x); },
                 [&](const PReLUOp&) { return prelu(o, x); },
                 [&](const UpsampleOp& op) { return upsample(o, op.scale, x); },
                 [&](const MeanPooling auto&) { return avg_pool2d(o, x); },
                 [&](const MaxPooling auto&) { return max_pool2d(o, x); },
                 [&](const FunctionOp& op) { return function(op.function, x); },
                 [&](const ZeroPad2dOp& op) { return zero_pad2d(o, op.padding.before, 0.0f, x); },
                 [&](const SumOp&) { return sum(inputs); },
                 [&](const ConcatOp&) { return concat(inputs); },
                 [&](const ScaleOp&) { return scale(x, *inputs[1]); }},
      o.op);
}

Values normalized(Values x, const Normalization& by) {
  standardize(by, std::ssize(x), 1, x.data());
  return x;
}

/// What byte / 255, normalised, can be in any channel.
ValueRange pixel_range(const Normalization& normalization) {
  ValueRange range;
  const std::size_t channels = std::max<std::size_t>(1, normalization.mean.size());
  for (const std::uint8_t byte : {std::uint8_t{0}, std::uint8_t{255}}) {
    for (const float v : normalized(Values(channels, pixel_value(byte)), normalization)) {
      range.include(v);
    }
  }
  return range;
}

/// Image n as the network's first layer sees it.
Values image_of(const Dataset& data, std::int64_t n, const Normalization& normalization) {
  const std::int64_t size = element_count(data.image_shape());
  if (!data.has_bytes()) return normalized({data.floats(n), data.floats(n) + size}, normalization);
  Values x(static_cast<std::size_t>(size));
  std::transform(data.image(n), data.image(n) + size, x.begin(), pixel_value);
  return normalized(std::move(x), normalization);
}

/// what(): as in "layer 3: an output".
template <class What>
void include(const Values& values, const What& what, ValueRange& range) {
  for (const float v : values) {
    if (!std::isfinite(v)) {
      throw Error(
          ErrorKind::kBadInput,
          fmt::format("{} is {}, want finite numbers to calibrate on; train the network again",
                      what(), v));
    }
    range.include(v);
  }
}

}  // namespace

ValueRanges calibrate(const std::vector<InferenceNode>& nodes, const Normalization& normalization,
                      const Dataset& data, std::int64_t images) {
  ValueRanges ranges{.image = {}, .nodes = std::vector<ValueRange>(nodes.size())};
  if (data.has_bytes()) ranges.image = pixel_range(normalization);
  for (std::int64_t n = 0; n < images; ++n) {
    const Values image = image_of(data, n * data.size() / images, normalization);
    if (!data.has_bytes())
      include(
          image, [] { return "an image: a normalised number"; }, ranges.image);
    NodeValues<float> values(image);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      values.set(nodes[i], run(nodes[i], values.inputs(nodes[i])));
      const auto what = [&] { return fmt::format("layer {}: an output", nodes[i].name); };
      include(values.of(nodes[i].value), what, ranges.nodes[i]);
    }
  }
  return ranges;
}

}  // namespace lenet
