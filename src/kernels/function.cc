#include "kernels/function.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/function.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/function-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

void FunctionForward(const Function& function, std::int64_t count, const float* x, float* y) {
  with_function(function, [=](auto f) HWY_ATTR {
    const F32 d;
    for (std::int64_t i = 0; i < count; i += hn::MaxLanes(d)) {
      hn::Store(f(hn::Load(d, x + i)), d, y + i);
    }
  });
}

void FunctionBackward(const Function& function, std::int64_t count, const float* x, const float* dy,
                      float* dx) {
  with_function(function, [=](auto f) HWY_ATTR {
    const F32 d;
    for (std::int64_t i = 0; i < count; i += hn::MaxLanes(d)) {
      hn::Store(backward(f, hn::Load(d, x + i), hn::Load(d, dy + i)), d, dx + i);
    }
  });
}

void FunctionBackwardByValue(const Function& function, std::int64_t count, const float* dy,
                             float* y) {
  with_function_by_value(function, [=](auto f) HWY_ATTR {
    const F32 d;
    for (std::int64_t i = 0; i < count; i += hn::MaxLanes(d)) {
      hn::Store(f.backward_by_value(hn::Load(d, y + i), hn::Load(d, dy + i)), d, y + i);
    }
  });
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(FunctionForward);
HWY_EXPORT(FunctionBackward);
HWY_EXPORT(FunctionBackwardByValue);

void function_forward(const Function& f, std::int64_t count, const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(FunctionForward)(f, count, x, y);
}

void function_backward(const Function& f, std::int64_t count, const float* x, const float* dy,
                       float* dx) {
  HWY_DYNAMIC_DISPATCH(FunctionBackward)(f, count, x, dy, dx);
}

void function_backward_by_value(const Function& f, std::int64_t count, const float* dy, float* y) {
  HWY_DYNAMIC_DISPATCH(FunctionBackwardByValue)(f, count, dy, y);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
