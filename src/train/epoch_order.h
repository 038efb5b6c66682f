// The order in which an epoch visits its images.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "lenet/random.h"

namespace lenet {

/// Images of a data set, shuffled for each epoch as PyTorch's loader does, or in the order of the
/// file, or as many drawn with these chances as its WeightedRandomSampler draws.
class EpochOrder {
 public:
  EpochOrder(std::vector<std::int32_t> images, bool shuffles, std::vector<double> weights = {})
      : images_(std::move(images)),
        shuffles_(shuffles),
        weights_(std::move(weights)),
        places_(images_.size()),
        order_(images_) {
    std::iota(places_.begin(), places_.end(), 0);
  }

  std::int64_t size() const { return std::ssize(order_); }

  /// Draws what the loader draws at the beginning of an epoch.
  void begin_epoch(Generator& generator) {
    if (!weights_.empty()) {
      sample_as_data_loader(generator, weights_, places_);
    } else if (shuffles_) {
      shuffle_as_data_loader(generator, places_);
    } else {
      return draw_loader_seed(generator);
    }
    std::ranges::transform(places_, order_.begin(), [&](std::int32_t place) {
      return images_[static_cast<std::size_t>(place)];
    });
  }

  /// Those of step `step` of the epoch; the last may have fewer.
  std::span<const std::int32_t> batch(std::int64_t step, std::int64_t batch_size) const {
    const auto first = static_cast<std::size_t>(step * batch_size);
    return std::span(order_).subspan(
        first, std::min(static_cast<std::size_t>(batch_size), order_.size() - first));
  }

 private:
  std::vector<std::int32_t> images_;
  bool shuffles_;
  std::vector<double> weights_;       ///< of each image; empty: each once
  std::vector<std::int32_t> places_;  ///< in images_, shuffled epoch after epoch
  std::vector<std::int32_t> order_;
};

}  // namespace lenet
