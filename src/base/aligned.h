// Floats at the start of a cache line.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>

namespace lenet {

/// `count` floats on the heap, zero at first, aligned to 64 bytes, in large pages where there are
/// many. Throws std::bad_alloc.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::int64_t count);

  float* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }

 private:
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  std::unique_ptr<float[], Free> data_;
  std::int64_t size_ = 0;
};

}  // namespace lenet
