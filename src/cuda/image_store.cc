#include "cuda/image_store.h"

#include <algorithm>

namespace lenet::cuda {
namespace {

/// A copy on the card, once the stream has been waited for; empty of nothing.
template <class T>
DeviceArray<T> copy_of(Stream& stream, const T* values, std::int64_t count) {
  if (count == 0) return {};
  DeviceArray<T> copy(count);
  stream.copy_to_device(copy.data(), values, copy.bytes());
  return copy;
}

}  // namespace

ImageStore::Resident ImageStore::uploaded(const Dataset& data) {
  const std::int64_t values = data.size() * element_count(data.image_shape());
  const FloatRows rows = data.rows();
  Resident added{.id = data.id(),
                 .pixels = {},
                 .floats = {},
                 .classes = copy_of(stream_, data.labels().data(), std::ssize(data.labels())),
                 .rows = copy_of(stream_, rows.values.data(), std::ssize(rows.values))};
  if (data.has_bytes())
    added.pixels = copy_of(stream_, data.image(0), values);
  else
    added.floats = copy_of(stream_, data.floats(0), values);
  stream_.wait();
  return added;
}

ImageSource ImageStore::resident(const Dataset& data) {
  const auto found = std::ranges::find(residents_, data.id(), &Resident::id);
  if (found != residents_.end()) {
    std::rotate(found, found + 1, residents_.end());
  } else {
    if (residents_.size() == kMost) {
      residents_.erase(residents_.begin());
      ++generation_;
    }
    residents_.push_back(uploaded(data));
  }
  const Resident& last = residents_.back();
  return {.pixels = last.pixels.data(),
          .floats = last.floats.data(),
          .classes = last.classes.data(),
          .rows = last.rows.data()};
}

}  // namespace lenet::cuda
