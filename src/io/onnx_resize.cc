#include "io/onnx_resize.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <memory>

#include "io/safetensors_header.h"

namespace lenet::onnx {
namespace {

constexpr std::int64_t kMostScale = (1 << 20) - 1;

/// Whether the element at place i of an axis s times as long is that at i / s, rounded down.
bool repeats(const Operator& o) {
  const std::string_view from = o.text("coordinate_transformation_mode", "half_pixel");
  const std::string_view rounds = o.text("nearest_mode", "round_prefer_floor");
  const bool to_nearest = rounds == "round_prefer_floor" || rounds == "round_prefer_ceil";
  return from == "asymmetric"
             ? rounds == "floor"
             : (from == "half_pixel" || from == "pytorch_half_pixel") && to_nearest;
}

void require_nearest(const Operator& o) {
  const std::string_view mode = o.text("mode", "nearest");
  if (mode != "nearest") refuse(fmt::format("mode is {}, want nearest", quoted_name(mode)));
}

/// From the factors of (N, channels, height, width).
void add_scales(const std::vector<float>& scales, Chain& chain) {
  const auto whole = [](float scale) {
    return scale >= 1 && scale <= static_cast<float>(kMostScale) && scale == std::floor(scale);
  };
  const bool good = scales[0] == 1 && scales[1] == 1 && whole(scales[2]) && whole(scales[3]);
  if (!good) {
    refuse(fmt::format("scales [{}], want [1, 1, h, w] of whole numbers", fmt::join(scales, ", ")));
  }
  chain.add(std::make_unique<Upsample>(
      Size2d(static_cast<std::int64_t>(scales[2]), static_cast<std::int64_t>(scales[3]))));
}

/// From the sizes of (N, channels, height, width).
void add_sizes(const std::vector<std::int64_t>& sizes, Chain& chain) {
  const Shape& image = chain.shape();
  const bool good = sizes.size() == 4 && sizes[1] == image[0] && sizes[2] >= image[1] &&
                    sizes[3] >= image[2] && sizes[2] % image[1] == 0 && sizes[3] % image[2] == 0;
  if (!good) {
    refuse(fmt::format("sizes [{}] of {}, want multiples of height and width",
                       fmt::join(sizes, ", "), to_string(image)));
  }
  chain.add(std::make_unique<Upsample>(Size2d(sizes[2] / image[1], sizes[3] / image[2])));
}

}  // namespace

void add_resize(const Operator& o, Chain& chain) {
  chain.require_image();
  require_nearest(o);
  const bool old = o.node().inputs.size() == 2;  // of opset 10: x, scales
  if (!old && !repeats(o)) {
    refuse(
        fmt::format("coordinate_transformation_mode {} with nearest_mode {}, want asymmetric "
                    "with floor, or half_pixel with round_prefer_floor",
                    quoted_name(o.text("coordinate_transformation_mode", "half_pixel")),
                    quoted_name(o.text("nearest_mode", "round_prefer_floor"))));
  }
  if (o.find_constant(3)) return add_sizes(read_integers(*o.find_constant(3)), chain);
  add_scales(o.values(old ? 1 : 2, 4, "scales"), chain);
}

/// Of opset 9, Resize without its choices.
void add_upsample(const Operator& o, Chain& chain) {
  chain.require_image();
  require_nearest(o);
  add_scales(o.values(1, 4, "scales"), chain);
}

}  // namespace lenet::onnx
