#include "reference/layers.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>

namespace lenet::reference {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Calls f(y, x, tap) for every place (c, h, w) of the window and each of its taps that lies on the
/// image, given as indices within one channel's output, the whole image, and one channel's kernel.
template <class F>
void for_each_tap(const Sliding& s, std::int64_t c, F f) {
  for (std::int64_t h = 0; h < s.out_height(); ++h) {
    for (std::int64_t w = 0; w < s.out_width(); ++w) {
      for (std::int64_t i = 0; i < s.kernel_height; ++i) {
        for (std::int64_t j = 0; j < s.kernel_width; ++j) {
          const std::int64_t row = h * s.stride_height + i * s.dilation_height - s.pad_height;
          const std::int64_t column = w * s.stride_width + j * s.dilation_width - s.pad_width;
          if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
          f(h * s.out_width() + w, (c * s.height + row) * s.width + column, i * s.kernel_width + j);
        }
      }
    }
  }
}

std::int64_t out_plane(const Sliding& s) { return s.out_height() * s.out_width(); }
std::int64_t taps(const Sliding& s) { return s.kernel_height * s.kernel_width; }

/// Channels that an output channel of a convolution sees, and the k-th of output channel o.
std::int64_t seen(const Sliding& s) { return s.channels / s.groups; }
std::int64_t channel_seen(const Sliding& s, std::int64_t out_channels, std::int64_t o,
                          std::int64_t k) {
  return o / (out_channels / s.groups) * seen(s) + k;
}

/// Calls f(y, x, divisor) for every window and each of its elements, given as indices in the whole
/// output and the whole image.
template <class F>
void for_each_element(const Pools& p, F f) {
  std::int64_t place = 0;
  for (std::int64_t c = 0; c < p.channels; ++c) {
    for (const Span& row : p.rows) {
      for (const Span& column : p.columns) {
        for (std::int64_t h = row.first; h < row.last; ++h) {
          for (std::int64_t w = column.first; w < column.last; ++w) {
            f(at(place), at((c * p.height + h) * p.width + w),
              static_cast<double>(row.divisor * column.divisor));
          }
        }
        ++place;
      }
    }
  }
}

/// The place in x of each window's maximum.
std::vector<std::size_t> places_of_maxima(const Pools& p, const Values& x) {
  constexpr std::size_t kNone = SIZE_MAX;
  std::vector<std::size_t> best(at(p.channels * p.windows()), kNone);
  for_each_element(p, [&](std::size_t y, std::size_t place, double) {
    if (best[y] == kNone || x[place] > x[best[y]]) best[y] = place;
  });
  return best;
}

}  // namespace

Values conv2d(const Sliding& s, std::int64_t out_channels, const Values& x, const Values& weight,
              const Values& bias) {
  Values y(at(out_channels * out_plane(s)));
  for (std::int64_t o = 0; o < out_channels; ++o) {
    for (std::int64_t i = 0; i < out_plane(s); ++i) {
      y[at(o * out_plane(s) + i)] = bias.empty() ? 0 : bias[at(o)];
    }
    for (std::int64_t k = 0; k < seen(s); ++k) {
      for_each_tap(s, channel_seen(s, out_channels, o, k),
                   [&](std::int64_t place, std::int64_t from, std::int64_t tap) {
                     y[at(o * out_plane(s) + place)] +=
                         weight[at((o * seen(s) + k) * taps(s) + tap)] * x[at(from)];
                   });
    }
  }
  return y;
}

Gradients conv2d_backward(const Sliding& s, std::int64_t out_channels, const Values& x,
                          const Values& weight, const Values& dy) {
  Gradients d{Values(x.size()), Values(weight.size()), Values(at(out_channels))};
  for (std::int64_t o = 0; o < out_channels; ++o) {
    for (std::int64_t i = 0; i < out_plane(s); ++i) d.dbias[at(o)] += dy[at(o * out_plane(s) + i)];
    for (std::int64_t k = 0; k < seen(s); ++k) {
      for_each_tap(s, channel_seen(s, out_channels, o, k),
                   [&](std::int64_t place, std::int64_t from, std::int64_t tap) {
                     const double delta = dy[at(o * out_plane(s) + place)];
                     const std::size_t w = at((o * seen(s) + k) * taps(s) + tap);
                     d.dx[at(from)] += weight[w] * delta;
                     d.dweight[w] += x[at(from)] * delta;
                   });
    }
  }
  return d;
}

std::vector<Span> PoolAxis::spans() const {
  std::vector<Span> spans;
  std::int64_t reached = -padding;
  for (std::int64_t start = -padding;; start += stride) {
    const bool fits = start + kernel <= size + padding;
    const bool over = ceil_mode && reached < size + padding && start < size;
    if (!fits && !over) return spans;
    reached = start + kernel;
    const std::int64_t first = std::max<std::int64_t>(start, 0), last = std::min(reached, size);
    const std::int64_t counted = std::min(reached, size + padding) - start;
    spans.push_back({first, last, count_include_pad ? counted : last - first});
  }
}

std::vector<Span> adaptive_spans(std::int64_t size, std::int64_t count) {
  std::vector<Span> spans;
  const double step = static_cast<double>(size) / static_cast<double>(count);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto begin = static_cast<double>(i) * step, end = static_cast<double>(i + 1) * step;
    const auto first = static_cast<std::int64_t>(std::floor(begin + 1e-9));
    const auto last = static_cast<std::int64_t>(std::ceil(end - 1e-9));
    spans.push_back({first, last, last - first});
  }
  return spans;
}

