// Running times and running sums (D2L's Timer and Accumulator).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// Several spans of time. Starts when made.
class Timer {
 public:
  Timer() { start(); }

  void start();

  /// Ends a span and returns the seconds that it took.
  double stop();

  /// Seconds of the span so far.
  double elapsed() const;

  double sum() const { return sum_; }  ///< seconds of all spans
  double avg() const { return sum_ / static_cast<double>(spans_); }

 private:
  double begin_ = 0;  ///< seconds of a clock that is never set back
  double sum_ = 0;
  std::int64_t spans_ = 0;
};

/// Sums over n variables.
class Accumulator {
 public:
  explicit Accumulator(std::int64_t n) : data_(static_cast<std::size_t>(n)) {}

  /// Adds to the first values.size() <= n variables.
  void add(std::initializer_list<double> values) {
    auto sum = data_.begin();
    for (const double value : values) *sum++ += value;
  }

  void reset() { data_.assign(data_.size(), 0.0); }
  double operator[](std::int64_t i) const { return data_[static_cast<std::size_t>(i)]; }

 private:
  std::vector<double> data_;
};

}  // namespace lenet
