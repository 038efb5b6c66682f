// Images in the card's memory.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cuda/runtime.h"
#include "data/integer_change.h"
#include "lenet/dataset.h"

namespace lenet::cuda {

/// Where a gather finds its images, and the loss their targets, all on the card: of each the one
/// kind that the data has; the other is null.
struct ImageSource {
  const std::uint8_t* pixels;
  const float* floats;
  const Label* classes;
  const float* rows;
  const std::int32_t* order = nullptr;     ///< indices into these
  const IntegerChange* changes = nullptr;  ///< of order[0], order[1] ...; null: not augmented

  const void* images() const { return pixels ? static_cast<const void*>(pixels) : floats; }
};

/// Data sets that have been uploaded, each once. The training set and the test set stay; a third
/// takes the place of the one that has not been used for longest.
class ImageStore {
 public:
  explicit ImageStore(Stream& stream) : stream_(stream) {}

  /// Images and targets of `data`, without order and changes. Valid until generation() changes.
  ImageSource resident(const Dataset& data);

  /// Grows when something that resident() has named is gone.
  std::int64_t generation() const { return generation_; }

 private:
  struct Resident {
    std::uint64_t id;
    DeviceArray<std::uint8_t> pixels;
    DeviceArray<float> floats;
    DeviceArray<Label> classes;
    DeviceArray<float> rows;
  };

  Resident uploaded(const Dataset& data);

  static constexpr std::size_t kMost = 2;

  Stream& stream_;
  std::vector<Resident> residents_;  ///< the one used last comes last
  std::int64_t generation_ = 0;
};

}  // namespace lenet::cuda
