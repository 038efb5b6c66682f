#include "io/onnx_norms.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "io/safetensors_header.h"

namespace lenet::onnx {
namespace {

/// What a normalization of bytes comes to where lenet's comes before the first layer.
bool standardises_bytes(const std::vector<float>& mean, const std::vector<float>& deviation) {
  Front alone;
  alone.subtract(mean);
  alone.divide(deviation);
  return alone.takes_bytes();
}

struct Statistics {
  std::vector<float> scale, bias, mean, variance;
};

/// A BatchNormalization in front of all layers, of images of bytes: that of the pixels. Whether it
/// was one.
bool take_standardisation(const Statistics& s, double eps, Chain& chain) {
  if (!chain.at_input() || chain.source().own) return false;
  std::vector<float> deviation;
  for (const float v : s.variance) deviation.push_back(static_cast<float>(std::sqrt(v + eps)));
  const bool zero = std::ranges::find(s.scale, 0.0f) != s.scale.end() ||
                    std::ranges::find(deviation, 0.0f) != deviation.end();
  if (zero || !standardises_bytes(s.mean, deviation)) return false;
  chain.front.subtract(s.mean);
  chain.front.divide(deviation);
  chain.front.multiply(s.scale);
  chain.front.add(s.bias);
  return true;
}

/// A GroupNorm or LayerNorm with its values.
struct Norm {
  GroupNormOp op;
  std::vector<float> weight = {}, bias = {};

