#include <algorithm>

#include "cpu/stage.h"
#include "cpu/weight_rows.h"
#include "kernels/image.h"
#include "kernels/linear.h"
#include "kernels/transpose.h"

namespace lenet::cpu {
namespace {

/// Turns a pack (features, kPack) into its rows of the panels.
void leave_rows(std::int64_t features, const float* pack, std::int64_t stride, float* rows) {
  for (std::int64_t f = 0; f < features; f += kPack, pack += kPack * kPack, rows += stride) {
    kernels::transpose(std::min(kPack, features - f), kPack, {pack, kPack}, {rows, kPack});
  }
}

/// The sums over the lanes of one pack.
void gradient_of_pack(const WeightMatrix& matrix, const PackBackward& pass) {
  const auto product = [](const float* a, const float* b) {
    float sum = 0;
    for (std::int64_t lane = 0; lane < kPack; ++lane) sum += a[lane] * (b ? b[lane] : 1.0f);
    return sum;
  };
  float* dweight = pass.dparameters.data();
  float* dbias = matrix.bias ? dweight + matrix.size() : nullptr;
  for (std::int64_t o = 0; o < matrix.outputs; ++o) {
    const float* dy = pass.dy + o * kPack;
    for (std::int64_t i = 0; i < matrix.columns; ++i) *dweight++ = product(dy, pass.x + i * kPack);
    if (dbias) dbias[o] = product(dy, nullptr);
  }
}

class LinearStage final : public CpuStage {
 public:
  explicit LinearStage(const WeightMatrix& matrix)
      : CpuStage({.backward_in_place = true,
                  .gradient_over_batch = true,
                  .image_scratch = 0,
                  .packed_size = matrix.size(),
                  .parts = row_parts(matrix, 8)}),
        matrix_(matrix) {}

  void forward(const PackForward& pass) const override {
    kernels::linear_forward(matrix_.columns, matrix_.outputs, pass.packed,
                            bias_of(matrix_, pass.parameters), pass.x, pass.y);
  }

  /// Outside a trainer there are no panels.
  void backward(const PackBackward& pass) const override {
    if (pass.trains && pass.rows.x) {
      leave_rows(matrix_.columns, pass.x, pass.rows.stride, pass.rows.x);
      leave_rows(matrix_.outputs, pass.dy, pass.rows.stride, pass.rows.dy);
    } else if (pass.trains) {
      gradient_of_pack(matrix_, pass);
    }
    if (pass.dx) {
      kernels::linear_input_gradient(matrix_.columns, matrix_.outputs, weight_of(pass.parameters),
                                     pass.dy, pass.dx);
    }
  }

  void forward_image(const ImageForward& pass) const override {
    kernels::image_linear(matrix_.columns, matrix_.outputs, pass.packed,
                          bias_of(matrix_, pass.parameters), pass.x, pass.y);
  }

  /// The weight (out, in) as (in, out), for the forward pass.
  void pack_weights(const UpdatePart& part, std::span<const float> parameters,
                    float* packed) const override {
    kernels::transpose(part.last_row - part.first_row, matrix_.columns,
                       {weight_of(parameters) + part.first_row * matrix_.columns, matrix_.columns},
                       {packed + part.first_row, matrix_.outputs});
  }

  void gradient_part(const UpdatePart& part, const BatchPanels& batch, bool accumulate,
                     std::span<float> dparameters) const override {
    float* d = dparameters.data();
    kernels::linear_weight_gradient({.inputs = matrix_.columns,
                                     .images = batch.images,
                                     .first_output = part.first_row,
                                     .last_output = part.last_row,
                                     .accumulate = accumulate},
                                    {batch.x, batch.stride}, {batch.dy, batch.stride},
                                    d + part.weight.first,
                                    matrix_.bias ? d + part.bias.first : nullptr);
  }

 private:
  WeightMatrix matrix_;
};

}  // namespace

std::unique_ptr<CpuStage> stage_for(const LinearOp& op, const StageShape& shape) {
  return std::make_unique<LinearStage>(WeightMatrix{shape.output[0], shape.input[0], op.bias});
}

}  // namespace lenet::cpu
