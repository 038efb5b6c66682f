// Losses of an output x with a target t by their formulas, for the card and for what the SIMD
// kernels are compared with.
#pragma once

#include <cmath>

#include "base/function_formula.h"
#include "base/host_device.h"

namespace lenet::formula {

// value(x, t), its derivative by x, and score(x, t), whose mean over the outputs is an example's
// metric.

/// Its score is the absolute error.
template <class T>
struct SquaredError {
  LENET_HOST_DEVICE static T value(T x, T t) { return (x - t) * (x - t); }
  LENET_HOST_DEVICE static T derivative(T x, T t) { return 2 * (x - t); }
  LENET_HOST_DEVICE static T score(T x, T t) { return std::abs(x - t); }
};

/// As torch.nn.L1Loss, whose derivative is 0 where both are the same.
template <class T>
struct AbsoluteError {
  LENET_HOST_DEVICE static T value(T x, T t) { return std::abs(x - t); }
  LENET_HOST_DEVICE static T derivative(T x, T t) { return x > t ? T(1) : x < t ? T(-1) : T(0); }
  LENET_HOST_DEVICE static T score(T x, T t) { return std::abs(x - t); }
};

/// -t log s - (1 - t) log(1 - s) with s = sigmoid(x). Its score is 1 where x says the label of t,
/// which is there from 0.5 on, else 0.
template <class T>
struct BinaryCrossEntropy {
  LENET_HOST_DEVICE static T value(T x, T t) {
    return (x > 0 ? x : T(0)) - x * t + std::log1p(std::exp(-std::abs(x)));
  }
  LENET_HOST_DEVICE static T derivative(T x, T t) { return sigmoid(x) - t; }
  LENET_HOST_DEVICE static T score(T x, T t) { return (x > 0) == (t >= T(0.5)) ? T(1) : T(0); }
};

}  // namespace lenet::formula