  std::unique_ptr<Layer> layer() const {
    if (op.by_element) {
      return std::make_unique<LayerNorm>(
          LayerNorm::Options{.eps = op.eps, .elementwise_affine = op.weight, .bias = op.bias});
    }
    return std::make_unique<GroupNorm>(
        GroupNorm::Options{.num_groups = op.groups, .eps = op.eps, .affine = op.weight});
  }
  std::vector<float> parameters() const { return joined(weight, bias); }
};

void add_norm(const Norm& norm, Chain& chain) { chain.add(norm.layer(), norm.parameters()); }

/// That of each group for each channel of it.
std::vector<float> repeated(const std::vector<float>& values, std::int64_t times) {
  std::vector<float> result;
  for (const float value : values) {
    result.insert(result.end(), static_cast<std::size_t>(times), value);
  }
  return result;
}

/// Of groups that a Reshape made of an image or of features.
void add_grouped(const Operator& o, double eps, Chain& chain) {
  const std::int64_t groups = chain.groups(), channels = chain.shape()[0];
  const std::vector<float> scale = o.values(1, groups, "scale"), bias = o.values(2, groups, "bias");
  const auto all = [](const std::vector<float>& values, float value) {
    return std::ranges::count(values, value) == std::ssize(values);
  };
  Norm norm{.op = {.groups = groups, .eps = eps, .weight = false, .bias = false}};
  if (!all(scale, 1) || !all(bias, 0)) {
    norm.op.weight = norm.op.bias = true;
    norm.weight = repeated(scale, channels / groups);
    norm.bias = repeated(bias, channels / groups);
  } else if (groups == 1 && chain.shape().size() == 1) {
    norm.op.by_element = true;
  }
  add_norm(norm, chain);
}

/// The last layer, if it is a GroupNorm or LayerNorm that a constant may be a part of.
std::optional<Norm> last_norm(const Chain& chain) {
  if (chain.empty() || chain.groups() > 0 || chain.channel_axis() != 0) return std::nullopt;
  const Operation op = chain.last().layer->operation();
  const auto* norm = std::get_if<GroupNormOp>(&op);
  if (!norm || chain.dims() != chain.shape()) return std::nullopt;
  const std::vector<float>& all = chain.last().parameters;
  const auto weights = static_cast<std::ptrdiff_t>(norm->bias ? all.size() / 2 : all.size());
  return Norm{*norm, {all.begin(), all.begin() + weights}, {all.begin() + weights, all.end()}};
}

/// Whether a constant has the norm's form, or gives it one: a value a channel, (channels, 1, 1), or
/// one an element.
bool takes_form(const Tensor& tensor, const Chain& chain, bool free, GroupNormOp& op) {
  Shape dims(tensor.dims.begin(), tensor.dims.end());
  while (dims.size() > chain.dims().size() && dims.front() == 1) dims.erase(dims.begin());
  const bool by_element = dims == chain.dims();
  Shape of_channels(chain.dims().size(), 1);
  of_channels[0] = chain.dims()[0];
  if (!by_element && dims != of_channels) return false;
  const bool layer_norm = by_element && op.groups == 1;
  if (by_element && !layer_norm && dims != of_channels) return false;
  if (free) op.by_element = layer_norm;
  return op.by_element == layer_norm;
}

}  // namespace

double as_written(float value) { return std::strtod(fmt::format("{}", value).c_str(), nullptr); }

void add_batch_norm(const Operator& o, Chain& chain) {
  if (o.integer("training_mode", 0) != 0) refuse("training_mode=1, want inference");
  if (o.integer("spatial", 1) != 1) refuse("spatial=0, want one mean a channel");
  const bool image = chain.dims().size() == 3;
  const std::int64_t channels = image ? chain.require_image()[0] : chain.require_features();
  const BatchNorm::Options options{.eps = as_written(o.number("epsilon", 1e-5f))};
  Statistics s{o.values(1, channels, "scale"), o.values(2, channels, "bias"),
               o.values(3, channels, "mean"), o.values(4, channels, "variance")};
  if (std::ranges::any_of(s.variance, [](float v) { return v < 0; })) {
    refuse("a variance below 0");
  }
  if (image && take_standardisation(s, options.eps, chain)) return;
  std::vector<float> parameters = joined(chain.in_order(s.scale), chain.in_order(s.bias));
  std::vector<float> buffers = joined(chain.in_order(s.mean), chain.in_order(s.variance));
  std::unique_ptr<Layer> layer;
  if (image) {
    layer = std::make_unique<BatchNorm2d>(options);
  } else {
    layer = std::make_unique<BatchNorm1d>(options);
  }
  chain.add(std::move(layer), std::move(parameters), std::move(buffers));
}

/// A scale and a bias for each channel; in opset 18 for each group.
void add_group_norm(const Operator& o, Chain& chain) {
  const std::int64_t channels = chain.require_image()[0], groups = o.integer("num_groups", 0);
  if (groups < 1 || channels % groups != 0) {
    refuse(fmt::format("num_groups is {}, want a divisor of {} channels", groups, channels));
  }
  const bool of_groups = value_count(o.constant(1, "scale")) == groups;
  const std::int64_t count = of_groups ? groups : channels, times = channels / count;
  add_norm({.op = {.groups = groups, .eps = as_written(o.number("epsilon", 1e-5f))},
            .weight = repeated(o.values(1, count, "scale"), times),
            .bias = repeated(o.values(2, count, "bias"), times)},
           chain);
}

/// Each channel by itself, or groups of them that a Reshape made.
void add_instance_norm(const Operator& o, Chain& chain) {
  const double eps = as_written(o.number("epsilon", 1e-5f));
  if (chain.groups() > 0) return add_grouped(o, eps, chain);
  const std::int64_t channels = chain.require_image()[0];
  add_norm({.op = {.groups = channels, .eps = eps},
            .weight = o.values(1, channels, "scale"),
            .bias = o.values(2, channels, "bias")},
           chain);
}

void add_layer_norm(const Operator& o, Chain& chain) {
  const std::int64_t rank = std::ssize(chain.dims()) + 1, axis = o.integer("axis", -1);
  if (axis != 1 && axis != 1 - rank) {
    refuse(fmt::format("axis is {} of (N, {}), want 1, all that an image holds", axis,
                       fmt::join(chain.dims(), ", ")));
  }
  if (chain.dims() != chain.shape() || chain.channel_axis() != 0) chain.require_image();
  const std::int64_t count = element_count(chain.shape());
  Norm norm{.op = {.groups = 1,
                   .eps = as_written(o.number("epsilon", 1e-5f)),
                   .weight = o.find_constant(1) != nullptr,
                   .bias = o.find_constant(2) != nullptr,
                   .by_element = true}};
  if (norm.op.weight) norm.weight = chain.in_order(o.values(1, count, "scale"));
  if (norm.op.bias && !norm.op.weight) {
    norm.op.weight = true;
    norm.weight.assign(static_cast<std::size_t>(count), 1.0f);
  }
  if (norm.op.bias) norm.bias = chain.in_order(o.values(2, count, "bias"));
  add_norm(norm, chain);
}

void add_layer_norm(const std::vector<std::int64_t>& axes, double eps, Chain& chain) {
  const std::int64_t rank = std::ssize(chain.dims()) + 1;
  std::vector<std::int64_t> named = axes, all(chain.dims().size());
  for (std::int64_t& axis : named) axis += axis < 0 ? rank : 0;
  std::ranges::sort(named);
  std::iota(all.begin(), all.end(), 1);
  if (named != all) {
    refuse(fmt::format("a LayerNorm over axes [{}] of (N, {}), want all that an image holds",
                       fmt::join(axes, ", "), fmt::join(chain.dims(), ", ")));
  }
  if (chain.dims() != chain.shape() || chain.channel_axis() != 0) chain.require_image();
  add_norm({.op = {.groups = 1,
                   .eps = as_written(static_cast<float>(eps)),
                   .weight = false,
                   .bias = false,
                   .by_element = true}},
           chain);
}

bool take_norm_weight(const Operator& o, std::size_t input, Chain& chain) {
  std::optional<Norm> norm = last_norm(chain);
  if (!norm || norm->op.weight) return false;
  const Tensor& tensor = o.constant(input, "operand");
  if (!takes_form(tensor, chain, true, norm->op)) return false;
  norm->weight = chain.in_order(read_floats(tensor));
  norm->op.weight = true;
  norm->op.bias = !norm->op.by_element;
  if (norm->op.bias) norm->bias.assign(norm->weight.size(), 0.0f);
  chain.replace_last(norm->layer(), norm->parameters());
  return true;
}

bool take_norm_bias(const Operator& o, std::size_t input, float sign, Chain& chain) {
  std::optional<Norm> norm = last_norm(chain);
  if (!norm) return false;
  const Tensor& tensor = o.constant(input, "operand");
  if (!takes_form(tensor, chain, !norm->op.weight, norm->op)) return false;
  const std::vector<float> bias = chain.in_order(read_floats(tensor));
  norm->weight.resize(bias.size(), 1.0f);
  norm->bias.resize(bias.size(), 0.0f);
  for (std::size_t i = 0; i < bias.size(); ++i) norm->bias[i] += sign * bias[i];
  norm->op.weight = norm->op.bias = true;
  chain.replace_last(norm->layer(), norm->parameters());
  return true;
}

}  // namespace lenet::onnx
