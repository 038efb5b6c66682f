// A fully connected layer on one pack, and its weight gradient over a batch.
#pragma once

#include <cstdint>

namespace lenet::kernels {

/// y[o] = bias[o] + sum over i of weight[o][i] * x[i].
///
/// weight_io: the weights laid out (inputs, outputs). bias may be null. x: (inputs, kPack), y:
/// (outputs, kPack), aligned to 64 bytes.
void linear_forward(std::int64_t inputs, std::int64_t outputs, const float* weight_io,
                    const float* bias, const float* x, float* y);

/// dx[i] = sum over o of weight[o][i] * dy[o]. weight: (outputs, inputs).
void linear_input_gradient(std::int64_t inputs, std::int64_t outputs, const float* weight,
                           const float* dy, float* dx);

/// Features of many images in panels of kPack features: feature f of image n is at
/// data[f / kPack * stride + n * kPack + f % kPack]. What the last panel holds beyond the features
/// is finite.
struct Panels {
  const float* data;
  std::int64_t stride;  ///< floats from panel to panel: kPack * room for images
};

/// Which part of a weight gradient to compute, and from how many images.
struct LinearGradient {
  std::int64_t inputs, images;
  std::int64_t first_output, last_output;  ///< half open, within one panel of dy
  bool accumulate;                         ///< add to dweight and dbias in place of overwriting
};

/// dweight[o][i] = sum over images n, in order, of dy[n][o] * x[n][i]; dbias[o] = sum of dy[n][o].
///
/// dweight: row first_output of (outputs, inputs). dbias: its element first_output, or null.
void linear_weight_gradient(const LinearGradient& part, Panels x, Panels dy, float* dweight,
                            float* dbias);

}  // namespace lenet::kernels
