#include "base/aligned.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

namespace lenet {

AlignedFloats::AlignedFloats(std::int64_t count) : size_(count) {
  constexpr std::size_t kCacheLine = 64, kLargePage = 2 << 20;
  const std::size_t wanted = static_cast<std::size_t>(count) * sizeof(float);
  const std::size_t alignment = wanted >= kLargePage ? kLargePage : kCacheLine;
  const std::size_t bytes =
      std::max((wanted + alignment - 1) / alignment, std::size_t{1}) * alignment;
  data_.reset(static_cast<float*>(std::aligned_alloc(alignment, bytes)));
  if (!data_) throw std::bad_alloc();
  // Only advice: where the kernel takes none, pages are small.
  if (alignment == kLargePage) madvise(data_.get(), bytes, MADV_HUGEPAGE);
  std::fill_n(data_.get(), count, 0.0f);
}

}  // namespace lenet
