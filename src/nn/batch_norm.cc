#include "nn/batch_norm.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "kernels/batch_norm.h"
#include "lenet/error.h"
#include "nn/torch_inputs.h"

namespace lenet {
namespace {

/// Parts of `prepared`, one float a channel each.
enum Part { kMean, kInverse, kScale, kShift, kMeanDy, kMeanProduct, kParts };

kernels::ChannelScaling scaling(const float* prepared, std::int64_t channels) {
  const auto part = [&](Part p) { return prepared + p * channels; };
  return {part(kMean), part(kInverse), part(kScale), part(kShift)};
}

/// Values a channel that pack `pack` of the batch holds.
std::int64_t values_of(const PackStatistics& packs, std::int64_t pack, std::int64_t positions) {
  return std::min(kPack, packs.images - pack * kPack) * positions;
}

}  // namespace

BatchNorm::BatchNorm(const char* name, std::size_t dimensions, const Options& options)
    : name_(name), dimensions_(dimensions), options_(options) {
  if (!(options.eps > 0) || !std::isfinite(options.eps)) {
    throw Error(ErrorKind::kUsage, fmt::format("eps is {}, want a number above 0", options.eps));
  }
  if (!(options.momentum >= 0 && options.momentum <= 1)) {
    throw Error(ErrorKind::kUsage, fmt::format("momentum is {}, want 0 to 1", options.momentum));
  }
}

std::string BatchNorm::text() const {
  const Options usual;
  std::vector<std::string> arguments;
  if (options_.eps != usual.eps) arguments.push_back(fmt::format("eps={}", options_.eps));
  if (options_.momentum != usual.momentum) {
    arguments.push_back(fmt::format("momentum={}", options_.momentum));
  }
  if (!options_.affine) arguments.push_back("affine=False");
  return arguments.empty() ? name_ : fmt::format("{}({})", name_, fmt::join(arguments, ", "));
}

Shape BatchNorm::infer(const Shape& input) {
  if (input.size() != dimensions_) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: input has shape {}, want {}", name_, to_string(input),
                            dimensions_ == 3 ? "(channels, height, width)" : "(features)"));
  }
  require_inputs(options_.num_features, input, text(), dimensions_ == 3 ? "channels" : "features");
  shape_ = {input[0], element_count(input) / input[0]};
  return input;
}

std::vector<ParameterInfo> BatchNorm::parameters() const {
  if (!options_.affine) return {};
  using Kind = ParameterInfo::Kind;
  const Shape channels = {shape_.channels};
  return {{.name = "weight", .shape = channels, .initial = 1, .kind = Kind::kOther},
          {.name = "bias", .shape = channels, .kind = Kind::kBias}};
}

const BatchNorm* batch_norm_of(const Layer& layer) {
  const bool is_norm = std::holds_alternative<BatchNormOp>(layer.operation());
  return is_norm ? static_cast<const BatchNorm*>(&layer) : nullptr;
}

Operation BatchNorm::operation() const { return BatchNormOp{options_.eps, options_.momentum}; }

std::vector<ParameterInfo> BatchNorm::buffers() const {
  return {{.name = "running_mean", .shape = {shape_.channels}},
          {.name = "running_var", .shape = {shape_.channels}, .initial = 1}};
}

std::int64_t BatchNorm::prepared_size() const { return kParts * shape_.channels; }

void BatchNorm::forward(const ForwardPass& pass) const {
  kernels::batch_norm_forward({shape_.channels, shape_.positions},
                              scaling(pass.prepared, shape_.channels), pass.x, pass.y);
}

void BatchNorm::backward(const BackwardPass& pass) const {
  if (!pass.dx) return;
  const std::int64_t channels = shape_.channels;
  kernels::batch_norm_backward({shape_.channels, shape_.positions}, pass.images,
                               scaling(pass.prepared, channels), pass.prepared + kMeanDy * channels,
                               pass.prepared + kMeanProduct * channels, pass.x, pass.dy, pass.dx);
}

void BatchNorm::forward_image(const ImagePass& pass) const {
  const kernels::ChannelScaling by = scaling(pass.prepared, shape_.channels);
  for (std::int64_t c = 0; c < shape_.channels; ++c) {
    for (std::int64_t i = c * shape_.positions; i < (c + 1) * shape_.positions; ++i) {
      pass.y[i] = std::fma(pass.x[i] - by.mean[c], by.scale[c], by.shift[c]);
    }
  }
}

