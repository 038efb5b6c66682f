#include "nn/operations.h"

#include <fmt/format.h>

#include <optional>

#include "base/require.h"
#include "lenet/error.h"
#include "nn/layer_kind.h"
#include "nn/plan.h"

namespace lenet {
namespace {

using Kind = Operation::Kind;

/// Floats of one layer, cut into its tensors in order.
class Tensors {
 public:
  explicit Tensors(std::span<const float> values) : rest_(values) {}

  std::vector<float> take(std::int64_t count) {
    const auto n = static_cast<std::size_t>(count);
    std::vector<float> tensor(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(n));
    rest_ = rest_.subspan(n);
    return tensor;
  }
  std::vector<float> take_rest() { return take(std::ssize(rest_)); }

 private:
  std::span<const float> rest_;
};

void read_weighted(std::span<const float> parameters, std::int64_t biases, Operation& o) {
  Tensors tensors(parameters);
  o.weight = tensors.take(std::ssize(parameters) - biases);
  o.bias = tensors.take_rest();
}

void read_norm(const BatchNorm& norm, std::span<const float> parameters,
               std::span<const float> buffers, Operation& o) {
  const std::int64_t channels = o.input[0];
  o.eps = norm.options().eps;
  Tensors running(buffers);
  o.mean = running.take(channels);
  o.variance = running.take_rest();
  if (norm.options().affine) return read_weighted(parameters, channels, o);
  o.weight.assign(static_cast<std::size_t>(channels), 1.0f);
  o.bias.assign(static_cast<std::size_t>(channels), 0.0f);
}

void read_window(const Size2d& kernel, const Size2d& stride, const Size2d& padding, Operation& o) {
  o.kernel = kernel;
  o.stride = stride;
  o.padding = padding;
}

/// What a layer does, its parameters left out; nothing for Dropout, which does nothing in an
/// evaluation. Throws Error (kUsage) for a layer of the user.
std::optional<Kind> read_layer(std::int64_t i, const Layer& layer, Operation& o) {
  switch (kind_of(layer)) {
    case LayerKind::kConv2d:
    case LayerKind::kLeNet5C3: {  // whose weights are 0 where nothing is connected
      const Conv2d::Options& conv = as<Conv2d>(layer).options();
      read_window(conv.kernel, conv.stride, conv.padding, o);
      return Kind::kConv2d;
    }
    case LayerKind::kAvgPool2d:
    case LayerKind::kAdaptiveAvgPool2d:
    case LayerKind::kMaxPool2d: {
      const auto& pool = as<Pool2d>(layer);
      read_window(pool.kernel(), pool.stride(), pool.padding(), o);
      return kind_of(layer) == LayerKind::kMaxPool2d ? Kind::kMaxPool2d : Kind::kAvgPool2d;
    }
    case LayerKind::kLinear:
      return Kind::kLinear;
    case LayerKind::kBatchNorm1d:
    case LayerKind::kBatchNorm2d:
      return Kind::kBatchNorm;
    case LayerKind::kAffine2d:
      return Kind::kAffine;
    case LayerKind::kDropout:
      return std::nullopt;
    case LayerKind::kFlatten:
      return Kind::kFlatten;
    case LayerKind::kSigmoid:
      return Kind::kSigmoid;
    case LayerKind::kReLU:
      return Kind::kReLU;
    case LayerKind::kTanh:
      return Kind::kTanh;
    case LayerKind::kLeakyReLU:
      o.slope = as<MappedLayer>(layer).mapping().a;
      return Kind::kLeakyReLU;
    case LayerKind::kSiLU:
      return Kind::kSiLU;
    case LayerKind::kScaledTanh:
      return Kind::kScaledTanh;
    case LayerKind::kUser:
      throw Error(ErrorKind::kUsage, fmt::format("layer {}, {}, which no other format knows", i,
                                                 own_layer_text(layer)));
  }
  unknown("layer");
}

void read_parameters(const Layer& layer, std::span<const float> parameters,
                     std::span<const float> buffers, Operation& o) {
  if (o.kind == Kind::kBatchNorm) {
    return read_norm(as<BatchNorm>(layer), parameters, buffers, o);
  }
  const std::vector<ParameterInfo> tensors = layer.parameters();
  if (tensors.empty()) return;
  read_weighted(parameters, tensors.size() > 1 ? o.output[0] : 0, o);
}

}  // namespace

std::vector<Operation> operations_of(const Sequential& net) {
  net.require_built();
  std::vector<Operation> operations;
  for (std::int64_t i = 0; i < net.size(); ++i) {
    const Layer& layer = net[i];
    Operation o{.kind = Kind::kFlatten,
                .name = fmt::format("{}", i),
                .input = i == 0 ? net.input_shape() : net.output_shape(i - 1),
                .output = net.output_shape(i)};
    const std::optional<Kind> kind = read_layer(i, layer, o);
    if (!kind) continue;
    o.kind = *kind;
    read_parameters(layer, part_of(net.parameters(), net.parameter_range(i)),
                    part_of(net.buffers(), net.buffer_range(i)), o);
    operations.push_back(std::move(o));
  }
  return operations;
}

}  // namespace lenet
