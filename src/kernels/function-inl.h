// Functions of one number on vectors.

#if defined(LENET_KERNELS_FUNCTION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENET_KERNELS_FUNCTION_INL_H_
#undef LENET_KERNELS_FUNCTION_INL_H_
#else
#define LENET_KERNELS_FUNCTION_INL_H_
#endif

#include <cassert>

#include "base/function_formula.h"
#include "kernels/lanes-inl.h"
#include "kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

// Functions whose value y tells the derivative. backward_by_value: dy times it.

struct Identity {
  HWY_INLINE Vec operator()(Vec x) const { return x; }
  HWY_INLINE Vec backward_by_value(Vec, Vec dy) const { return dy; }
};

struct Sigmoid {
  HWY_INLINE Vec operator()(Vec x) const { return sigmoid(F32(), x); }
  HWY_INLINE Vec backward_by_value(Vec y, Vec dy) const {
    return hn::Mul(dy, hn::NegMulAdd(y, y, y));
  }
};

struct ReLU {
  HWY_INLINE Vec operator()(Vec x) const {
    return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(F32())), x);
  }
  HWY_INLINE Vec backward_by_value(Vec y, Vec dy) const {
    return hn::IfThenElseZero(hn::Gt(y, hn::Zero(F32())), dy);
  }
};

struct Tanh {
  HWY_INLINE Vec operator()(Vec x) const { return tanh(F32(), x); }
  HWY_INLINE Vec backward_by_value(Vec y, Vec dy) const {
    return hn::NegMulAdd(hn::Mul(dy, y), y, dy);
  }
};

struct ReLU6 {
  // Min returns its second operand where one is NaN.
  HWY_INLINE Vec operator()(Vec x) const { return hn::Min(hn::Set(F32(), 6.0f), ReLU()(x)); }
  HWY_INLINE Vec backward_by_value(Vec y, Vec dy) const {
    const F32 d;
    const auto inside = hn::And(hn::Gt(y, hn::Zero(d)), hn::Lt(y, hn::Set(d, 6.0f)));
    return hn::IfThenElseZero(inside, dy);
  }
};

struct Hardsigmoid {
  static constexpr float kSixth = 1 / 6.0f;

  HWY_INLINE Vec operator()(Vec x) const {
    const F32 d;
    return hn::Mul(hn::Set(d, kSixth), ReLU6()(hn::Add(x, hn::Set(d, 3.0f))));
  }
  HWY_INLINE Vec backward_by_value(Vec y, Vec dy) const {
    const F32 d;
    const auto inside = hn::And(hn::Gt(y, hn::Zero(d)), hn::Lt(y, hn::Set(d, 1.0f)));
    return hn::IfThenElseZero(inside, hn::Mul(hn::Set(d, kSixth), dy));
  }
};

// Functions whose derivative needs the argument.

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

/// A tanh(S x), and A S (1 - tanh^2).
struct ScaledTanh {
  static constexpr float kA = kAmplitude<float>, kS = kSlope<float>;

  HWY_INLINE Vec inner(Vec x) const { return tanh(F32(), hn::Mul(hn::Set(F32(), kS), x)); }
  HWY_INLINE Vec operator()(Vec x) const { return hn::Mul(hn::Set(F32(), kA), inner(x)); }
  HWY_INLINE Vec derivative(Vec x) const {
    const F32 d;
    const Vec t = inner(x);
    return hn::Mul(hn::Set(d, kA * kS), hn::NegMulAdd(t, t, hn::Set(d, 1.0f)));
  }
};

/// base + log(1 + e) with e = e^-|x|, as 2 atanh(e / (2 + e)) by its series.
HWY_INLINE Vec plus_log1p_exp(Vec base, Vec x) {
  const F32 d;
  const Vec e = exp(d, hn::Neg(hn::Abs(x)));
  const Vec s = hn::Div(e, hn::Add(e, hn::Set(d, 2.0f)));
  const Vec z = hn::Mul(s, s);
  Vec p = hn::Set(d, 1 / 13.0f);
  for (const float n : {11.0f, 9.0f, 7.0f, 5.0f, 3.0f, 1.0f}) {
    p = hn::MulAdd(p, z, hn::Set(d, 1 / n));
  }
  return hn::MulAdd(hn::Add(s, s), p, base);
}

/// max(x, 0) + log(1 + e^-|x|), and sigmoid(x). Below -87, where exp() stays at the least normal
/// float, it is 0.
struct Softplus {
  HWY_INLINE Vec operator()(Vec x) const {
    const F32 d;
    const Vec y = plus_log1p_exp(hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x), x);
    return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, -87.0f)), y);
  }
  HWY_INLINE Vec derivative(Vec x) const { return sigmoid(F32(), x); }
};

/// x Hardsigmoid(x), and x / 3 + 1 / 2 from -3 to 3.
struct Hardswish {
  HWY_INLINE Vec operator()(Vec x) const { return hn::Mul(x, Hardsigmoid()(x)); }
  HWY_INLINE Vec derivative(Vec x) const {
    const F32 d;
    const Vec three = hn::Set(d, 3.0f), one = hn::Set(d, 1.0f);
    const Vec inside = hn::MulAdd(x, hn::Set(d, 1 / 3.0f), hn::Set(d, 0.5f));
    return hn::IfThenZeroElse(hn::Lt(x, hn::Neg(three)),
                              hn::IfThenElse(hn::Gt(x, three), one, inside));
  }
};

/// x where it is above 0, else alpha (e^x - 1).
struct ELU {
  Vec alpha;

