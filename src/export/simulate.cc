// The integers of a device, on this machine.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "base/require.h"
#include "base/thread_team.h"
#include "export/deployed.h"
#include "export/int8_network.h"
#include "export/loops.h"
#include "export/pool_divisors.h"
#include "lenet/scores.h"

namespace lenet {
namespace {

using Values = std::vector<std::int8_t>;
using Centred = std::vector<std::int16_t>;
using Sums = std::vector<std::int32_t>;

/// The input with its zero point taken off, 9 bits each.
Centred centred(const Int8Operation& q, const Values& x) {
  Centred result;
  result.reserve(x.size());
  for (const std::int8_t v : x) result.push_back(static_cast<std::int16_t>(v - q.zero_in));
  return result;
}

Sums conv2d_sums(const Int8Operation& q, const Centred& x) {
  const Centred weight(q.weight.begin(), q.weight.end());  // factors of one type vectorise
  Sums sums(static_cast<std::size_t>(element_count(q.what.output)));
  const std::int64_t positions = std::ssize(sums) / std::ssize(q.bias);
  for_each_patch(q.what, x.data(), [&](std::int64_t position, const Centred& patch) {
    for_each_row(
        q.what, weight, patch,
        [&](std::int64_t c, const std::int16_t* seen, const std::int16_t* row, std::int64_t count) {
          sums[static_cast<std::size_t>(c * positions + position)] =
              std::inner_product(seen, seen + count, row, q.bias[static_cast<std::size_t>(c)]);
        });
  });
  return sums;
}

Sums linear_sums(const Int8Operation& q, const Centred& x) {
  Sums sums;
  for (auto row = q.weight.begin(); row != q.weight.end(); row += std::ssize(x)) {
    sums.push_back(std::inner_product(x.begin(), x.end(), row, q.bias[sums.size()]));
  }
  return sums;
}

Sums affine_sums(const Int8Operation& q, const Centred& x) {
  Sums sums;
  const std::size_t plane = x.size() / q.bias.size();
  for (std::size_t i = 0; i < x.size(); ++i) {
    sums.push_back(q.bias[i / plane] + q.weight[i / plane] * x[i]);
  }
  return sums;
}

/// Of a Conv2dOp, LinearOp or AffineOp: (channels, positions).
Sums weighted_sums(const Int8Operation& q, const Values& x) {
  return std::visit(Overloaded{[&](const Conv2dOp&) { return conv2d_sums(q, centred(q, x)); },
                               [&](const LinearOp&) { return linear_sums(q, centred(q, x)); },
                               [&](const AffineOp&) { return affine_sums(q, centred(q, x)); },
                               [](const auto&) -> Sums { unknown("weighted node"); }},
                    q.what.op);
}

Values rescaled(const Int8Operation& q, const Sums& sums) {
  Values y;
  y.reserve(sums.size());
  const std::size_t positions = sums.size() / q.rescaling.size();
  for (std::size_t i = 0; i < sums.size(); ++i) {
    y.push_back(q.rescaling[i / positions].apply(sums[i], q.zero_out));
  }
  return y;
}

/// In the order of exported C's operations, none of which multiplies and adds at once.
Values group_norm(const Int8Operation& q, const GroupNormOp& op, Values x) {
  const std::size_t size = x.size() / static_cast<std::size_t>(op.groups);
  const std::size_t plane = x.size() / q.bias.size();
  const auto count = static_cast<std::int64_t>(size);
  const auto n = static_cast<float>(count);
  for (std::size_t first = 0; first < x.size(); first += size) {
    std::int64_t sum = 0, squares = 0;
    for (std::size_t i = first; i < first + size; ++i) {
      const std::int64_t v = x[i] - q.zero_in;
      sum += v;
      squares += v * v;
    }
    const float variance = static_cast<float>(count * squares - sum * sum) / (n * n);
    const float inverse = 256.0f / std::sqrt(variance + q.groups.eps) / n;
    for (std::size_t i = first; i < first + size; ++i) {
      const std::int64_t centred = count * (x[i] - q.zero_in) - sum;
      const float v = static_cast<float>(centred) * inverse * q.groups.gain[i / plane];
      const auto steps = static_cast<std::int64_t>(std::lround(std::clamp(v, -5e8f, 5e8f)));
      const std::int64_t y = ((steps + q.bias[i / plane] + 128) >> 8) + q.zero_out;
      x[i] = static_cast<std::int8_t>(std::clamp<std::int64_t>(y, -128, 127));
    }
  }
  return x;
}

Values prelu(const Int8Operation& q, Values x) {
  const std::size_t plane = x.size() / (q.rescaling.size() - 1);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t slope = x[i] > q.zero_in ? 0 : 1 + i / plane;
    x[i] = q.rescaling[slope].apply(q.weight[slope] * (x[i] - q.zero_in), q.zero_out);
  }
  return x;
}

Values avg_pool2d(const Int8Operation& q, const Values& x) {
  const Pool2dShape shape = pool2d_shape(q.what);
  const PoolDivisors rows = divisors_of(shape.height), columns = divisors_of(shape.width);
  Values y(static_cast<std::size_t>(element_count(q.what.output)));
  for_each_window(shape, x.data(), [&](std::int64_t output, int oh, int ow, auto each) {
    std::int32_t sum = 0;
    each([&](std::int8_t v) { sum += v - q.zero_in; });
    const std::size_t row = static_cast<std::size_t>(rows.of_window[static_cast<std::size_t>(oh)]);
    const int column = columns.of_window[static_cast<std::size_t>(ow)];
    y[static_cast<std::size_t>(output)] =
        q.rescaling[row * columns.values.size() + static_cast<std::size_t>(column)].apply(
            sum, q.zero_out);
  });
  return y;
}

Values max_pool2d(const Int8Operation& q, const Values& x) {
  Values y(static_cast<std::size_t>(element_count(q.what.output)));
  max_pool2d<std::int8_t>(q.what, -128, x.data(), y.data());
  return y;
}

Values look_up(const Table8& table, Values x) {
  for (std::int8_t& v : x) v = table[static_cast<std::size_t>(v + 128)];
  return x;
}

Values sum(const Int8Operation& q, const std::vector<const Values*>& inputs) {
  Sums sums(inputs.front()->size());
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const auto [weight, zero] = q.terms[k];
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += weight * ((*inputs[k])[i] - zero);
  }
  return rescaled(q, sums);
}

