#include "nn/operations.h"

#include <fmt/format.h>

#include <optional>

#include "lenet/error.h"
#include "nn/plan.h"

namespace lenet {
namespace {

using Kind = Operation::Kind;

Kind kind_of(Activation activation) {
  return activation == Activation::kSigmoid ? Kind::kSigmoid
         : activation == Activation::kReLU  ? Kind::kReLU
                                            : Kind::kTanh;
}

Kind kind_of(Mapping::Kind kind) {
  return kind == Mapping::Kind::kLeakyReLU ? Kind::kLeakyReLU
         : kind == Mapping::Kind::kSiLU    ? Kind::kSiLU
                                           : Kind::kScaledTanh;
}

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

/// What a layer does, its parameters left out; nothing for a layer of the user.
std::optional<Kind> read_layer(const Layer& layer, Operation& o) {
  if (const auto* conv = dynamic_cast<const Conv2d*>(&layer)) {
    o.kernel = conv->options().kernel;
    o.stride = conv->options().stride;
    o.padding = conv->options().padding;
    return Kind::kConv2d;
  }
  if (const auto* pool = dynamic_cast<const Pool2d*>(&layer)) {
    o.kernel = pool->kernel();
    o.stride = pool->stride();
    o.padding = pool->padding();
    return pool->kind() == Pool2d::Kind::kAverage ? Kind::kAvgPool2d : Kind::kMaxPool2d;
  }
  if (const auto* mapped = dynamic_cast<const MappedLayer*>(&layer)) {
    o.slope = mapped->mapping().a;
    return kind_of(mapped->mapping().kind);
  }
  if (const auto* elementwise = dynamic_cast<const ElementwiseLayer*>(&layer)) {
    return kind_of(elementwise->activation());
  }
  if (dynamic_cast<const Linear*>(&layer)) return Kind::kLinear;
  if (dynamic_cast<const BatchNorm*>(&layer)) return Kind::kBatchNorm;
  if (dynamic_cast<const Affine2d*>(&layer)) return Kind::kAffine;
  if (dynamic_cast<const Flatten*>(&layer)) return Kind::kFlatten;
  return std::nullopt;
}

void read_parameters(const Layer& layer, std::span<const float> parameters,
                     std::span<const float> buffers, Operation& o) {
  if (const auto* norm = dynamic_cast<const BatchNorm*>(&layer)) {
    return read_norm(*norm, parameters, buffers, o);
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
    if (dynamic_cast<const Dropout*>(&layer)) continue;
    Operation o{.kind = Kind::kFlatten,
                .name = fmt::format("{}", i),
                .input = i == 0 ? net.input_shape() : net.output_shape(i - 1),
                .output = net.output_shape(i)};
    const std::optional<Kind> kind = read_layer(layer, o);
    if (!kind) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("layer {}, {}: a layer of your own, which no other format knows", i,
                              layer.text()));
    }
    o.kind = *kind;
    read_parameters(layer, part_of(net.parameters(), net.parameter_range(i)),
                    part_of(net.buffers(), net.buffer_range(i)), o);
    operations.push_back(std::move(o));
  }
  return operations;
}

}  // namespace lenet
