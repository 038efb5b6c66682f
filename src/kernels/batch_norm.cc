#include "kernels/batch_norm.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/batch_norm.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

inline constexpr std::int64_t kSums = 4;  ///< running sums: one alone would wait for each addition

/// Two sums over all positions at once: f(position, lane, sum a, sum b) adds to both. Each is kSums
/// running sums, their total lane by lane, then the sum over the lanes: the same order on every
/// target.
template <class F>
HWY_INLINE void sum_channel(std::int64_t positions, F f, float& a, float& b) {
  const F32 d;
  const auto total = [](const Vec(&sum)[kSums]) HWY_ATTR {
    return hn::Add(hn::Add(sum[0], sum[1]), hn::Add(sum[2], sum[3]));
  };
  Vec total_a[kVectors], total_b[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    Vec sum_a[kSums] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    Vec sum_b[kSums] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    std::int64_t i = 0;
    for (; i + kSums <= positions; i += kSums) {
#pragma GCC unroll 4
      for (std::int64_t k = 0; k < kSums; ++k) f(i + k, v * kLanes, sum_a[k], sum_b[k]);
    }
    for (; i < positions; ++i) f(i, v * kLanes, sum_a[0], sum_b[0]);
    total_a[v] = total(sum_a);
    total_b[v] = total(sum_b);
  }
  a = sum_lanes(total_a);
  b = sum_lanes(total_b);
}

/// 1 in the first `images` lanes from `lane` on, 0 in the others.
HWY_INLINE Vec lanes_with_images(std::int64_t images, std::int64_t lane) {
  alignas(64) float ones[kPack] = {};
  std::fill_n(ones, images, 1.0f);
  return hn::Load(F32(), ones + lane);
}

void ChannelStatistics(const ChannelShape& shape, std::int64_t images, const float* x, float* mean,
                       float* squares) {
  const F32 d;
  const float count = static_cast<float>(shape.positions * images);
  Vec live[kVectors];
  for (int v = 0; v < kVectors; ++v) live[v] = lanes_with_images(images, v * kLanes);
  for (std::int64_t c = 0; c < shape.channels; ++c, x += shape.positions * kPack) {
    // Differences from one of the values, lest the squares cancel.
    const Vec origin = hn::Set(d, x[0]);
    float sum, square;
    sum_channel(
        shape.positions,
        [&](std::int64_t i, std::int64_t lane, Vec& of_x, Vec& of_squares) HWY_ATTR {
          const Vec difference = hn::Sub(hn::Load(d, x + i * kPack + lane), origin);
          const Vec counted = hn::Mul(difference, live[lane / kLanes]);
          of_x = hn::Add(of_x, counted);
          of_squares = hn::MulAdd(counted, counted, of_squares);
        },
        sum, square);
    mean[c] = x[0] + sum / count;
    squares[c] = std::max(0.0f, square - sum / count * sum);
  }
}

void BatchNormForward(const ChannelShape& shape, const ChannelScaling& by, const float* x,
                      float* y) {
  const F32 d;
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    const Vec mean = hn::Set(d, by.mean[c]), scale = hn::Set(d, by.scale[c]);
    const Vec shift = hn::Set(d, by.shift[c]);
    for (std::int64_t i = 0; i < shape.positions * kPack; i += kLanes, x += kLanes, y += kLanes) {
      hn::Store(hn::MulAdd(hn::Sub(hn::Load(d, x), mean), scale, shift), d, y);
    }
  }
}

/// The positions of one vector of D's lanes.
template <class D>
HWY_INLINE void normalize_vector(D d, const ChannelScaling& by, std::int64_t channel,
                                 const float* x, float* y) {
  const auto centred = hn::Sub(hn::LoadU(d, x), hn::Set(d, by.mean[channel]));
  const auto scale = hn::Set(d, by.scale[channel]), shift = hn::Set(d, by.shift[channel]);
  hn::StoreU(hn::MulAdd(centred, scale, shift), d, y);
}

