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

struct Slide {
  Size2d stride;
  Zeros padding;
};

/// What SAME_UPPER and SAME_LOWER come to on one axis in all.
std::int64_t same_padding(std::int64_t size, std::int64_t kernel, std::int64_t stride) {
  const std::int64_t out = (size + stride - 1) / stride;
  return std::max<std::int64_t>((out - 1) * stride + kernel - size, 0);
}

Zeros padding_of(const Operator& o, const Size2d& kernel, const Size2d& stride,
                 const Shape& image) {
  const std::string_view automatic = o.text("auto_pad", "NOTSET");
  if (automatic == "VALID") return {};
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    const Size2d all = {same_padding(image[1], kernel.height, stride.height),
                        same_padding(image[2], kernel.width, stride.width)};
    const Size2d less = {all.height / 2, all.width / 2};
    const Size2d more = {all.height - less.height, all.width - less.width};
    return automatic == "SAME_UPPER" ? Zeros{less, more} : Zeros{more, less};
  }
  if (automatic != "NOTSET") refuse(fmt::format("auto_pad is {}", quoted_name(automatic)));
  const std::vector<std::int64_t> pads = o.integers("pads");
  if (pads.empty()) return {};
  const bool good = pads.size() == 4 && std::ranges::all_of(pads, [](std::int64_t p) {
                      return p >= 0 && p <= kMostSize;
                    });
  if (good) return {{pads[0], pads[1]}, {pads[2], pads[3]}};
  refuse(fmt::format("pads is [{}], want four numbers, 0 to {}", fmt::join(pads, ", "), kMostSize));
}

std::string to_text(const Zeros& zeros) {
  return fmt::format("[{}, {}, {}, {}]", zeros.before.height, zeros.before.width,
                     zeros.after.height, zeros.after.width);
}

Slide slide_of(const Operator& o, const Size2d& kernel, const Shape& image) {
  if (pair_of(o, "dilations", 1) != Size2d(1)) refuse("dilations other than 1");
  const Size2d stride = pair_of(o, "strides", 1);
  return {stride, padding_of(o, kernel, stride, image)};
}

Zeros sum(const Zeros& a, const Zeros& b) {
  const auto add = [](const Size2d& x, const Size2d& y) {
    return Size2d(x.height + y.height, x.width + y.width);
  };
  return {add(a.before, b.before), add(a.after, b.after)};
}

/// Throws Error if the last windows reach over the edge where ceil_mode makes windows of that.
void require_whole_windows(const Operator& o, const Window& window, const Shape& image) {
  const auto rest = [](std::int64_t size, std::int64_t k, std::int64_t p, std::int64_t s) {
    return (size + 2 * p - k) % s;
  };
  const Size2d &kernel = window.kernel, &padding = window.padding, &stride = window.stride;
  if (o.integer("ceil_mode", 0) != 0 &&
      (rest(image[1], kernel.height, padding.height, stride.height) != 0 ||
       rest(image[2], kernel.width, padding.width, stride.width) != 0)) {
    refuse(fmt::format("ceil_mode: the windows reach over the edge of {}", to_string(image)));
  }
}

/// The padding of both sides, which a pooling has the same.
Size2d even(const Zeros& padding) {
  if (padding.before == padding.after) return padding.before;
  refuse(
      fmt::format("pads come to {}, want the same padding on both sides of an axis: a pooling "
                  "of lenet has no other",
                  to_text(padding)));
}

Window pool_window(const Operator& o, const Shape& image) {
  const Size2d kernel = kernel_of(o);
  const Slide slide = slide_of(o, kernel, image);
  const Window window{kernel, slide.stride, even(slide.padding)};
  require_whole_windows(o, window, image);
  return window;
}

template <class Pool>
void add_pool(const Window& window, Chain& chain) {
  chain.add(std::make_unique<Pool>(Pool2d::Options{
      .kernel = window.kernel, .stride = window.stride, .padding = window.padding}));
}