  HWY_INLINE Vec operator()(Vec x) const {
    const F32 d;
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(alpha, expm1(d, x)));
  }
  HWY_INLINE Vec derivative(Vec x) const {
    const F32 d;
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Set(d, 1.0f), hn::Mul(alpha, exp(d, x)));
  }
};

/// As by its formula. Below -87, where exp() stays at the least normal float, it is 0.
struct Mish {
  HWY_INLINE Vec operator()(Vec x) const {
    const F32 d;
    const Vec two = hn::Set(d, 2.0f);
    const Vec e = exp(d, hn::Min(hn::Set(d, 20.0f), x));
    const Vec n = hn::Mul(e, hn::Add(e, two));
    const Vec y = hn::Mul(x, hn::Div(n, hn::Add(n, two)));
    return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, -87.0f)), y);
  }
  HWY_INLINE Vec derivative(Vec x) const {
    const F32 d;
    const Vec one = hn::Set(d, 1.0f), two = hn::Set(d, 2.0f);
    const Vec most = hn::Min(hn::Set(d, 20.0f), x);
    const Vec e = exp(d, most);
    const Vec n = hn::Mul(e, hn::Add(e, two));
    const Vec inverse = hn::Div(one, hn::Add(n, two));
    const Vec of_tanh = hn::Mul(hn::Mul(e, hn::Add(e, one)), hn::Mul(inverse, inverse));
    const Vec y = hn::MulAdd(hn::Mul(hn::Set(d, 4.0f), most), of_tanh, hn::Mul(n, inverse));
    return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, -87.0f)), y);
  }
};

/// x in [-most, most]; NaN stays NaN.
HWY_INLINE Vec within(Vec x, float most) {
  const F32 d;
  return hn::Min(hn::Set(d, most), hn::Max(hn::Set(d, -most), x));
}

/// x Phi(x). Below -12.9 it stays at -3e-37.
struct GELU {
  static constexpr float kMost = 12.9f;

  HWY_INLINE Vec operator()(Vec x) const {
    const F32 d;
    return hn::Mul(hn::Max(hn::Set(d, -kMost), x), normal(d, within(x, kMost)).cdf);
  }
  HWY_INLINE Vec derivative(Vec x) const {
    const F32 d;
    const Vec inside = within(x, kMost);
    const auto of = normal(d, inside);
    const Vec density = hn::Mul(of.bell, hn::Set(d, formula::kRootOfTwoPiInverse<float>));
    return hn::MulAdd(inside, density, of.cdf);
  }
};

/// As by its formula. Below -9.9 it stays at -1e-36.
struct GELUTanh {
  static constexpr float kMost = 9.9f;
  static constexpr float kLinear = formula::GELUTanh<float>::kLinear;
  static constexpr float kCubic = formula::GELUTanh<float>::kCubic;

  HWY_INLINE Vec gate(Vec x) const {
    const F32 d;
    const Vec slope = hn::MulAdd(hn::Mul(x, x), hn::Set(d, kCubic), hn::Set(d, kLinear));
    return sigmoid(d, hn::Mul(x, slope));
  }
  HWY_INLINE Vec operator()(Vec x) const {
    return hn::Mul(hn::Max(hn::Set(F32(), -kMost), x), gate(within(x, kMost)));
  }
  HWY_INLINE Vec derivative(Vec x) const {
    const F32 d;
    const Vec inside = within(x, kMost), s = gate(inside);
    const Vec slope =
        hn::MulAdd(hn::Mul(inside, inside), hn::Set(d, 3 * kCubic), hn::Set(d, kLinear));
    const Vec of_gate = hn::Mul(hn::Mul(s, hn::Sub(hn::Set(d, 1.0f), s)), slope);
    return hn::MulAdd(inside, of_gate, s);
  }
};

/// dy times the derivative at x.
template <class F>
HWY_INLINE Vec backward(const F& f, Vec x, Vec dy) {
  if constexpr (requires { f.derivative(x); }) {
    return hn::Mul(f.derivative(x), dy);
  } else {
    return f.backward_by_value(f(x), dy);
  }
}

/// Calls g(f) with any function.
template <class G>
HWY_INLINE void with_function(const Function& function, G g) {
  switch (function.kind) {
    case Function::Kind::kIdentity:
      return g(Identity());
    case Function::Kind::kSigmoid:
      return g(Sigmoid());
    case Function::Kind::kReLU:
      return g(ReLU());
    case Function::Kind::kTanh:
      return g(Tanh());
    case Function::Kind::kLeakyReLU:
      return g(LeakyReLU{hn::Set(F32(), function.a)});
    case Function::Kind::kSiLU:
      return g(SiLU());
    case Function::Kind::kScaledTanh:
      return g(ScaledTanh());
    case Function::Kind::kSoftplus:
      return g(Softplus());
    case Function::Kind::kReLU6:
      return g(ReLU6());
    case Function::Kind::kHardsigmoid:
      return g(Hardsigmoid());
    case Function::Kind::kHardswish:
      return g(Hardswish());
    case Function::Kind::kELU:
      return g(ELU{hn::Set(F32(), function.a)});
    case Function::Kind::kMish:
      return g(Mish());
    case Function::Kind::kGELU:
      return g(GELU());
    case Function::Kind::kGELUTanh:
      return g(GELUTanh());
  }
}

/// Calls g(f) with a function whose value tells the derivative.
template <class G>
HWY_INLINE void with_function_by_value(const Function& function, G g) {
  with_function(function, [&](auto f) HWY_ATTR {
    if constexpr (requires(Vec v) { f.backward_by_value(v, v); }) {
      g(f);
    } else {
      assert(false && "told_by_value()");
    }
  });
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LENET_KERNELS_FUNCTION_INL_H_
