// The layers by their definition: plain loops in double, one image at a time. What the kernels and
// the networks of the library are measured against.
#pragma once

#include <cstdint>
#include <vector>

#include "lenet/function.h"

namespace lenet::reference {

using Values = std::vector<double>;

/// A window sliding over an image of (channels, height, width).
struct Sliding {
  std::int64_t channels, height, width;
  std::int64_t kernel_height, kernel_width;
  std::int64_t stride_height = 1, stride_width = 1;
  std::int64_t pad_height = 0, pad_width = 0;    ///< before
  std::int64_t more_height = 0, more_width = 0;  ///< after, beyond that
  std::int64_t dilation_height = 1, dilation_width = 1;
  std::int64_t groups = 1;

  std::int64_t out_height() const {
    return (height + 2 * pad_height + more_height - (kernel_height - 1) * dilation_height - 1) /
               stride_height +
           1;
  }
  std::int64_t out_width() const {
    return (width + 2 * pad_width + more_width - (kernel_width - 1) * dilation_width - 1) /
               stride_width +
           1;
  }
};

/// y[o][h][w] = bias[o] + sum over c of o's group, i, j of
/// weight[o][c][i][j] * x[c][h * stride + i * dilation - pad][w * stride + j * dilation - pad].
/// `bias` holds one value an output channel, or none.
Values conv2d(const Sliding& s, std::int64_t out_channels, const Values& x, const Values& weight,
              const Values& bias);

struct Gradients {
  Values dx, dweight, dbias;
};

/// The derivatives of sum(dy * conv2d(x)) by its inputs.
Gradients conv2d_backward(const Sliding& s, std::int64_t out_channels, const Values& x,
                          const Values& weight, const Values& dy);

/// A window of a pooling on one axis: its elements, and what its mean divides by.
struct Span {
  std::int64_t first, last, divisor;
};

/// Windows side by side or overlapping, until one would reach over the padding; with ceil_mode also
/// the one that does, if it begins on the axis or the padding before it.
struct PoolAxis {
  std::int64_t size, kernel = 0, stride = kernel, padding = 0;
  bool ceil_mode = false, count_include_pad = true;

  std::vector<Span> spans() const;
};

/// Window i of `count` from floor(i size / count) to ceil((i + 1) size / count).
std::vector<Span> adaptive_spans(std::int64_t size, std::int64_t count);

/// An image of (channels, height, width) and the windows of its axes.
struct Pools {
  std::int64_t channels, height, width;
  std::vector<Span> rows, columns;

  std::int64_t windows() const { return std::ssize(rows) * std::ssize(columns); }
};

/// The mean of each window, or its maximum.
Values avg_pool2d(const Pools& p, const Values& x);
Values max_pool2d(const Pools& p, const Values& x);

/// The derivatives of sum(dy * pool(x)) by x; the first of equal maxima, row by row, takes it all.
Values avg_pool2d_backward(const Pools& p, const Values& dy);
Values max_pool2d_backward(const Pools& p, const Values& x, const Values& dy);

/// y[o] = bias[o] + sum over i of weight[o][i] * x[i]. `bias` may be empty.
Values linear(std::int64_t outputs, const Values& x, const Values& weight, const Values& bias);
Gradients linear_backward(std::int64_t outputs, const Values& x, const Values& weight,
                          const Values& dy);

/// (x - mean) / sqrt(variance + eps) * weight + bias, with the mean and the biased variance of each
/// channel over all images and positions. `weight` and `bias` hold one value a channel, or none.
struct ChannelNorm {
  std::int64_t channels;
  double eps = 1e-5;
};
std::vector<Values> batch_norm(const ChannelNorm& norm, const std::vector<Values>& images,
                               const Values& weight, const Values& bias);

double activation(Function::Kind kind, double x);
double activation_derivative(Function::Kind kind, double x);

double leaky_relu(double negative_slope, double x);
double silu(double x);
double scaled_tanh(double x);
double softplus(double x);
double relu6(double x);
double gelu(double x);
double gelu_tanh(double x);
double mish(double x);
double elu(double alpha, double x);
double hardsigmoid(double x);
double hardswish(double x);

/// -log softmax(logits)[label], and its derivatives by the logits.
double cross_entropy(const Values& logits, std::int64_t label);
Values cross_entropy_backward(const Values& logits, std::int64_t label);

}  // namespace lenet::reference
