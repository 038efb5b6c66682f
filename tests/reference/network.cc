#include "reference/network.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "base/philox.h"
#include "nn/arguments.h"
#include "nn/model_text.h"

namespace lenet::reference {
namespace {

Values part(std::span<const double> all, std::int64_t first, std::int64_t count) {
  const auto begin = all.begin() + first;
  return {begin, begin + count};
}

Sliding sliding(const Shape& in, IntegerPair kernel, IntegerPair stride, IntegerPair padding) {
  return {in[0], in[1], in[2], kernel[0], kernel[1], stride[0], stride[1], padding[0], padding[1]};
}

/// Of a Conv2d, which 'same' pads by what the taps reach over, more of it behind.
Sliding sliding(const Shape& in, const Arguments& a) {
  const bool same = a.is_word("padding", "same");
  Sliding s = sliding(in, a.pair("kernel_size"), a.pair("stride", {1, 1}),
                      same ? IntegerPair{0, 0} : a.pair("padding", {0, 0}));
  const IntegerPair dilation = a.pair("dilation", {1, 1});
  s.dilation_height = dilation[0];
  s.dilation_width = dilation[1];
  s.groups = a.integer("groups", 1);
  if (!same) return s;
  const std::int64_t height = (s.kernel_height - 1) * dilation[0];
  const std::int64_t width = (s.kernel_width - 1) * dilation[1];
  s.pad_height = height / 2;
  s.pad_width = width / 2;
  s.more_height = height % 2;
  s.more_width = width % 2;
  return s;
}

/// Functions of one number without arguments.
struct Plain {
  std::string_view name;
  double (*value)(double x);
};
constexpr Plain kPlain[] = {
    {"SiLU", silu},   {"ScaledTanh", scaled_tanh},  {"Softplus", softplus},  {"Mish", mish},
    {"ReLU6", relu6}, {"Hardsigmoid", hardsigmoid}, {"Hardswish", hardswish}};

Pools pools_of(const Shape& in, const Arguments& a) {
  const IntegerPair kernel = a.pair("kernel_size"), stride = a.pair("stride", kernel);
  const IntegerPair padding = a.pair("padding", {0, 0});
  const auto spans = [&](std::int64_t size, std::size_t axis) {
    return PoolAxis{.size = size,
                    .kernel = kernel[axis],
                    .stride = stride[axis],
                    .padding = padding[axis],
                    .ceil_mode = a.boolean("ceil_mode", false),
                    .count_include_pad = a.boolean("count_include_pad", true)}
        .spans();
  };
  return {in[0], in[1], in[2], spans(in[1], 0), spans(in[2], 1)};
}

void add_pooling(bool average, const Pools& pools, Network& net, Shape& shape) {
  net.push_back({0, [=](const Values& x, std::span<const double>) {
                   return average ? avg_pool2d(pools, x) : max_pool2d(pools, x);
                 }});
  shape = {shape[0], std::ssize(pools.rows), std::ssize(pools.columns)};
}

void add_layer(const ModelText& model, const LayerText& text, Network& net, Shape& shape);

/// The same for brackets.
void add_brackets(const ModelText& model, const LayerText& text, Network& net, Shape& shape) {
  std::vector<Network> branches;
  if (text.name == "Residual" || text.name == "Scale") branches.emplace_back();
  std::int64_t channels = 0;
  Shape output;
  for (const std::vector<LayerText>& branch : text.branches) {
    output = shape;
    branches.emplace_back();
    for (const LayerText& layer : branch) add_layer(model, layer, branches.back(), output);
    channels += output[0];
  }
  if (text.name == "Concat") output[0] = channels;
  if (text.name == "Scale") output = shape;
  net.push_back(joined_layer(std::move(branches), text.name == "Concat"  ? Join::kConcat
                                                  : text.name == "Scale" ? Join::kScale
                                                                         : Join::kSum));
  shape = output;
}

/// Adds the layer of `text` to `net` and moves `shape` on to its output.
void add_layer(const ModelText& model, const LayerText& text, Network& net, Shape& shape) {
  const std::string name(text.name);
  if (text.is_brackets()) return add_brackets(model, text, net, shape);
  if (name == "Conv2d") {
    const Arguments a(model, text,
                      {{"out_channels"},
                       {"kernel_size"},
                       {"stride"},
                       {"padding"},
                       {"dilation"},
                       {"groups"},
                       {"bias"}});
    const Sliding s = sliding(shape, a);
    net.push_back(conv2d_layer(s, a.integer("out_channels"), a.boolean("bias", true)));
    shape = {a.integer("out_channels"), s.out_height(), s.out_width()};
  } else if (name == "AvgPool2d" || name == "MaxPool2d") {
    const Arguments a(
        model, text,
        {{"kernel_size"}, {"stride"}, {"padding"}, {"ceil_mode"}, {"count_include_pad"}});
    add_pooling(name == "AvgPool2d", pools_of(shape, a), net, shape);
  } else if (name == "Linear") {
    const Arguments a(model, text, {{"out_features"}, {"bias"}});
    net.push_back(linear_layer(shape.at(0), a.integer("out_features"), a.boolean("bias", true)));
    shape = {a.integer("out_features")};
  } else if (name == "ZeroPad2d") {
    const auto [left, right, top, bottom] =
        Arguments(model, text, {{"padding"}}).quadruple("padding");
    const Shape in = shape;
    shape = {in[0], in[1] + top + bottom, in[2] + left + right};
    net.push_back(zero_pad2d_layer(in, shape, top, left));
  } else if (name == "Flatten") {
    shape = {element_count(shape)};
  } else if (name == "Sigmoid" || name == "ReLU" || name == "Tanh") {
    net.push_back(activation_layer(name == "Sigmoid" ? Function::Kind::kSigmoid
                                   : name == "ReLU"  ? Function::Kind::kReLU
                                                     : Function::Kind::kTanh));
  } else if (name == "AdaptiveAvgPool2d" || name == "AdaptiveMaxPool2d") {
    const auto [height, width] = Arguments(model, text, {{"output_size"}}).pair("output_size");
    add_pooling(name == "AdaptiveAvgPool2d",
                {shape[0], shape[1], shape[2], adaptive_spans(shape[1], height),
                 adaptive_spans(shape[2], width)},
                net, shape);
  } else if (name == "BatchNorm1d" || name == "BatchNorm2d") {
    const Arguments a(model, text, {{"eps"}, {"momentum"}, {"affine"}});
    net.push_back(batch_norm_layer({shape[0], a.number("eps", 1e-5)}, a.boolean("affine", true)));
  } else if (name == "GroupNorm") {
    const Arguments a(model, text, {{"num_groups"}, {"eps"}, {"affine"}});
    const bool affine = a.boolean("affine", true);
    net.push_back(group_norm_layer(shape, a.integer("num_groups"), a.number("eps", 1e-5), false,
                                   affine, affine));
  } else if (name == "LayerNorm") {
    const Arguments a(model, text, {{"eps"}, {"elementwise_affine"}, {"bias"}});
    const bool affine = a.boolean("elementwise_affine", true);
    net.push_back(group_norm_layer(shape, 1, a.number("eps", 1e-5), true, affine,
                                   affine && a.boolean("bias", true)));
  } else if (name == "PReLU") {
    const Arguments a(model, text, {{"num_parameters"}, {"init"}});
    net.push_back(prelu_layer(shape, a.integer("num_parameters", 1)));
  } else if (name == "Upsample") {
    const auto [height, width] = Arguments(model, text, {{"scale_factor"}}).pair("scale_factor");
    net.push_back(upsample_layer(shape, height, width));
    shape = {shape[0], shape[1] * height, shape[2] * width};
  } else if (name == "LeakyReLU") {
    const Arguments a(model, text, {{"negative_slope"}});
    const double slope = a.number("negative_slope", 0.01);
    net.push_back(mapping_layer([=](double x) { return leaky_relu(slope, x); }));
  } else if (name == "ELU") {
    const Arguments a(model, text, {{"alpha"}});
    const double alpha = a.number("alpha", 1);
    net.push_back(mapping_layer([=](double x) { return elu(alpha, x); }));
  } else if (name == "GELU") {
    const Arguments a(model, text, {{"approximate"}});
    net.push_back(mapping_layer(a.is_word("approximate", "tanh") ? gelu_tanh : gelu));
  } else if (const auto* plain = std::ranges::find(kPlain, name, &Plain::name);
             plain != std::end(kPlain)) {
    net.push_back(mapping_layer(plain->value));
  } else {
    throw std::invalid_argument("the reference has no layer " + name);
  }
}

}  // namespace

/// All images of a batch through a network in training.
std::vector<Values> forward_batch(const Network& net, std::vector<Values> images,
                                  std::span<const double> parameters) {
  for (const Layer& layer : net) {
    const auto own = parameters.first(static_cast<std::size_t>(layer.parameters));
    parameters = parameters.subspan(own.size());
    if (layer.forward_batch) {
      images = layer.forward_batch(images, own);
    } else {
      for (Values& image : images) image = layer.forward(image, own);
    }
  }
  return images;
}

Layer joined_layer(std::vector<Network> branches, Join how) {
  Layer joined;
  for (const Network& branch : branches) {
    for (const Layer& layer : branch) joined.parameters += layer.parameters;
  }
  const auto join = [how](Values& all, const Values& next) {
    if (how == Join::kConcat || all.empty()) {
      all.insert(all.end(), next.begin(), next.end());
    } else if (how == Join::kScale) {
      const std::size_t positions = all.size() / next.size();
      for (std::size_t i = 0; i < all.size(); ++i) all[i] *= next[i / positions];
    } else {
      for (std::size_t i = 0; i < all.size(); ++i) all[i] += next[i];
    }
  };
  const auto run = [=](const std::vector<Values>& images, std::span<const double> parameters,
                       const auto& pass) {
    std::vector<Values> outputs(images.size());
    for (const Network& branch : branches) {
      std::int64_t count = 0;
      for (const Layer& layer : branch) count += layer.parameters;
      const auto own = parameters.first(static_cast<std::size_t>(count));
      parameters = parameters.subspan(own.size());
      const std::vector<Values> values = pass(branch, images, own);
      for (std::size_t n = 0; n < images.size(); ++n) join(outputs[n], values[n]);
    }
    return outputs;
  };
  joined.forward_batch = [=](const std::vector<Values>& images, std::span<const double> p) {
    return run(images, p, forward_batch);
  };
  joined.forward = [=](const Values& image, std::span<const double> p) {
    const auto pass = [](const Network& branch, const std::vector<Values>& one,
                         std::span<const double> own) {
      return std::vector<Values>{forward(branch, {own.begin(), own.end()}, one[0])};
    };
    return run({image}, p, pass)[0];
  };
  return joined;
}

Layer conv2d_layer(const Sliding& s, std::int64_t out_channels, bool bias) {
  const std::int64_t weights =
      out_channels * (s.channels / s.groups) * s.kernel_height * s.kernel_width;
  const std::int64_t biases = bias ? out_channels : 0;
  return {weights + biases, [=](const Values& x, std::span<const double> p) {
            return conv2d(s, out_channels, x, part(p, 0, weights), part(p, weights, biases));
          }};
}

Layer group_norm_layer(const Shape& shape, std::int64_t groups, double eps, bool by_element,
                       bool weight, bool bias) {
  const std::int64_t elements = element_count(shape), count = by_element ? elements : shape[0];
  return {count * (weight + bias), [=](const Values& x, std::span<const double> p) {
            const std::int64_t size = elements / groups, plane = elements / count;
            const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
            Values y;
            for (std::int64_t i = 0; i < elements; ++i) {
              const auto first = x.begin() + i / size * size;
              const double n = static_cast<double>(size);
              const double mean = std::accumulate(first, first + size, 0.0) / n;
              const double variance = std::accumulate(first, first + size, 0.0,
                                                      [&](double sum, double v) {
                                                        return sum + (v - mean) * (v - mean);
                                                      }) /
                                      n;
              const double normalised = (x[at(i)] - mean) / std::sqrt(variance + eps);
              y.push_back(normalised * (weight ? p[at(i / plane)] : 1) +
                          (bias ? p[at(count + i / plane)] : 0));
            }
            return y;
          }};
}

Layer prelu_layer(const Shape& shape, std::int64_t weights) {
  const auto plane = static_cast<std::size_t>(element_count(shape) / weights);
  return {weights, [=](Values x, std::span<const double> p) {
            for (std::size_t i = 0; i < x.size(); ++i) x[i] *= x[i] < 0 ? p[i / plane] : 1;
            return x;
          }};
}

Layer upsample_layer(const Shape& shape, std::int64_t height, std::int64_t width) {
  return {0, [=](const Values& x, std::span<const double>) {
            Values y;
            for (std::int64_t row = 0; row < shape[0] * shape[1] * height; ++row) {
              for (std::int64_t column = 0; column < shape[2] * width; ++column) {
                y.push_back(x[static_cast<std::size_t>(row / height * shape[2] + column / width)]);
              }
            }
            return y;
          }};
}

Layer linear_layer(std::int64_t inputs, std::int64_t outputs, bool bias) {
  const std::int64_t biases = bias ? outputs : 0;
  return {inputs * outputs + biases, [=](const Values& x, std::span<const double> p) {
            return linear(outputs, x, part(p, 0, inputs * outputs),
                          part(p, inputs * outputs, biases));
          }};
}

Layer zero_pad2d_layer(const Shape& in, const Shape& out, std::int64_t top, std::int64_t left) {
  return {0, [=](const Values& x, std::span<const double>) {
            Values y(static_cast<std::size_t>(element_count(out)));
            for (std::size_t i = 0; i < x.size(); ++i) {
              const auto at = static_cast<std::int64_t>(i);
              const std::int64_t c = at / in[2] / in[1], h = at / in[2] % in[1], w = at % in[2];
              y[static_cast<std::size_t>((c * out[1] + top + h) * out[2] + left + w)] = x[i];
            }
            return y;
          }};
}

Layer activation_layer(Function::Kind kind) {
  return {0, [=](Values x, std::span<const double>) {
            for (double& v : x) v = activation(kind, v);
            return x;
          }};
}

Layer mapping_layer(std::function<double(double)> f) {
  return {0, [f = std::move(f)](Values x, std::span<const double>) {
            for (double& v : x) v = f(v);
            return x;
          }};
}

Layer batch_norm_layer(const ChannelNorm& norm, bool affine) {
  const std::int64_t size = affine ? norm.channels : 0;
  return {.parameters = 2 * size,
          .forward_batch = [=](const std::vector<Values>& images, std::span<const double> p) {
            return batch_norm(norm, images, part(p, 0, size), part(p, size, size));
          }};
}

Layer dropout_layer(double p, std::uint64_t seed, std::uint32_t stage) {
  const auto forward = [=](std::vector<Values> images, std::span<const double>) {
    for (std::uint32_t n = 0; n < images.size(); ++n) {
      for (std::uint32_t e = 0; e < images[n].size(); ++e) {
        const auto words = philox({{e / 4, n, 0, stage}}, seed);
        double& v = images[n][e];
        v = static_cast<double>(words.of[e % 4]) < p * 0x1p32 ? 0 : v / (1 - p);
      }
    }
    return images;
  };
  return {.forward_batch = forward};
}

Network network_of(const std::string& text, Shape input) {
  const ModelText model = parse_model_text(text);
  Network net;
  for (const LayerText& layer : model.layers) add_layer(model, layer, net, input);
  return net;
}

Values forward(const Network& net, const Values& parameters, const Values& image) {
  Values x = image;
  std::int64_t first = 0;
  for (const Layer& layer : net) {
    x = layer.forward(x, part(parameters, first, layer.parameters));
    first += layer.parameters;
  }
  return x;
}

double loss(const Network& net, const Values& parameters, const Examples& examples) {
  const std::size_t size = examples.values.size() / examples.labels.size();
  std::vector<Values> images;
  for (const float* x = examples.values.data(); images.size() < examples.labels.size(); x += size) {
    images.emplace_back(x, x + size);
  }
  images = forward_batch(net, std::move(images), parameters);
  double sum = 0;
  for (std::size_t n = 0; n < images.size(); ++n) {
    sum += cross_entropy(images[n], examples.labels[n]);
  }
  return sum / static_cast<double>(examples.labels.size());
}

Values gradient(const Network& net, const Values& parameters, const Examples& examples) {
  constexpr double kStep = 1e-5;  // its square and the rounding of a loss divided by it: 1e-10
  Values result, moved = parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    moved[i] = parameters[i] + kStep;
    const double above = loss(net, moved, examples);
    moved[i] = parameters[i] - kStep;
    const double below = loss(net, moved, examples);
    moved[i] = parameters[i];
    result.push_back((above - below) / (2 * kStep));
  }
  return result;
}

}  // namespace lenet::reference