Values concat(const Int8Operation& q, const std::vector<const Values*>& inputs) {
  Values y;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Values part = look_up(q.tables[k], *inputs[k]);
    y.insert(y.end(), part.begin(), part.end());
  }
  return y;
}

Values scale(const Int8Operation& q, Values x, const Values& gate) {
  const std::size_t positions = x.size() / gate.size();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::int32_t by = gate[i / positions] - q.terms[1].zero;
    x[i] = q.rescaling[0].apply((x[i] - q.terms[0].zero) * by, q.zero_out);
  }
  return x;
}

Values run(const Int8Operation& q, const std::vector<const Values*>& inputs) {
  const Values& x = *inputs.front();
  return visit_integers(
      Overloaded{[&](const OneOf<Conv2dOp, LinearOp, AffineOp> auto&) {
                   return rescaled(q, weighted_sums(q, x));
                 },
                 [&](const MeanPooling auto&) { return avg_pool2d(q, x); },
                 [&](const MaxPooling auto&) { return max_pool2d(q, x); },
                 [&](const GroupNormOp& op) { return group_norm(q, op, x); },
                 [&](const PReLUOp&) { return prelu(q, x); },
                 [&](const UpsampleOp& op) { return upsample(q.what, op.scale, x); },
                 [&](const FunctionOp&) { return look_up(q.table, x); },
                 [&](const ZeroPad2dOp& op) {
                   return zero_pad2d(q.what, op.padding.before, static_cast<std::int8_t>(q.zero_in),
                                     x);
                 },
                 [&](const SumOp&) { return sum(q, inputs); },
                 [&](const ConcatOp&) { return concat(q, inputs); },
                 [&](const ScaleOp&) { return scale(q, x, *inputs[1]); }},
      q.what.op);
}

std::vector<float> logits_of_sums(const Int8Operation& last, const Values& x) {
  std::vector<float> logits;
  const Sums sums = weighted_sums(last, x);
  for (std::size_t k = 0; k < sums.size(); ++k) {
    logits.push_back(static_cast<float>(sums[k]) * last.logit_scale[k]);
  }
  return logits;
}

}  // namespace

std::int8_t Rescaling::apply(std::int32_t sum, std::int32_t zero) const {
  const std::int64_t product = std::int64_t{sum} * multiplier,
                     half = std::int64_t{1} << (shift - 1);
  const std::int64_t scaled =
      product >= 0 ? (product + half) >> shift : -((half - product) >> shift);
  return static_cast<std::int8_t>(std::clamp<std::int64_t>(scaled + zero, -128, 127));
}

std::vector<float> QuantizedNetwork::logits_of(std::vector<std::int8_t> image) const {
  const State& s = *state_;
  NodeValues<std::int8_t> values(std::move(image));
  std::int64_t last = 0;
  for (const Int8Operation& q : s.operations) {
    const std::vector<const Values*> inputs = values.inputs(q.what);
    if (!q.logit_scale.empty()) return logits_of_sums(q, *inputs.front());
    values.set(q.what, run(q, inputs));
    last = q.what.value;
  }
  std::vector<float> logits;
  for (const std::int8_t q : values.of(last)) {
    logits.push_back(static_cast<float>(q - s.logit_zero) * s.logit_scale);
  }
  return logits;
}

std::vector<float> QuantizedNetwork::logits(const std::uint8_t* pixels) const {
  require(state_->image.takes_bytes(), "integers: calibrated on images of floats, not of bytes");
  return logits_of(state_->image.of(pixels, element_count(state_->input)));
}

std::vector<float> QuantizedNetwork::logits(const float* numbers) const {
  require(!state_->image.takes_bytes(), "integers: calibrated on images of bytes, not of floats");
  return logits_of(state_->image.of(numbers, element_count(state_->input)));
}

std::vector<float> forward(const QuantizedNetwork& net, const Dataset& data, int threads) {
  require_image_shape(data, net.state().input);
  const std::int64_t width = element_count(net.state().output);
  std::vector<float> outputs(static_cast<std::size_t>(data.size() * width));
  ThreadTeam team(threads > 0 ? threads : available_cpus());
  team.run(data.size(), [&](std::int64_t n, int) {
    const auto logits = data.has_bytes() ? net.logits(data.image(n)) : net.logits(data.floats(n));
    std::ranges::copy(logits, outputs.begin() + n * width);
  });
  return outputs;
}

double evaluate_accuracy(const QuantizedNetwork& net, const Dataset& data, int threads) {
  require_classes(data, "the accuracy of integers");
  const std::vector<float> outputs = forward(net, data, threads);
  return top_k_accuracy_score({outputs, element_count(net.state().output)}, data.labels(), 1);
}

}  // namespace lenet
