// Packs of random floats, one image of a pack as the reference takes it, and the comparison.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "base/aligned.h"
#include "lenet/pack.h"
#include "reference/layers.h"

namespace lenet {

/// Uniform in [-1, 1), as exact floats.
inline std::vector<float> random_floats(std::int64_t count, std::uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& v : values) v = static_cast<float>(engine() >> 8) * 0x1p-23f - 1;
  return values;
}

inline AlignedFloats aligned(const std::vector<float>& values) {
  AlignedFloats copy(static_cast<std::int64_t>(values.size()));
  std::copy(values.begin(), values.end(), copy.data());
  return copy;
}

/// Memory for a kernel to write: NaN where it does not.
inline AlignedFloats unwritten(std::int64_t count) {
  return aligned(
      std::vector<float>(static_cast<std::size_t>(count), std::numeric_limits<float>::quiet_NaN()));
}

inline reference::Values to_double(const float* values, std::int64_t count) {
  return {values, values + count};
}

/// Image `lane` of a pack.
inline reference::Values lane_of(const float* pack, std::int64_t elements, std::int64_t lane) {
  reference::Values image;
  for (std::int64_t i = 0; i < elements; ++i) image.push_back(pack[i * kPack + lane]);
  return image;
}

inline reference::Values absolute(reference::Values values) {
  for (double& v : values) v = std::abs(v);
  return values;
}

inline void add_to(reference::Values& sum, const reference::Values& values) {
  sum.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) sum[i] += values[i];
}

/// The error that a float sum of n products may have, as a share of the sum of their absolute
/// values: half an ulp each for n products and n sums, in the first order.
inline double sum_tolerance(std::int64_t n) {
  return static_cast<double>(n + 1) * std::numeric_limits<float>::epsilon();
}

/// Expects |got - want| <= tolerance * magnitude, value by value. The first miss is shown.
inline void expect_near(const reference::Values& got, const reference::Values& want,
                        const reference::Values& magnitude, double tolerance, const char* what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double bound = tolerance * magnitude[i];
    if (std::abs(got[i] - want[i]) <= bound) continue;
    ADD_FAILURE() << what << "[" << i << "] is " << got[i] << ", want " << want[i] << " +- "
                  << bound;
    return;
  }
}

}  // namespace lenet
