#include "io/onnx_global_pools.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace lenet::onnx {
namespace {

/// The layer over whole images, and their size of 1 kept or not.
void add_whole(std::unique_ptr<Layer> layer, bool keeps_sizes, Chain& chain) {
  const bool last = chain.channel_axis() == 2;
  const std::int64_t channels = chain.shape()[0];
  chain.add(std::move(layer));
  if (!keeps_sizes) return chain.flatten();
  if (last) chain.reshape({1, 1, channels});
}

/// Throws Error unless the axes of a ReduceMean or ReduceMax are height and width.
void require_height_and_width(const Operator& o, const Chain& chain) {
  const std::int64_t rank = std::ssize(chain.dims()) + 1;
  std::vector<std::int64_t> axes = o.axes(1);
  for (std::int64_t& axis : axes) axis += axis < 0 ? rank : 0;
  std::ranges::sort(axes);
  const std::int64_t first = chain.channel_axis() == 2 ? 1 : 2;
  if (rank != 4 || chain.shape().size() != 3 ||
      axes != std::vector<std::int64_t>{first, first + 1}) {
    refuse(fmt::format("over the axes [{}] of (N, {}), want height and width of images",
                       fmt::join(axes, ", "), fmt::join(chain.dims(), ", ")));
  }
}

}  // namespace

void add_global_average(const Operator&, Chain& chain) {
  chain.require_image();
  add_whole(std::make_unique<AdaptiveAvgPool2d>(), true, chain);
}

void add_global_max(const Operator&, Chain& chain) {
  chain.require_image();
  add_whole(std::make_unique<AdaptiveMaxPool2d>(), true, chain);
}

void add_reduce_mean(const Operator& o, Chain& chain) {
  require_height_and_width(o, chain);
  add_whole(std::make_unique<AdaptiveAvgPool2d>(), o.integer("keepdims", 1) != 0, chain);
}

void add_reduce_max(const Operator& o, Chain& chain) {
  require_height_and_width(o, chain);
  add_whole(std::make_unique<AdaptiveMaxPool2d>(), o.integer("keepdims", 1) != 0, chain);
}

}  // namespace lenet::onnx