void ImageBatchNorm(const ChannelShape& shape, const ChannelScaling& by, const float* x, float* y) {
  for (std::int64_t c = 0; c < shape.channels; ++c, x += shape.positions, y += shape.positions) {
    std::int64_t i = 0;
    for (; i + kLanes <= shape.positions; i += kLanes) {
      normalize_vector(F32(), by, c, x + i, y + i);
    }
    for (; i < shape.positions; ++i) {
      normalize_vector(hn::CappedTag<float, 1>(), by, c, x + i, y + i);
    }
  }
}

void BatchNormSums(const ChannelShape& shape, const ChannelScaling& by, const float* x,
                   const float* dy, float* sum, float* product) {
  const F32 d;
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    const Vec mean = hn::Set(d, by.mean[c]);
    sum_channel(
        shape.positions,
        [&](std::int64_t i, std::int64_t lane, Vec& of_dy, Vec& of_products) HWY_ATTR {
          const Vec delta = hn::Load(d, dy + i * kPack + lane);
          of_dy = hn::Add(of_dy, delta);
          const Vec centred = hn::Sub(hn::Load(d, x + i * kPack + lane), mean);
          of_products = hn::MulAdd(centred, delta, of_products);
        },
        sum[c], product[c]);
    product[c] *= by.inverse[c];
    x += shape.positions * kPack;
    dy += shape.positions * kPack;
  }
}

void BatchNormBackward(const ChannelShape& shape, std::int64_t images, const ChannelScaling& by,
                       const float* mean_dy, const float* mean_product, const float* x,
                       const float* dy, float* dx) {
  const F32 d;
  Vec live[kVectors];
  for (int v = 0; v < kVectors; ++v) live[v] = lanes_with_images(images, v * kLanes);
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    const Vec mean = hn::Set(d, by.mean[c]), scale = hn::Set(d, by.scale[c]);
    const Vec slope = hn::Set(d, by.inverse[c] * mean_product[c]), base = hn::Set(d, mean_dy[c]);
    for (std::int64_t i = 0; i < shape.positions; ++i) {
      for (int v = 0; v < kVectors; ++v, x += kLanes, dy += kLanes, dx += kLanes) {
        const Vec centred = hn::Sub(hn::Load(d, x), mean);
        const Vec rest = hn::NegMulAdd(centred, slope, hn::Sub(hn::Load(d, dy), base));
        hn::Store(hn::Mul(hn::Mul(rest, live[v]), scale), d, dx);
      }
    }
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(ChannelStatistics);
HWY_EXPORT(BatchNormForward);
HWY_EXPORT(ImageBatchNorm);
HWY_EXPORT(BatchNormSums);
HWY_EXPORT(BatchNormBackward);

void channel_statistics(const ChannelShape& shape, std::int64_t images, const float* x, float* mean,
                        float* squares) {
  HWY_DYNAMIC_DISPATCH(ChannelStatistics)(shape, images, x, mean, squares);
}

void batch_norm_forward(const ChannelShape& shape, const ChannelScaling& by, const float* x,
                        float* y) {
  HWY_DYNAMIC_DISPATCH(BatchNormForward)(shape, by, x, y);
}

void image_batch_norm(const ChannelShape& shape, const ChannelScaling& by, const float* x,
                      float* y) {
  HWY_DYNAMIC_DISPATCH(ImageBatchNorm)(shape, by, x, y);
}

void batch_norm_sums(const ChannelShape& shape, const ChannelScaling& by, const float* x,
                     const float* dy, float* sum, float* product) {
  HWY_DYNAMIC_DISPATCH(BatchNormSums)(shape, by, x, dy, sum, product);
}

void batch_norm_backward(const ChannelShape& shape, std::int64_t images, const ChannelScaling& by,
                         const float* mean_dy, const float* mean_product, const float* x,
                         const float* dy, float* dx) {
  HWY_DYNAMIC_DISPATCH(BatchNormBackward)
  (shape, images, by, mean_dy, mean_product, x, dy, dx);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
