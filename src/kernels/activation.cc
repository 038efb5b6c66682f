#include "kernels/activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/activation.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/lanes-inl.h"
#include "kernels/math-inl.h"
#include "lenet/pack.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

void ActivationForward(Activation activation, std::int64_t count, float* x) {
  with_activation(activation, [=](auto act) HWY_ATTR {
    const F32 d;
    for (std::int64_t i = 0; i < count; i += hn::MaxLanes(d)) {
      hn::Store(activate<act()>(d, hn::Load(d, x + i)), d, x + i);
    }
  });
}

void ActivationBackward(Activation activation, std::int64_t count, const float* dy, float* y) {
  with_activation(activation, [=](auto act) HWY_ATTR {
    const F32 d;
    for (std::int64_t i = 0; i < count; i += hn::MaxLanes(d)) {
      hn::Store(activate_backward<act()>(d, hn::Load(d, y + i), hn::Load(d, dy + i)), d, y + i);
    }
  });
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(ActivationForward);
HWY_EXPORT(ActivationBackward);

void activation_forward(Activation activation, std::int64_t count, float* x) {
  HWY_DYNAMIC_DISPATCH(ActivationForward)(activation, count, x);
}

void activation_backward(Activation activation, std::int64_t count, const float* dy, float* y) {
  HWY_DYNAMIC_DISPATCH(ActivationBackward)(activation, count, dy, y);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
