#include "export/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/pixel_formula.h"
#include "export/node_values.h"
#include "lenet/error.h"
#include "nn/standardize.h"

namespace lenet {
namespace {

Floats normalized(Floats x, const Normalization& by) {
  standardize(by, std::ssize(x), 1, x.data());
  return x;
}

/// What byte / 255, normalised, can be in any channel.
ValueRange pixel_range(const Normalization& normalization) {
  ValueRange range;
  const std::size_t channels = std::max<std::size_t>(1, normalization.mean.size());
  for (const std::uint8_t byte : {std::uint8_t{0}, std::uint8_t{255}}) {
    for (const float v : normalized(Floats(channels, pixel_value(byte)), normalization)) {
      range.include(v);
    }
  }
  return range;
}

/// Image n as the network's first layer sees it.
Floats image_of(const Dataset& data, std::int64_t n, const Normalization& normalization) {
  const std::int64_t size = element_count(data.image_shape());
  if (!data.has_bytes()) return normalized({data.floats(n), data.floats(n) + size}, normalization);
  Floats x(static_cast<std::size_t>(size));
  std::transform(data.image(n), data.image(n) + size, x.begin(), pixel_value);
  return normalized(std::move(x), normalization);
}

/// what(): as in "layer 3: an output".
template <class What>
void include(const Floats& values, const What& what, ValueRange& range) {
  for (const float v : values) {
    if (!std::isfinite(v)) {
      throw Error(
          ErrorKind::kBadInput,
          fmt::format("{} is {}, want finite numbers to calibrate on; train the network again",
                      what(), v));
    }
    range.include(v);
  }
}

}  // namespace

ValueRanges calibrate(const std::vector<FloatOperationPtr>& operations,
                      const Normalization& normalization, const Dataset& data,
                      std::int64_t images) {
  ValueRanges ranges{.image = {}, .nodes = std::vector<ValueRange>(operations.size())};
  if (data.has_bytes()) ranges.image = pixel_range(normalization);
  for (std::int64_t n = 0; n < images; ++n) {
    const Floats image = image_of(data, n * data.size() / images, normalization);
    if (!data.has_bytes())
      include(
          image, [] { return "an image: a normalised number"; }, ranges.image);
    NodeValues<float> values(image);
    for (std::size_t i = 0; i < operations.size(); ++i) {
      const FloatOperation& o = *operations[i];
      const auto what = [&] { return fmt::format("layer {}: an output", o.node().name); };
      include(values.run(o), what, ranges.nodes[i]);
    }
  }
  return ranges;
}

}  // namespace lenet
