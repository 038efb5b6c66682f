// What a run of queued steps brings to the card, and what it leaves for the host.
#pragma once

#include <cstdint>
#include <span>

#include "base/thread_team.h"
#include "cuda/image_store.h"
#include "cuda/loss.h"
#include "cuda/runtime.h"
#include "cuda/step.h"
#include "lenet/trainer.h"

namespace lenet::cuda {

/// Memory of one kind on both sides.
template <class T>
struct Mirrored {
  Mirrored() = default;
  explicit Mirrored(std::int64_t size) : host(size), device(size) {}

  void to_device(Stream& stream, std::int64_t count) const {
    stream.copy_to_device(device.data(), host.data(), static_cast<std::size_t>(count) * sizeof(T));
  }
  void to_host(Stream& stream, std::int64_t count) const {
    stream.copy_to_host(host.data(), device.data(), static_cast<std::size_t>(count) * sizeof(T));
  }

  PinnedArray<T> host;
  DeviceArray<T> device;
};

/// Refers to the stream.
class Staging {
 public:
  struct Size {
    std::int64_t steps, batch;  ///< the most steps, and images of one
    std::int64_t tensors;       ///< of parameters
  };

  Staging(Stream& stream, const Size& size);

  const Size& size() const { return size_; }

  /// Rates and the like of the steps after `number` others; no marks.
  void bring_numbers(std::span<const Batch> batches, std::span<const double> lrs,
                     const Trainer::Options& options, std::int64_t number);

  /// The images of batches of a data set, all of one size but the last: indices into what `store`
  /// holds, and, if they are augmented, their changes, which the team draws.
  ImageSource bring_images(std::span<const Batch> batches, ImageStore& store, ThreadTeam& team);

  /// What step i reads and writes on the card.
  const StepScalars* scalars(std::int64_t i) const { return scalars_.device.data() + i; }
  PartialMetrics* metrics(std::int64_t i) const { return metrics_.device.data() + i * blocks_; }
  std::int32_t* bad_tensors(std::int64_t i) const {
    return bad_tensors_.device.data() + i * size_.tensors;
  }
  StopMark* stop() const { return stop_.device.data(); }

  /// Brings metrics and marks of so many steps back, and waits.
  void fetch(std::int64_t steps);

  /// After fetch().
  Metrics metrics_of(std::int64_t step, std::int64_t images, const Metric& metric) const;
  bool bad(std::int64_t step, std::int64_t tensor) const {
    return bad_tensors_.host[step * size_.tensors + tensor] != 0;
  }

 private:
  const IntegerChange* bring_changes(std::span<const Batch> batches, ThreadTeam& team);

  Stream& stream_;
  Size size_;
  std::int64_t blocks_;  ///< of a loss, a step
  Mirrored<StepScalars> scalars_;
  Mirrored<std::int32_t> order_;
  Mirrored<PartialMetrics> metrics_;
  Mirrored<StopMark> stop_;
  Mirrored<std::int32_t> bad_tensors_;
  Mirrored<IntegerChange> changes_;  ///< as order_; empty before the first
};

/// The sums of a loss's blocks over so many images.
Metrics total_of(const PartialMetrics* partials, std::int64_t images, const Metric& metric);

}  // namespace lenet::cuda
