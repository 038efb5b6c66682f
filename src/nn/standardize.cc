#include "nn/standardize.h"

#include "base/pixel_formula.h"

namespace lenet {

void standardize(const Normalization& n, std::int64_t size, std::int64_t lanes, float* x) {
  if (n.mean.empty()) return;
  const std::int64_t plane = size / static_cast<std::int64_t>(n.mean.size()) * lanes;
  for (std::size_t c = 0; c < n.mean.size(); ++c, x += plane) {
    const float mean = n.mean[c], scale = 1 / n.deviation[c];
    for (std::int64_t i = 0; i < plane; ++i) x[i] = standardised(x[i], mean, scale);
  }
}

}  // namespace lenet
