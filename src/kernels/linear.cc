#include "kernels/linear.h"

#include <algorithm>
#include <array>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/linear.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/correlation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

/// A matrix product with one pack: y[j] = bias[j] + sum over i of weight[i * row + j] * x[i].
void multiply(std::int64_t inputs, std::int64_t outputs, std::int64_t row, const float* weight,
              const float* bias, const float* x, float* y) {
  const Contraction k{.nc = 1,
                      .nh = 1,
                      .nw = inputs,
                      .xc = 0,
                      .xh = 0,
                      .xw = kPack,
                      .xp = 0,
                      .wc = 0,
                      .wh = 0,
                      .ww = row,
                      .yj = kPack,
                      .yp = 0,
                      .resume = false};
  const std::int64_t blocks = ceil_div(outputs, max_block(1));
  for (std::int64_t i = 0; i < blocks; ++i) {
    const Axis::Range part = balanced_part(outputs, blocks, i);
    contract(static_cast<int>(part.size()), 1, k, weight + part.first,
             bias ? bias + part.first : nullptr, x, y + part.first * kPack);
  }
}

void LinearForward(std::int64_t inputs, std::int64_t outputs, const float* weight_io,
                   const float* bias, const float* x, float* y) {
  multiply(inputs, outputs, outputs, weight_io, bias, x, y);
}

void LinearInputGradient(std::int64_t inputs, std::int64_t outputs, const float* weight,
                         const float* dy, float* dx) {
  multiply(outputs, inputs, inputs, weight, nullptr, dy, dx);
}

/// The first `count` floats at p, then zeros.
HWY_INLINE Vec load_first(std::int64_t count, const float* p) {
  const F32 d;
  if (count >= kLanes) return hn::LoadU(d, p);
  alignas(64) float part[kPack] = {};
  std::copy_n(p, std::max<std::int64_t>(count, 0), part);
  return hn::Load(d, part);
}

HWY_INLINE void store_first(std::int64_t count, Vec v, float* p) {
  const F32 d;
  if (count >= kLanes) return hn::StoreU(v, d, p);
  alignas(64) float part[kPack];
  hn::Store(v, d, part);
  std::copy_n(part, std::max<std::int64_t>(count, 0), p);
}

/// B rows of dweight by Q panels of x, of which `columns` features count; dy points at the block's
/// first output.
template <int B, int Q>
void outer_product_block(const LinearGradient& k, std::int64_t columns, Panels x, const float* dy,
                         float* dweight) {
  const F32 d;
  Vec sum[B][Q * kVectors];
#pragma GCC unroll 32
  for (int j = 0; j < B; ++j) {
#pragma GCC unroll 32
    for (int q = 0; q < Q * kVectors; ++q) {
      sum[j][q] = k.accumulate
                      ? load_first(columns - q * kLanes, dweight + j * k.inputs + q * kLanes)
                      : hn::Zero(d);
    }
  }
  const float* xn = x.data;
  for (std::int64_t n = 0; n < k.images; ++n, xn += kPack, dy += kPack) {
    Vec in[Q * kVectors];
#pragma GCC unroll 32
    for (int q = 0; q < Q * kVectors; ++q) {
      in[q] = hn::Load(d, xn + q / kVectors * x.stride + q % kVectors * kLanes);
    }
#pragma GCC unroll 32
    for (int j = 0; j < B; ++j) {
      const Vec delta = hn::Set(d, dy[j]);
#pragma GCC unroll 32
      for (int q = 0; q < Q * kVectors; ++q) sum[j][q] = hn::MulAdd(delta, in[q], sum[j][q]);
    }
  }
#pragma GCC unroll 32
  for (int j = 0; j < B; ++j) {
#pragma GCC unroll 32
    for (int q = 0; q < Q * kVectors; ++q) {
      store_first(columns - q * kLanes, sum[j][q], dweight + j * k.inputs + q * kLanes);
    }
  }
}

using OuterProductBlock = void (*)(const LinearGradient&, std::int64_t, Panels, const float*,
                                   float*);

/// Panels of x in a block.
inline constexpr int kPanels = kVectors == 1 ? 3 : 1;

template <int Q, int... kB>
constexpr auto outer_product_blocks(std::integer_sequence<int, kB...>) {
  return std::array<OuterProductBlock, sizeof...(kB)>{&outer_product_block<kB + 1, Q>...};
}

/// outer_product_block<1..max_block(kPanels), Q>, indexed by B - 1.
template <int Q>
inline constexpr auto kOuterProductBlocks =
    outer_product_blocks<Q>(std::make_integer_sequence<int, max_block(kPanels)>());

OuterProductBlock outer_product(std::int64_t outputs, std::int64_t panels) {
  const auto b = static_cast<std::size_t>(outputs - 1);
  if (panels == kPanels) return kOuterProductBlocks<kPanels>[b];
  return panels == 2 ? kOuterProductBlocks<2>[b] : kOuterProductBlocks<1>[b];
}

void bias_gradient(const LinearGradient& k, const float* dy, float* dbias) {
  const std::int64_t outputs = k.last_output - k.first_output;
  if (!k.accumulate) std::fill_n(dbias, outputs, 0.0f);
  for (std::int64_t n = 0; n < k.images; ++n) {
    for (std::int64_t j = 0; j < outputs; ++j) dbias[j] += dy[n * kPack + j];
  }
}

void LinearWeightGradient(const LinearGradient& k, Panels x, Panels dy, float* dweight,
                          float* dbias) {
  const float* dy_first = dy.data + k.first_output / kPack * dy.stride + k.first_output % kPack;
  const std::int64_t outputs = k.last_output - k.first_output;
  const std::int64_t output_blocks = ceil_div(outputs, max_block(kPanels));
  const std::int64_t panels = ceil_div(k.inputs, kPack);
  const std::int64_t panel_blocks = ceil_div(panels, kPanels);
  for (std::int64_t p = 0; p < panel_blocks; ++p) {
    const Axis::Range panel = balanced_part(panels, panel_blocks, p);
    const std::int64_t column = panel.first * kPack;
    for (std::int64_t b = 0; b < output_blocks; ++b) {
      const Axis::Range output = balanced_part(outputs, output_blocks, b);
      outer_product(output.size(), panel.size())(
          k, k.inputs - column, {x.data + panel.first * x.stride, x.stride},
          dy_first + output.first, dweight + output.first * k.inputs + column);
    }
  }
  if (dbias) bias_gradient(k, dy_first, dbias);
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(LinearForward);
HWY_EXPORT(LinearInputGradient);
HWY_EXPORT(LinearWeightGradient);

void linear_forward(std::int64_t inputs, std::int64_t outputs, const float* weight_io,
                    const float* bias, const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(LinearForward)(inputs, outputs, weight_io, bias, x, y);
}

void linear_input_gradient(std::int64_t inputs, std::int64_t outputs, const float* weight,
                           const float* dy, float* dx) {
  HWY_DYNAMIC_DISPATCH(LinearInputGradient)(inputs, outputs, weight, dy, dx);
}

void linear_weight_gradient(const LinearGradient& part, Panels x, Panels dy, float* dweight,
                            float* dbias) {
  HWY_DYNAMIC_DISPATCH(LinearWeightGradient)(part, x, dy, dweight, dbias);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
