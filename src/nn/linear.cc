#include "kernels/linear.h"

#include <fmt/format.h>

#include <algorithm>

#include "kernels/image.h"
#include "kernels/transpose.h"
#include "lenet/error.h"
#include "lenet/layers.h"
#include "nn/torch_inputs.h"
#include "nn/user_layer.h"
#include "nn/weight_matrix.h"
#include "nn/window.h"

namespace lenet {
namespace {

/// Turns a pack (features, kPack) into its rows of the panels.
void leave_rows(std::int64_t features, const float* pack, std::int64_t stride, float* rows) {
  for (std::int64_t f = 0; f < features; f += kPack, pack += kPack * kPack, rows += stride) {
    kernels::transpose(std::min(kPack, features - f), kPack, {pack, kPack}, {rows, kPack});
  }
}

/// The sums over the lanes of one pack.
void gradient_of_pack(std::int64_t inputs, std::int64_t outputs, const BackwardPass& pass,
                      float* dweight, float* dbias) {
  const auto product = [](const float* a, const float* b) {
    float sum = 0;
    for (std::int64_t lane = 0; lane < kPack; ++lane) sum += a[lane] * (b ? b[lane] : 1.0f);
    return sum;
  };
  for (std::int64_t o = 0; o < outputs; ++o) {
    const float* dy = pass.dy + o * kPack;
    for (std::int64_t i = 0; i < inputs; ++i) *dweight++ = product(dy, pass.x + i * kPack);
    if (dbias) dbias[o] = product(dy, nullptr);
  }
}

}  // namespace

Linear::Linear(const Options& options) : options_(options) {
  require_at_least(1, options_.out_features, text(), "out_features");
}

std::string Linear::text() const {
  return fmt::format("Linear({}{})", options_.out_features, options_.bias ? "" : ", bias=False");
}

Operation Linear::operation() const { return exactly(*this, LinearOp()); }

Shape Linear::infer(const Shape& input) {
  if (input.size() != 1) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: the input has shape {}, want one number of "
                                               "features; put a Flatten before it",
                                               text(), to_string(input)));
  }
  require_inputs(options_.in_features, input, text(), "features");
  inputs_ = input[0];
  return {options_.out_features};
}

void Linear::forward(const ForwardPass& pass) const {
  const WeightMatrix matrix{options_.out_features, inputs_, options_.bias};
  kernels::linear_forward(inputs_, options_.out_features, pass.prepared,
                          bias_of(matrix, pass.parameters), pass.x, pass.y);
}

void Linear::forward_image(const ImagePass& pass) const {
  const WeightMatrix matrix{options_.out_features, inputs_, options_.bias};
  kernels::image_linear(inputs_, options_.out_features, pass.prepared,
                        bias_of(matrix, pass.parameters), pass.x, pass.y);
}

/// The pass of a class that derives from this one has no panels.
void Linear::backward(const BackwardPass& pass) const {
  if (pass.trains && pass.x_rows) {
    leave_rows(inputs_, pass.x, pass.panel_stride, pass.x_rows);
    leave_rows(options_.out_features, pass.dy, pass.panel_stride, pass.dy_rows);
  } else if (pass.trains) {
    float* dweight = pass.dparameters.data();
    gradient_of_pack(inputs_, options_.out_features, pass, dweight,
                     options_.bias ? dweight + multiply_adds() : nullptr);
  }
  if (pass.dx) {
    kernels::linear_input_gradient(inputs_, options_.out_features, weight_of(pass.parameters),
                                   pass.dy, pass.dx);
  }
}

std::vector<ParameterInfo> Linear::parameters() const {
  return weight_and_bias({options_.out_features, inputs_, options_.bias},
                         {options_.out_features, inputs_});
}

/// The weight (out, in) as (in, out), for the forward pass.
void Linear::prepare(const UpdatePart& part, std::span<const float> parameters,
                     float* prepared) const {
  kernels::transpose(part.last_row - part.first_row, inputs_,
                     {weight_of(parameters) + part.first_row * inputs_, inputs_},
                     {prepared + part.first_row, options_.out_features});
}

std::vector<UpdatePart> Linear::update_parts() const {
  return row_parts({options_.out_features, inputs_, options_.bias}, 8);
}

void Linear::gradient_part(const UpdatePart& part, const BatchPanels& batch, bool accumulate,
                           std::span<float> dparameters) const {
  float* d = dparameters.data();
  kernels::linear_weight_gradient({.inputs = inputs_,
                                   .images = batch.images,
                                   .first_output = part.first_row,
                                   .last_output = part.last_row,
                                   .accumulate = accumulate},
                                  {batch.x, batch.stride}, {batch.dy, batch.stride},
                                  d + part.weight.first,
                                  options_.bias ? d + part.bias.first : nullptr);
}

}  // namespace lenet
