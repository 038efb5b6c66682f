#include "kernels/mapping.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/mapping.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/lanes-inl.h"
#include "kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

/// x where it is above 0, else slope * x.
struct LeakyReLU {
  Vec slope;

  HWY_INLINE Vec operator()(Vec x) const {
    return hn::IfThenElse(hn::Gt(x, hn::Zero(F32())), x, hn::Mul(slope, x));
  }
  HWY_INLINE Vec derivative(Vec x) const {
    const F32 d;
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Set(d, 1.0f), slope);
  }
};

/// x s with s = sigmoid(x), and s + x s (1 - s).
struct SiLU {
  HWY_INLINE Vec operator()(Vec x) const { return hn::Mul(x, sigmoid(F32(), x)); }
  HWY_INLINE Vec derivative(Vec x) const {
    const Vec s = sigmoid(F32(), x);
    return hn::MulAdd(hn::Mul(x, s), hn::Sub(hn::Set(F32(), 1.0f), s), s);
  }
};

/// A tanh(S x), with A = 1.7159 and S = 2/3 (LeCun 1998), and A S (1 - tanh^2).
struct ScaledTanh {
  static constexpr float kAmplitude = 1.7159f, kSlope = 2.0f / 3;

  HWY_INLINE Vec inner(Vec x) const { return tanh(F32(), hn::Mul(hn::Set(F32(), kSlope), x)); }
  HWY_INLINE Vec operator()(Vec x) const { return hn::Mul(hn::Set(F32(), kAmplitude), inner(x)); }
  HWY_INLINE Vec derivative(Vec x) const {
    const F32 d;
    const Vec t = inner(x);
    return hn::Mul(hn::Set(d, kAmplitude * kSlope), hn::NegMulAdd(t, t, hn::Set(d, 1.0f)));
  }
};

/// Calls g(f) with the function that `mapping` names.
template <class G>
void with_mapping(const Mapping& mapping, G g) {
  switch (mapping.kind) {
    case Mapping::Kind::kLeakyReLU:
      return g(LeakyReLU{hn::Set(F32(), mapping.a)});
    case Mapping::Kind::kSiLU:
      return g(SiLU());
    case Mapping::Kind::kScaledTanh:
      return g(ScaledTanh());
  }
}

void MappingForward(const Mapping& mapping, std::int64_t count, const float* x, float* y) {
  with_mapping(mapping, [=](auto f) HWY_ATTR {
    const F32 d;
    for (std::int64_t i = 0; i < count; i += hn::MaxLanes(d)) {
      hn::Store(f(hn::Load(d, x + i)), d, y + i);
    }
  });
}

void MappingBackward(const Mapping& mapping, std::int64_t count, const float* x, const float* dy,
                     float* dx) {
  with_mapping(mapping, [=](auto f) HWY_ATTR {
    const F32 d;
    for (std::int64_t i = 0; i < count; i += hn::MaxLanes(d)) {
      hn::Store(hn::Mul(f.derivative(hn::Load(d, x + i)), hn::Load(d, dy + i)), d, dx + i);
    }
  });
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(MappingForward);
HWY_EXPORT(MappingBackward);

void mapping_forward(const Mapping& mapping, std::int64_t count, const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(MappingForward)(mapping, count, x, y);
}

void mapping_backward(const Mapping& mapping, std::int64_t count, const float* x, const float* dy,
                      float* dx) {
  HWY_DYNAMIC_DISPATCH(MappingBackward)(mapping, count, x, dy, dx);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
