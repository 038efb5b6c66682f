#include "cuda/image_store.h"

#include <algorithm>

namespace lenet::cuda {

ImageSource ImageStore::resident(const Dataset& data) {
  const auto found = std::ranges::find(residents_, data.id(), &Resident::id);
  if (found != residents_.end()) {
    std::rotate(found, found + 1, residents_.end());
  } else {
    if (residents_.size() == kMost) {
      residents_.erase(residents_.begin());
      ++generation_;
    }
    const std::int64_t bytes = data.size() * element_count(data.image_shape());
    Resident added{data.id(), DeviceArray<std::uint8_t>(bytes), DeviceArray<Label>(data.size())};
    stream_.copy_to_device(added.pixels.data(), data.image(0), added.pixels.bytes());
    stream_.copy_to_device(added.classes.data(), data.labels().data(), added.classes.bytes());
    stream_.wait();
    residents_.push_back(std::move(added));
  }
  return {residents_.back().pixels.data(), residents_.back().classes.data(), nullptr, nullptr};
}

}  // namespace lenet::cuda
