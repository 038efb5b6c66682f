#include "kernels/add.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/add.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

void Add(std::int64_t count, const float* a, const float* b, float* y) {
  const F32 d;
  for (std::int64_t i = 0; i < count; i += hn::MaxLanes(d)) {
    hn::Store(hn::Add(hn::Load(d, a + i), hn::Load(d, b + i)), d, y + i);
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(Add);

void add(std::int64_t count, const float* a, const float* b, float* y) {
  HWY_DYNAMIC_DISPATCH(Add)(count, a, b, y);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
