// The integers of a device, on this machine.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "base/thread_team.h"
#include "export/deployed.h"
#include "export/int8_network.h"
#include "export/loops.h"

namespace lenet {
namespace {

using Kind = Operation::Kind;
using Values = std::vector<std::int8_t>;

/// weight * (x - zero), summed on top of the bias: (channels, positions).
std::vector<std::int32_t> weighted_sums(const Int8Operation& q, const Values& x) {
  const auto channels = static_cast<std::int64_t>(q.bias.size());
  const std::int64_t row = std::ssize(q.weight) / channels;
  const std::int64_t positions = element_count(q.what.output) / channels;
  std::vector<std::int32_t> sums;
  sums.reserve(static_cast<std::size_t>(channels * positions));
  for (std::int64_t c = 0; c < channels; ++c) {
    sums.insert(sums.end(), static_cast<std::size_t>(positions),
                q.bias[static_cast<std::size_t>(c)]);
    std::int32_t* of_channel = sums.data() + c * positions;
    const std::int8_t* weight = q.weight.data() + c * row;
    const auto add = [&](std::int32_t sum, std::int8_t v, std::int32_t w) {
      return sum + w * (v - q.zero_in);
    };
    if (q.what.kind == Kind::kConv2d) {
      conv2d_channel(q.what, weight, q.zero_in, x.data(), of_channel);
    } else if (q.what.kind == Kind::kLinear) {
      for (std::int64_t i = 0; i < row; ++i)
        *of_channel = add(*of_channel, x[static_cast<std::size_t>(i)], weight[i]);
    } else {
      for (std::int64_t i = 0; i < positions; ++i)
        of_channel[i] = add(of_channel[i], x[static_cast<std::size_t>(c * positions + i)], *weight);
    }
  }
  return sums;
}

Values rescaled(const Int8Operation& q, const std::vector<std::int32_t>& sums) {
  Values y;
  y.reserve(sums.size());
  const std::size_t positions = sums.size() / q.rescaling.size();
  for (std::size_t i = 0; i < sums.size(); ++i) {
    y.push_back(q.rescaling[i / positions].apply(sums[i], q.zero_out));
  }
  return y;
}

Values avg_pool2d(const Int8Operation& q, const Values& x) {
  std::vector<std::int32_t> sums(static_cast<std::size_t>(element_count(q.what.output)));
  for_each_window(q.what, x.data(), [&](std::int64_t output, auto each) {
    each([&](std::int8_t v) { sums[static_cast<std::size_t>(output)] += v - q.zero_in; });
  });
  return rescaled(q, sums);
}

Values apply(const Int8Operation& q, Values x) {
  if (is_weighted(q.what.kind)) return rescaled(q, weighted_sums(q, x));
  if (q.what.kind == Kind::kAvgPool2d) return avg_pool2d(q, x);
  if (q.what.kind == Kind::kMaxPool2d) {
    Values y(static_cast<std::size_t>(element_count(q.what.output)));
    max_pool2d<std::int8_t>(q.what, -128, x.data(), y.data());
    return y;
  }
  for (std::int8_t& v : x) v = q.table[static_cast<std::size_t>(v + 128)];
  return x;
}

Values look_up(const QuantizedNetwork::State& state, const std::uint8_t* pixels) {
  Values x(static_cast<std::size_t>(element_count(state.input)));
  const std::size_t plane = x.size() / state.pixels.size();
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = state.pixels[i / plane][pixels[i]];
  return x;
}

std::vector<float> logits_of_sums(const Int8Operation& last, const Values& x) {
  std::vector<float> logits;
  const std::vector<std::int32_t> sums = weighted_sums(last, x);
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

std::vector<float> QuantizedNetwork::logits(const std::uint8_t* pixels) const {
  const State& s = *state_;
  Values x = look_up(s, pixels);
  const std::size_t in_integers = s.operations.size() - s.ends_in_sums();
  for (std::size_t i = 0; i < in_integers; ++i) x = apply(s.operations[i], std::move(x));
  if (s.ends_in_sums()) return logits_of_sums(s.operations.back(), x);
  std::vector<float> logits;
  for (const std::int8_t q : x) {
    logits.push_back(static_cast<float>(q - s.logit_zero) * s.logit_scale);
  }
  return logits;
}

double evaluate_accuracy(const QuantizedNetwork& net, const Dataset& data, int threads) {
  require_shape(data, net.state().input);
  ThreadTeam team(threads > 0 ? threads : available_cpus());
  std::vector<std::uint8_t> right(static_cast<std::size_t>(data.size()));
  team.run(data.size(), [&](std::int64_t n, int) {
    const std::vector<float> y = net.logits(data.image(n));
    const auto predicted = std::ranges::max_element(y) - y.begin();
    right[static_cast<std::size_t>(n)] = predicted == data.label(n);
  });
  return static_cast<double>(std::accumulate(right.begin(), right.end(), std::int64_t{0})) /
         static_cast<double>(data.size());
}

}  // namespace lenet
