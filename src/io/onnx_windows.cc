#include "io/onnx_windows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "io/safetensors_header.h"
#include "nn/window.h"

namespace lenet::onnx {
namespace {

constexpr std::int64_t kMostSize = (1 << 20) - 1;

/// Two numbers of an attribute, or `missing` twice.
Size2d pair_of(const Operator& o, const char* name, std::int64_t missing) {
  const std::vector<std::int64_t> sizes = o.integers(name);
  if (sizes.empty()) return missing;
  const bool good = sizes.size() == 2 && std::ranges::all_of(sizes, [](std::int64_t size) {
                      return size >= 1 && size <= kMostSize;
                    });
  if (good) return {sizes[0], sizes[1]};
  refuse(fmt::format("{} is [{}], want two numbers, 1 to {}", name, fmt::join(sizes, ", "),
                     kMostSize));
}

Size2d kernel_of(const Operator& o) {
  if (o.integers("kernel_shape").empty()) refuse("no kernel_shape");
  return pair_of(o, "kernel_shape", 1);
}

/// What SAME_UPPER and SAME_LOWER come to on one axis in all.
std::int64_t same_padding(std::int64_t size, std::int64_t kernel, std::int64_t stride) {
  const std::int64_t out = (size + stride - 1) / stride;
  return std::max<std::int64_t>((out - 1) * stride + kernel - size, 0);
}

Padding padding_of(const Operator& o, const Window& window, const Shape& image) {
  const std::string_view automatic = o.text("auto_pad", "NOTSET");
  if (automatic == "VALID") return {};
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    const Size2d span = window.span(), &stride = window.stride;
    const Size2d all = {same_padding(image[1], span.height, stride.height),
                        same_padding(image[2], span.width, stride.width)};
    const Size2d less = {all.height / 2, all.width / 2};
    const Size2d more = {all.height - less.height, all.width - less.width};
    return automatic == "SAME_UPPER" ? Padding::sides(less, more) : Padding::sides(more, less);
  }
  if (automatic != "NOTSET") refuse(fmt::format("auto_pad is {}", quoted_name(automatic)));
  const std::vector<std::int64_t> pads = o.integers("pads");
  if (pads.empty()) return {};
  const bool good = pads.size() == 4 && std::ranges::all_of(pads, [](std::int64_t p) {
                      return p >= 0 && p <= kMostSize;
                    });
  if (good) return Padding::sides({pads[0], pads[1]}, {pads[2], pads[3]});
  refuse(fmt::format("pads is [{}], want four numbers, 0 to {}", fmt::join(pads, ", "), kMostSize));
}

std::string to_text(const Padding& zeros) {
  return fmt::format("[{}, {}, {}, {}]", zeros.before.height, zeros.before.width,
                     zeros.after.height, zeros.after.width);
}

/// The window of this kernel, as the node slides it.
Window window_at(const Operator& o, const Size2d& kernel, const Shape& image) {
  Window window{
      .kernel = kernel, .stride = pair_of(o, "strides", 1), .dilation = pair_of(o, "dilations", 1)};
  window.padding = padding_of(o, window, image);
  return window;
}

/// What both sides have.
Size2d even_part(const Padding& padding) {
  const auto& [before, after] = padding;
  return {std::min(before.height, after.height), std::min(before.width, after.width)};
}

/// A pooling, and the size of what it gives.
struct Pooling {
  Window window;
  Size2d out;
};

Pooling pooling_of(const Operator& o, const Shape& image) {
  const Window window = window_at(o, kernel_of(o), image);
  if (window.dilation != Size2d(1)) refuse("dilations other than 1");
  const auto& [kernel, stride, padding, dilation] = window;
  const auto& [before, after] = padding;
  const bool ceil_mode = o.integer("ceil_mode", 0) != 0;
  return {
      window,
      {pooled_size(image[1], kernel.height, stride.height, before.height, after.height, ceil_mode),
       pooled_size(image[2], kernel.width, stride.width, before.width, after.width, ceil_mode)}};
}

/// The layer with these options and this padding before the image that gives the size `out`,
/// rounded down or up; null if none does.
template <class Pool>
std::unique_ptr<Pool> pool_giving(typename Pool::Options options, const Size2d& padding,
                                  const Shape& image, const Size2d& out) {
  if (2 * padding.height > options.kernel.height || 2 * padding.width > options.kernel.width) {
    return nullptr;
  }
  const auto size = [&](std::size_t axis, std::int64_t kernel, std::int64_t stride,
                        std::int64_t both) {
    return pooled_size(image[axis], kernel, stride, both, both, options.ceil_mode);
  };
  options.padding = padding;
  for (const bool ceil_mode : {false, true}) {
    options.ceil_mode = ceil_mode;
    if (size(1, options.kernel.height, options.stride->height, padding.height) == out.height &&
        size(2, options.kernel.width, options.stride->width, padding.width) == out.width) {
      return std::make_unique<Pool>(options);
    }
  }
  return nullptr;
}

/// Padding that counts nowhere: what lies behind the image need only make as many windows.
template <class Pool>
void add_pool(const Pooling& pooling, typename Pool::Options options, Chain& chain) {
  const Padding& padding = pooling.window.padding;
  auto pool = pool_giving<Pool>(options, padding.before, chain.shape(), pooling.out);
  if (!pool) {
    refuse(
        fmt::format("pads come to {} in windows of {}, want the same padding on both sides of "
                    "an axis, at most half of the window, or what ceil_mode makes of it",
                    to_text(padding), to_string(pooling.window.kernel)));
  }
  chain.add(std::move(pool));
}

/// The weight of input 1, (out, in / groups, height, width).
const Tensor& conv_weight(const Operator& o, std::int64_t channels, std::int64_t groups) {
  const Tensor& weight = o.constant(1, "weight");
  if (groups < 1 || channels % groups != 0) {
    refuse(fmt::format("group is {}, want a divisor of {} channels", groups, channels));
  }
  value_count(weight);
  const bool good = weight.dims.size() == 4 && weight.dims[1] == channels / groups &&
                    std::ranges::all_of(weight.dims, [](auto d) { return d > 0; }) &&
                    weight.dims[2] <= kMostSize && weight.dims[3] <= kMostSize;
  if (!good) {
    refuse(fmt::format("its weight, {}, has shape [{}], want [out, {}, height, width]",
                       quoted_name(weight.name), fmt::join(weight.dims, ", "), channels / groups));
  }
  const Size2d kernel{weight.dims[2], weight.dims[3]};
  if (!o.integers("kernel_shape").empty() && kernel_of(o) != kernel) {
    refuse(fmt::format("kernel_shape is {}, the weight's {}", to_string(kernel_of(o)),
                       to_string(kernel)));
  }
  return weight;
}

using Sides = std::pair<std::int64_t, std::int64_t>;  ///< before and after

/// `pads` of a Pad, of each axis of (N, ...).
std::vector<Sides> pads_of(const Operator& o, std::size_t rank) {
  std::vector<std::int64_t> pads = o.integers("pads");  // opset 10 and before
  if (pads.empty()) pads = read_integers(o.constant(1, "pads"));
  std::vector<std::int64_t> axes;
  if (o.find_constant(3)) {
    axes = read_integers(*o.find_constant(3));
  } else {
    for (std::size_t i = 0; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  std::vector<Sides> all(rank);
  bool good = pads.size() == 2 * axes.size();
  for (std::size_t i = 0; good && i < axes.size(); ++i) {
    const std::int64_t axis = axes[i] < 0 ? axes[i] + static_cast<std::int64_t>(rank) : axes[i];
    good = axis >= 0 && std::cmp_less(axis, rank);
    if (good) all[static_cast<std::size_t>(axis)] = {pads[i], pads[i + axes.size()]};
  }
  if (good) return all;
  refuse(fmt::format("pads is [{}], want two numbers for each of {} axes", fmt::join(pads, ", "),
                     rank));
}

void require_zeros(const Operator& o) {
  const std::string_view mode = o.text("mode", "constant");
  if (mode != "constant") refuse(fmt::format("mode is {}, want constant", quoted_name(mode)));
  const float value = o.find_constant(2) ? o.values(2, 1, "value")[0] : o.number("value", 0);
  if (value != 0) refuse(fmt::format("pads with {}, want 0", value));
}

}  // namespace

/// Padding that both sides have is the convolution's, the rest a ZeroPad2d in front.
void add_conv(const Operator& o, Chain& chain) {
  const Shape in = chain.require_image();
  const std::int64_t groups = o.integer("group", 1);
  const Tensor& weight = conv_weight(o, in[0], groups);
  const Window window = window_at(o, {weight.dims[2], weight.dims[3]}, in);
  const Padding padding = sum(window.padding, chain.take_padding());
  const Size2d even = even_part(padding);
  const auto& [before, after] = padding;
  chain.pad(Padding::sides({before.height - even.height, before.width - even.width},
                           {after.height - even.height, after.width - even.width}));
  std::vector<float> parameters = read_floats(weight);
  const bool bias = o.find_constant(2);
  if (bias) parameters = joined(std::move(parameters), o.values(2, weight.dims[0], "bias"));
  chain.add(std::make_unique<Conv2d>(Conv2d::Options{.out_channels = weight.dims[0],
                                                     .kernel = window.kernel,
                                                     .stride = window.stride,
                                                     .padding = even,
                                                     .bias = bias,
                                                     .dilation = window.dilation,
                                                     .groups = groups}),
            std::move(parameters));
}

void add_max_pool(const Operator& o, Chain& chain) {
  const Pooling pooling = pooling_of(o, chain.require_image());
  const auto& [kernel, stride, padding, dilation] = pooling.window;
  add_pool<MaxPool2d>(pooling, {.kernel = kernel, .stride = stride}, chain);
}

/// Zeros that count are the pooling's if it can have them, or else a ZeroPad2d in front. So are
/// those of a Pad before padding that does not count, which lets windows reach over the edge.
void add_average_pool(const Operator& o, Chain& chain) {
  const Pooling pooling = pooling_of(o, chain.require_image());
  const auto& [kernel, stride, padding, dilation] = pooling.window;
  AvgPool2d::Options options{.kernel = kernel, .stride = stride};
  if (o.integer("count_include_pad", 0) == 0 && padding != Padding()) {
    const Padding counted = chain.take_padding();
    if (padding.before == Size2d(0) && counted.before == counted.after) {
      if (auto pool = pool_giving<AvgPool2d>(options, counted.before, chain.shape(), pooling.out)) {
        return chain.add(std::move(pool));
      }
    }
    chain.pad(counted);
    chain.settle_padding();
    options.count_include_pad = padding.before == Size2d(0);  // as text has it where there is none
    return add_pool<AvgPool2d>(pooling, options, chain);
  }
  const Padding zeros = sum(padding, chain.take_padding());
  if (zeros.before == zeros.after) {
    if (auto pool = pool_giving<AvgPool2d>(options, zeros.before, chain.shape(), pooling.out)) {
      return chain.add(std::move(pool));
    }
  }
  chain.pad(zeros);
  Pooling bare = pooling;
  bare.window.padding = {};
  add_pool<AvgPool2d>(bare, options, chain);
}

/// Of zeros round the image, as PyTorch writes it in front of each average.
void add_pad(const Operator& o, Chain& chain) {
  const auto pads = pads_of(o, chain.dims().size() + 1);
  if (std::ranges::all_of(pads, [](auto pad) { return pad == Sides(); })) return;
  require_zeros(o);
  const std::size_t channels = chain.channel_axis() + 1, height = channels == 1 ? 2 : 1;
  const bool good = pads.size() == 4 && pads[0] == Sides() && pads[channels] == Sides() &&
                    chain.shape().size() == 3 && std::ranges::all_of(pads, [](const auto& pad) {
                      return pad.first >= 0 && pad.first <= kMostSize && pad.second >= 0 &&
                             pad.second <= kMostSize;
                    });
  if (!good) {
    refuse(fmt::format("pads is [{}], want zeros on the sides of height and width alone",
                       fmt::join(pads, ", ")));
  }
  const auto [top, bottom] = pads[height];
  const auto [left, right] = pads[height + 1];
  chain.pad(Padding::sides({top, left}, {bottom, right}));
}

}  // namespace lenet::onnx
