// Bytes scaled to [0, 1] as PyTorch's ToTensor scales them.

#if defined(LENET_KERNELS_DIVIDE_BY_255_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENET_KERNELS_DIVIDE_BY_255_INL_H_
#undef LENET_KERNELS_DIVIDE_BY_255_INL_H_
#else
#define LENET_KERNELS_DIVIDE_BY_255_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// v / 255 rounded as the division rounds: the quotient by the reciprocal, mended by its remainder.
template <class D, class V>
HWY_INLINE V divide_by_255(D d, V v) {
  if constexpr (!kHasFma) {
    return hn::Div(v, hn::Set(d, 255.0f));  // without FMA the remainder is not exact
  } else {
    const V reciprocal = hn::Set(d, 1.0f / 255.0f);
    const V quotient = hn::Mul(v, reciprocal);
    const V remainder = hn::NegMulAdd(quotient, hn::Set(d, 255.0f), v);
    return hn::MulAdd(remainder, reciprocal, quotient);
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LENET_KERNELS_DIVIDE_BY_255_INL_H_