void BatchNormPasses::require_values(std::int64_t images) const {
  if (images * layer_.shape_.positions > 1) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: one value a channel in a batch of {}, want more to normalise by",
                          layer_.text(), images));
}

void BatchNormPasses::collect(const float* x, std::int64_t images, float* statistics) const {
  kernels::channel_statistics({layer_.shape_.channels, layer_.shape_.positions}, images, x,
                              statistics, statistics + layer_.shape_.channels);
}

void BatchNormPasses::gather(const PackStatistics& packs, std::span<const float> parameters,
                             std::span<float> buffers, float* prepared) const {
  const std::int64_t channels = layer_.shape_.channels, positions = layer_.shape_.positions;
  const std::int64_t total = packs.images * positions;
  for (std::int64_t c = 0; c < channels; ++c) {
    double mean = 0, squares = 0;  // of the packs so far (Chan, Golub, LeVeque 1979)
    std::int64_t count = 0;
    for (std::int64_t p = 0; p < packs.packs; ++p) {
      const float* of_pack = packs.values + p * packs.stride + c;
      const auto n = static_cast<double>(values_of(packs, p, positions));
      const double step = static_cast<double>(of_pack[0]) - mean;
      const auto before = static_cast<double>(count);
      mean += step * n / (before + n);
      squares += static_cast<double>(of_pack[channels]) + step * step * before * n / (before + n);
      count += values_of(packs, p, positions);
    }
    const auto n = static_cast<double>(total);
    lay_out(parameters, c, mean, squares / n, prepared);
    const double momentum = layer_.options_.momentum;
    const auto move = [&](float& running, double value) {
      running =
          static_cast<float>((1 - momentum) * static_cast<double>(running) + momentum * value);
    };
    move(buffers[static_cast<std::size_t>(c)], mean);
    move(buffers[static_cast<std::size_t>(channels + c)], squares / (n - 1));
  }
}

void BatchNormPasses::collect_backward(const float* x, const float* dy, const float* prepared,
                                       float* statistics) const {
  const std::int64_t channels = layer_.shape_.channels;
  kernels::batch_norm_sums({layer_.shape_.channels, layer_.shape_.positions},
                           scaling(prepared, channels), x, dy, statistics + channels, statistics);
}

void BatchNormPasses::gather_backward(const PackStatistics& packs, float* prepared) const {
  const std::int64_t channels = layer_.shape_.channels;
  const auto total = static_cast<double>(packs.images * layer_.shape_.positions);
  const auto mean = [&](std::int64_t i) {
    double sum = 0;
    for (std::int64_t p = 0; p < packs.packs; ++p) {
      sum += static_cast<double>(packs.values[p * packs.stride + i]);
    }
    return static_cast<float>(sum / total);
  };
  for (std::int64_t c = 0; c < channels; ++c) {
    prepared[kMeanProduct * channels + c] = mean(c);
    prepared[kMeanDy * channels + c] = mean(channels + c);
  }
}

void BatchNormPasses::prepare_evaluation(std::span<const float> parameters,
                                         std::span<const float> buffers, float* prepared) const {
  for (std::int64_t c = 0; c < layer_.shape_.channels; ++c) {
    const auto mean = static_cast<std::size_t>(c);
    const auto variance = static_cast<std::size_t>(layer_.shape_.channels + c);
    lay_out(parameters, c, static_cast<double>(buffers[mean]),
            static_cast<double>(buffers[variance]), prepared);
  }
}

void BatchNormPasses::lay_out(std::span<const float> parameters, std::int64_t channel, double mean,
                              double variance, float* prepared) const {
  const std::int64_t channels = layer_.shape_.channels;
  const bool affine = layer_.options_.affine;
  const float weight = affine ? parameters[static_cast<std::size_t>(channel)] : 1.0f;
  const float bias = affine ? parameters[static_cast<std::size_t>(channels + channel)] : 0.0f;
  const double inverse = 1 / std::sqrt(variance + layer_.options_.eps);
  float* at = prepared + channel;
  at[kMean * channels] = static_cast<float>(mean);
  at[kInverse * channels] = static_cast<float>(inverse);
  at[kScale * channels] = static_cast<float>(inverse * static_cast<double>(weight));
  at[kShift * channels] = bias;
}

}  // namespace lenet
