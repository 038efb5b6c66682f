#include "data/color_change.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/philox.h"

namespace lenet {
namespace {

using Color = std::array<double, 3>;  ///< red, green, blue

/// Of ITU-R BT.601, as torchvision's rgb_to_grayscale has them.
constexpr Color kGrey = {0.299, 0.587, 0.114};

double grey(const Color& color) {
  return kGrey[0] * color[0] + kGrey[1] * color[1] + kGrey[2] * color[2];
}

/// The colour of a grey and of the differences of blue and red from it.
Color color_of(double grey, double blue, double red) {
  return {grey + red, grey - (kGrey[2] * blue + kGrey[0] * red) / kGrey[1], grey + blue};
}

/// What the factors and the turn make of a colour, but for the contrast's grey. The turn is one of
/// the plane of U and V, the differences of blue and red in YUV.
Color changed(const ColorChange& change, const Color& color) {
  constexpr double kU = 0.492, kV = 0.877;
  const double radians = 2 * std::numbers::pi * change.turn;
  const double y = grey(color), u = kU * (color[2] - y), v = kV * (color[0] - y);
  const double turned_u = std::cos(radians) * u - std::sin(radians) * v;
  const double turned_v = std::sin(radians) * u + std::cos(radians) * v;
  Color result = color_of(y, change.saturation * turned_u / kU, change.saturation * turned_v / kV);
  for (double& channel : result) channel *= change.brightness * change.contrast;
  return result;
}

/// Numbers below are in 2^-16 of a byte, so that libraries that differ in the last bit of a double
/// give the same image.
constexpr std::int64_t kOne = 1 << 16;

std::int64_t in_integers(double value) { return std::llround(value * static_cast<double>(kOne)); }

std::uint8_t to_byte(std::int64_t value) {
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>((value + kOne / 2) >> 16, 0, 255));
}

std::int64_t sum_of(const std::uint8_t* plane, std::int64_t size) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < size; ++i) sum += plane[i];
  return sum;
}

/// What contrast adds to each channel of an image with this mean grey.
std::int64_t contrast_shift(const ColorChange& change, double mean) {
  return in_integers((1 - change.contrast) * change.brightness * mean);
}

void change_greys(const ColorChange& change, std::int64_t size, std::uint8_t* plane) {
  const double mean = static_cast<double>(sum_of(plane, size)) / static_cast<double>(size);
  const std::int64_t factor = in_integers(change.brightness * change.contrast);
  const std::int64_t shift = contrast_shift(change, mean);
  for (std::int64_t i = 0; i < size; ++i) plane[i] = to_byte(factor * plane[i] + shift);
}

void change_colors(const ColorChange& change, std::int64_t size, std::uint8_t* image) {
  std::int64_t of[3][3];  // what each channel gets of each
  Color means;
  for (std::size_t from = 0; from < 3; ++from) {
    Color unit{};
    unit[from] = 1;
    const Color column = changed(change, unit);
    for (std::size_t to = 0; to < 3; ++to) of[to][from] = in_integers(column[to]);
    const std::int64_t sum = sum_of(image + static_cast<std::int64_t>(from) * size, size);
    means[from] = static_cast<double>(sum) / static_cast<double>(size);
  }
  const std::int64_t shift = contrast_shift(change, grey(means));
  for (std::int64_t i = 0; i < size; ++i) {
    const std::int64_t red = image[i], green = image[size + i], blue = image[2 * size + i];
    for (int to = 0; to < 3; ++to) {
      image[to * size + i] =
          to_byte(of[to][0] * red + of[to][1] * green + of[to][2] * blue + shift);
    }
  }
}

}  // namespace

ColorChange draw_colors(const Augmentation& augmentation, std::uint64_t seed, std::int64_t epoch,
                        std::int64_t index) {
  if (!augmentation.recolors()) return {};
  // Streams of their own behind those of the other changes, which count images from 0.
  CounterRandom random(seed, static_cast<std::uint64_t>(epoch),
                       CounterRandom::kMaxStream - static_cast<std::uint64_t>(index));
  const auto draw = [&](double most) {
    return most * (2 * static_cast<double>(random.uniform()) - 1);
  };
  ColorChange change;
  change.brightness += draw(augmentation.brightness);
  change.contrast += draw(augmentation.contrast);
  change.saturation += draw(augmentation.saturation);
  change.turn = draw(augmentation.hue);
  return change;
}

void apply(const ColorChange& change, const Shape& shape, std::uint8_t* image) {
  if (change == ColorChange()) return;
  const std::int64_t size = shape[1] * shape[2];
  shape[0] == 3 ? change_colors(change, size, image) : change_greys(change, size, image);
}

}  // namespace lenet
