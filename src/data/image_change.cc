#include "data/image_change.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <numbers>

namespace lenet {
namespace {

double draw_between(double low, double high, CounterRandom& random) {
  return low + (high - low) * random.uniform();
}

std::int64_t draw_up_to(std::int64_t most, CounterRandom& random) {
  return random.below(static_cast<std::uint32_t>(most) + 1);
}

/// torchvision.transforms.RandomErasing.get_params with scale (0.02, 0.33) and ratio (0.3, 3.3);
/// empty if ten tries bring none that fits, as there.
Rectangle draw_rectangle(std::int64_t height, std::int64_t width, CounterRandom& random) {
  constexpr int kTries = 10;
  for (int i = 0; i < kTries; ++i) {
    const double area =
        static_cast<double>(height) * static_cast<double>(width) * draw_between(0.02, 0.33, random);
    const double ratio = std::exp(draw_between(std::log(0.3), std::log(3.3), random));
    const std::int64_t h = std::llround(std::sqrt(area * ratio));
    const std::int64_t w = std::llround(std::sqrt(area / ratio));
    if (h >= height || w >= width) continue;
    const std::int64_t top = draw_up_to(height - h, random);
    return {.top = top, .left = draw_up_to(width - w, random), .height = h, .width = w};
  }
  return {};
}

/// `count` pixels of row y, from column x on, of the source after rotation, scaling and flip.
struct Stretch {
  std::int64_t y, x, count;
};

void write_copied(const Plane& source, bool flip, Stretch stretch, std::uint8_t* out) {
  const std::uint8_t* const row = source.row(stretch.y);
  if (flip) {
    const std::uint8_t* const end = row + source.width - stretch.x;
    std::reverse_copy(end - stretch.count, end, out);
  } else {
    std::memcpy(out, row + stretch.x, static_cast<std::size_t>(stretch.count));
  }
}

void write_turned(const IntegerChange& change, const Plane& source, Stretch stretch,
                  std::uint8_t* out) {
  const Place step = change.step();
  Place place = change.place(source, stretch.y, change.column(source, stretch.x));
  for (std::int64_t i = 0; i < stretch.count; ++i) {
    out[i] = interpolate(source, place);
    place.y += step.y;
    place.x += step.x;
  }
}

void write_black(std::uint8_t* out, std::int64_t count) {
  std::memset(out, 0, static_cast<std::size_t>(count));
}

void move_plane(const IntegerChange& change, const Plane& source, std::uint8_t* out) {
  const std::int64_t height = source.height, width = source.width;
  const bool turns = change.turns();
  const std::int64_t begin = std::clamp<std::int64_t>(change.right, 0, width);
  const std::int64_t end = std::clamp<std::int64_t>(width + change.right, 0, width);
  for (std::int64_t y = 0; y < height; ++y, out += width) {
    const Stretch stretch{.y = y - change.down, .x = begin - change.right, .count = end - begin};
    if (stretch.y < 0 || stretch.y >= height || stretch.count == 0) {
      write_black(out, width);
      continue;
    }
    write_black(out, begin);
    write_black(out + end, width - end);
    if (turns) {
      write_turned(change, source, stretch, out + begin);
    } else {
      write_copied(source, change.flip, stretch, out + begin);
    }
  }
}

}  // namespace

ImageChange draw_change(const Augmentation& augmentation, const Shape& shape,
                        CounterRandom& random) {
  // All are drawn, asked for or not, so that one setting does not change what another does.
  const double angle = draw_between(-1, 1, random), growth = draw_between(-1, 1, random);
  const bool mirrored = random.below(2) == 1;
  const std::int64_t right = draw_up_to(2 * augmentation.shift, random) - augmentation.shift;
  const std::int64_t down = draw_up_to(2 * augmentation.shift, random) - augmentation.shift;
  const bool erased = random.uniform() < augmentation.erase;
  return {.degrees = augmentation.rotate * angle,
          .factor = 1 + augmentation.scale * growth,
          .flip = augmentation.flip && mirrored,
          .right = right,
          .down = down,
          .colors = {},
          .erased = erased ? draw_rectangle(shape[1], shape[2], random) : Rectangle{}};
}

ImageChange draw_change(const Augmentation& augmentation, const Shape& shape, std::uint64_t seed,
                        std::int64_t epoch, std::int64_t index) {
  assert(epoch >= 0 && index >= 0);
  CounterRandom random(seed, static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(index));
  ImageChange change = draw_change(augmentation, shape, random);
  change.colors = draw_colors(augmentation, seed, epoch, index);
  return change;
}

IntegerChange in_integers(const ImageChange& change) {
  constexpr auto kUnit = static_cast<double>(IntegerChange::kOne);
  const double radians = change.degrees * (std::numbers::pi / 180);
  return {.cos = std::llround(std::cos(radians) / change.factor * kUnit),
          .sin = std::llround(std::sin(radians) / change.factor * kUnit),
          .flip = change.flip,
          .right = change.right,
          .down = change.down,
          .erased = change.erased};
}

void apply(const ImageChange& image_change, const Shape& shape, const std::uint8_t* source,
           std::uint8_t* out) {
  const std::int64_t height = shape[1], width = shape[2], size = height * width;
  const IntegerChange change = in_integers(image_change);
  for (std::int64_t c = 0; c < shape[0]; ++c) {
    const Plane plane{.pixels = source + c * size, .height = height, .width = width};
    move_plane(change, plane, out + c * size);
  }
  apply(image_change.colors, shape, out);
  const Rectangle& erased = change.erased;
  for (std::int64_t c = 0; c < shape[0]; ++c) {
    for (std::int64_t y = erased.top; y < erased.top + erased.height; ++y) {
      write_black(out + c * size + y * width + erased.left, erased.width);
    }
  }
}

}  // namespace lenet