Values avg_pool2d(const Pools& p, const Values& x) {
  Values y(at(p.channels * p.windows()));
  for_each_element(
      p, [&](std::size_t to, std::size_t from, double divisor) { y[to] += x[from] / divisor; });
  return y;
}

Values max_pool2d(const Pools& p, const Values& x) {
  Values y;
  for (const std::size_t place : places_of_maxima(p, x)) y.push_back(x[place]);
  return y;
}

Values avg_pool2d_backward(const Pools& p, const Values& dy) {
  Values dx(at(p.channels * p.height * p.width));
  for_each_element(
      p, [&](std::size_t to, std::size_t from, double divisor) { dx[from] += dy[to] / divisor; });
  return dx;
}

Values max_pool2d_backward(const Pools& p, const Values& x, const Values& dy) {
  Values dx(x.size());
  const std::vector<std::size_t> places = places_of_maxima(p, x);
  for (std::size_t i = 0; i < places.size(); ++i) dx[places[i]] += dy[i];
  return dx;
}

Values linear(std::int64_t outputs, const Values& x, const Values& weight, const Values& bias) {
  Values y(at(outputs));
  for (std::size_t o = 0; o < y.size(); ++o) {
    y[o] = bias.empty() ? 0 : bias[o];
    for (std::size_t i = 0; i < x.size(); ++i) y[o] += weight[o * x.size() + i] * x[i];
  }
  return y;
}

Gradients linear_backward(std::int64_t outputs, const Values& x, const Values& weight,
                          const Values& dy) {
  Gradients d{Values(x.size()), Values(weight.size()), dy};
  for (std::size_t o = 0; o < at(outputs); ++o) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      d.dx[i] += weight[o * x.size() + i] * dy[o];
      d.dweight[o * x.size() + i] = x[i] * dy[o];
    }
  }
  return d;
}

std::vector<Values> batch_norm(const ChannelNorm& norm, const std::vector<Values>& images,
                               const Values& weight, const Values& bias) {
  const std::size_t positions = images.front().size() / at(norm.channels);
  const auto count = static_cast<double>(images.size() * positions);
  std::vector<Values> y = images;
  for (std::size_t c = 0; c < at(norm.channels); ++c) {
    const auto for_each = [&](auto f) {
      for (Values& image : y) {
        for (std::size_t i = c * positions; i < (c + 1) * positions; ++i) f(image[i]);
      }
    };
    double mean = 0, variance = 0;
    for_each([&](double v) { mean += v / count; });
    for_each([&](double v) { variance += (v - mean) * (v - mean) / count; });
    for_each([&](double& v) {
      v = (v - mean) / std::sqrt(variance + norm.eps);
      if (!weight.empty()) v = v * weight[c] + bias[c];
    });
  }
  return y;
}

double leaky_relu(double negative_slope, double x) { return x > 0 ? x : negative_slope * x; }

double silu(double x) { return x / (1 + std::exp(-x)); }

double scaled_tanh(double x) { return 1.7159 * std::tanh(2 * x / 3); }

double softplus(double x) { return std::log(1 + std::exp(x)); }

double relu6(double x) { return std::min(std::max(0.0, x), 6.0); }

double hardsigmoid(double x) { return relu6(x + 3) / 6; }

double hardswish(double x) { return x * relu6(x + 3) / 6; }

double elu(double alpha, double x) { return x > 0 ? x : alpha * (std::exp(x) - 1); }

double mish(double x) { return x * std::tanh(softplus(x)); }

double gelu(double x) { return x * (1 + std::erf(x / std::sqrt(2))) / 2; }

double gelu_tanh(double x) {
  const double u = std::sqrt(2 / std::acos(-1)) * (x + 0.044715 * x * x * x);
  return x * (1 + std::tanh(u)) / 2;
}

double activation(Function::Kind kind, double x) {
  if (kind == Function::Kind::kIdentity) return x;
  if (kind == Function::Kind::kSigmoid) return 1 / (1 + std::exp(-x));
  if (kind == Function::Kind::kReLU) return x < 0 ? 0 : x;
  if (kind == Function::Kind::kTanh) return std::tanh(x);
  throw std::invalid_argument("activation");
}

double activation_derivative(Function::Kind kind, double x) {
  const double y = activation(kind, x);
  if (kind == Function::Kind::kIdentity) return 1;
  if (kind == Function::Kind::kSigmoid) return y * (1 - y);
  if (kind == Function::Kind::kReLU) return x > 0 ? 1 : 0;
  return 1 - y * y;
}

double cross_entropy(const Values& logits, std::int64_t label) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const double z : logits) sum += std::exp(z - largest);
  return std::log(sum) + (largest - logits[at(label)]);
}

Values cross_entropy_backward(const Values& logits, std::int64_t label) {
  Values d;
  for (std::size_t k = 0; k < logits.size(); ++k) {
    const double probability = std::exp(-cross_entropy(logits, static_cast<std::int64_t>(k)));
    d.push_back(probability - (static_cast<std::int64_t>(k) == label ? 1 : 0));
  }
  return d;
}

}  // namespace lenet::reference
