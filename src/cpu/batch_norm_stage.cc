#include "cpu/batch_norm_stage.h"

#include <algorithm>

#include "base/norm_formula.h"
#include "kernels/batch_norm.h"

namespace lenet::cpu {
namespace {

/// Parts of `packed`, one float a channel each.
enum Part { kMean, kInverse, kScale, kShift, kMeanDy, kMeanProduct, kParts };

kernels::ChannelScaling scaling(const float* packed, std::int64_t channels) {
  const auto part = [&](Part p) { return packed + p * channels; };
  return {part(kMean), part(kInverse), part(kScale), part(kShift)};
}

/// Values a channel that pack `pack` of the batch holds.
std::int64_t values_of(const PackStatistics& packs, std::int64_t pack, std::int64_t positions) {
  return std::min(kPack, packs.images - pack * kPack) * positions;
}

}  // namespace

BatchNormStage::BatchNormStage(const BatchNormOp& op, const StageShape& shape)
    : CpuStage({.backward_in_place = true,
                .forward_in_place = true,
                .image_scratch = 0,
                .packed_size = kParts * shape.input[0],
                .parts = one_part(shape.parameters)}),
      op_(op),
      channels_(shape.input[0]),
      positions_(element_count(shape.input) / channels_) {}

void BatchNormStage::forward(const PackForward& pass) const {
  kernels::batch_norm_forward({channels_, positions_}, scaling(pass.packed, channels_), pass.x,
                              pass.y);
}

void BatchNormStage::backward(const PackBackward& pass) const {
  if (!pass.dx) return;
  kernels::batch_norm_backward({channels_, positions_}, pass.images,
                               scaling(pass.packed, channels_), pass.packed + kMeanDy * channels_,
                               pass.packed + kMeanProduct * channels_, pass.x, pass.dy, pass.dx);
}

void BatchNormStage::forward_image(const ImageForward& pass) const {
  kernels::image_batch_norm({channels_, positions_}, scaling(pass.packed, channels_), pass.x,
                            pass.y);
}

void BatchNormStage::collect(const float* x, std::int64_t images, float* statistics) const {
  kernels::channel_statistics({channels_, positions_}, images, x, statistics,
                              statistics + channels_);
}

void BatchNormStage::reduce(const PackStatistics& packs, std::span<const float> parameters,
                            std::span<float> buffers, float* packed) const {
  for (std::int64_t c = 0; c < channels_; ++c) {
    PooledStatistics batch;
    for (std::int64_t p = 0; p < packs.packs; ++p) {
      const float* of_pack = packs.values + p * packs.stride + c;
      batch.add(of_pack[0], of_pack[channels_],
                static_cast<double>(values_of(packs, p, positions_)));
    }
    pack_channel(parameters, c, batch.mean, batch.variance(), packed);
    float& running_mean = buffers[static_cast<std::size_t>(c)];
    float& running_variance = buffers[static_cast<std::size_t>(channels_ + c)];
    running_mean = moved_statistic(running_mean, batch.mean, op_.momentum);
    running_variance = moved_statistic(running_variance, batch.unbiased_variance(), op_.momentum);
  }
}

void BatchNormStage::collect_backward(const float* x, const float* dy, const float* packed,
                                      float* statistics) const {
  kernels::batch_norm_sums({channels_, positions_}, scaling(packed, channels_), x, dy,
                           statistics + channels_, statistics);
}

void BatchNormStage::reduce_backward(const PackStatistics& packs, float* packed) const {
  const auto total = static_cast<double>(packs.images * positions_);
  const auto mean = [&](std::int64_t i) {
    double sum = 0;
    for (std::int64_t p = 0; p < packs.packs; ++p) {
      sum += static_cast<double>(packs.values[p * packs.stride + i]);
    }
    return static_cast<float>(sum / total);
  };
  for (std::int64_t c = 0; c < channels_; ++c) {
    packed[kMeanProduct * channels_ + c] = mean(c);
    packed[kMeanDy * channels_ + c] = mean(channels_ + c);
  }
}

void BatchNormStage::pack_statistics(std::span<const float> parameters,
                                     std::span<const float> buffers, float* packed) const {
  for (std::int64_t c = 0; c < channels_; ++c) {
    const auto mean = static_cast<std::size_t>(c);
    const auto variance = static_cast<std::size_t>(channels_ + c);
    pack_channel(parameters, c, static_cast<double>(buffers[mean]),
                 static_cast<double>(buffers[variance]), packed);
  }
}

void BatchNormStage::pack_channel(std::span<const float> parameters, std::int64_t channel,
                                  double mean, double variance, float* packed) const {
  const bool affine = op_.affine;
  const float weight = affine ? parameters[static_cast<std::size_t>(channel)] : 1.0f;
  const float bias = affine ? parameters[static_cast<std::size_t>(channels_ + channel)] : 0.0f;
  const NormScaling by = norm_scaling(mean, variance, op_.eps, weight, bias);
  float* at = packed + channel;
  at[kMean * channels_] = by.mean;
  at[kInverse * channels_] = by.inverse;
  at[kScale * channels_] = by.scale;
  at[kShift * channels_] = by.shift;
}

}  // namespace lenet::cpu
