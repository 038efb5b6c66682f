// A network in integers: what QuantizedNetwork runs and what the C of a device holds.
#pragma once

#include <cstdint>
#include <vector>

#include "export/calibrate.h"
#include "export/int8_input.h"
#include "lenet/quantize.h"
#include "nn/inference.h"

namespace lenet {

/// x = scale * (q - zero), q in [-128, 127]. 0 is exactly q = zero.
struct Affine8 {
  double scale = 1.0 / 255;
  std::int32_t zero = -128;

  /// Over the range. Where that is 0 alone, as behind a ReLU that lets nothing pass, from 0 to 1.
  static Affine8 over(const ValueRange& range);
  std::int8_t quantize(double x) const;
};

/// Multiplies a sum of 32 bits by a positive real number: sum * multiplier / 2^shift, rounded to
/// the nearest, halves away from 0.
struct Rescaling {
  std::int32_t multiplier;  ///< 2^30 to 2^31 - 1, or 0 for a factor that brings all sums to 0
  std::uint8_t shift;       ///< 1 to 62

  static Rescaling by(double factor);
  /// The product plus `zero`, saturated.
  std::int8_t apply(std::int32_t sum, std::int32_t zero) const;
};

/// The table that changes nothing.
bool is_identity(const Table8& table);

/// A value of a Sum: (q - zero) * weight is counted in a unit that all its values share.
struct Int8Term {
  std::int32_t weight, zero;
};

/// Of a GroupNorm, whose output is counted in 1 / 256 of its steps before it is rounded: what one
/// deviation comes to there is 256 gain; `bias` of the operation is counted so too.
struct GroupScale8 {
  float eps = 0;                 ///< in steps of the input, squared
  std::vector<float> gain = {};  ///< of each weight
};

struct Int8Operation {
  InferenceNode what;  ///< without its floats
  std::int32_t zero_in = 0, zero_out = 0;
  /// Conv2dOp, LinearOp, AffineOp: as `what` lays them out; PReLUOp: the signs of its slopes.
  std::vector<std::int8_t> weight = {};
  std::vector<std::int32_t> bias = {};  ///< one an output channel, at the scale of its sums
  /// One an output channel, one of a Sum; of a mean one for each pair of divisors of its axes; of
  /// a PReLU the slope above 0, and those below.
  std::vector<Rescaling> rescaling = {};
  GroupScale8 groups = {};              ///< of a GroupNorm
  std::vector<float> logit_scale = {};  ///< of a last Linear: its sums, times this, are the logits
  Table8 table = {};                    ///< elementwise: the value for q at q + 128
  /// Of a Sum, whose `rescaling` brings the unit to the output's; of a Scale the zeros of both.
  std::vector<Int8Term> terms = {};
  std::vector<Table8> tables = {};  ///< of a Concat: each value at the scale of the output
};

struct QuantizedNetwork::State {
  Shape input, output;
  Int8Input image;
  std::vector<Int8Operation> operations;
  std::int32_t logit_zero = 0;  ///< unless the last is a Linear, logits are (q - zero) * scale
  float logit_scale = 1;

  bool ends_in_sums() const {
    return !operations.empty() && !operations.back().logit_scale.empty();
  }
};

/// Throws Error (kUsage) unless the images have this shape.
void require_image_shape(const Dataset& data, const Shape& wanted);

}  // namespace lenet