/// A convolution's weight, (planes, rows, columns) with these rows and columns of 0 round each.
std::vector<float> surrounded(const std::vector<float>& weight, const Size2d& kernel,
                              const Zeros& zeros) {
  const std::int64_t rows = kernel.height + zeros.before.height + zeros.after.height;
  const std::int64_t columns = kernel.width + zeros.before.width + zeros.after.width;
  const std::int64_t planes = std::ssize(weight) / (kernel.height * kernel.width);
  std::vector<float> larger(static_cast<std::size_t>(planes * rows * columns));
  auto from = weight.begin();
  for (std::int64_t plane = 0; plane < planes; ++plane) {
    for (std::int64_t row = 0; row < kernel.height; ++row, from += kernel.width) {
      const std::int64_t at =
          (plane * rows + zeros.before.height + row) * columns + zeros.before.width;
      std::copy_n(from, kernel.width, larger.begin() + at);
    }
  }
  return larger;
}

/// Rows and columns of 0 that make padding of the larger of both sides the same: the window of a
/// larger kernel starts where the smaller one did, less the zeros in front.
Zeros evening(const Zeros& padding, const Size2d& kernel) {
  const auto more = [](std::int64_t this_side, std::int64_t other, std::int64_t size) {
    const std::int64_t difference = std::max<std::int64_t>(other - this_side, 0);
    if (difference <= size) return difference;
    refuse(
        fmt::format("padding of {} on one side and of {} on the other, want them to differ by "
                    "at most the kernel's {}",
                    this_side, other, size));
  };
  const Size2d &before = padding.before, &after = padding.after;
  return {{more(before.height, after.height, kernel.height),
           more(before.width, after.width, kernel.width)},
          {more(after.height, before.height, kernel.height),
           more(after.width, before.width, kernel.width)}};
}

/// The weight of input 1, (out, in, height, width).
const Tensor& conv_weight(const Operator& o, std::int64_t channels) {
  const Tensor& weight = o.constant(1, "weight");
  if (o.integer("group", 1) != 1) {
    refuse(fmt::format("group is {}, want 1", o.integer("group", 1)));
  }
  value_count(weight);
  const bool good = weight.dims.size() == 4 && weight.dims[1] == channels &&
                    std::ranges::all_of(weight.dims, [](auto d) { return d > 0; }) &&
                    weight.dims[2] <= kMostSize && weight.dims[3] <= kMostSize;
  if (!good) {
    refuse(fmt::format("its weight, {}, has shape [{}], want [out, {}, height, width]",
                       quoted_name(weight.name), fmt::join(weight.dims, ", "), channels));
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

void add_conv(const Operator& o, Chain& chain) {
  const Shape in = chain.require_image();
  const Tensor& weight = conv_weight(o, in[0]);
  Size2d kernel{weight.dims[2], weight.dims[3]};
  const Slide slide = slide_of(o, kernel, in);
  const Zeros padding = sum(slide.padding, chain.take_padding());
  const Zeros zeros = evening(padding, kernel);
  std::vector<float> parameters = read_floats(weight);
  if (zeros != Zeros()) parameters = surrounded(parameters, kernel, zeros);
  kernel = {kernel.height + zeros.before.height + zeros.after.height,
            kernel.width + zeros.before.width + zeros.after.width};
  const bool bias = o.find_constant(2);
  if (bias) parameters = joined(std::move(parameters), o.values(2, weight.dims[0], "bias"));
  chain.add(std::make_unique<Conv2d>(
                Conv2d::Options{.out_channels = weight.dims[0],
                                .kernel = kernel,
                                .stride = slide.stride,
                                .padding = {std::max(padding.before.height, padding.after.height),
                                            std::max(padding.before.width, padding.after.width)},
                                .bias = bias}),
            std::move(parameters));
}

void add_max_pool(const Operator& o, Chain& chain) {
  add_pool<MaxPool2d>(pool_window(o, chain.require_image()), chain);
}

void add_average_pool(const Operator& o, Chain& chain) {
  Window window = pool_window(o, chain.require_image());
  if (window.padding != Size2d(0) && o.integer("count_include_pad", 0) == 0) {
    refuse("padding that does not count in the average, want count_include_pad=1");
  }
  const Size2d zeros = even(chain.take_padding());
  window.padding = {window.padding.height + zeros.height, window.padding.width + zeros.width};
  add_pool<AvgPool2d>(window, chain);
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
  chain.pad({.before = {top, left}, .after = {bottom, right}});
}

}  // namespace lenet::onnx
