// Elementary functions on vectors, with the same bits on every target that has FMA.

#if defined(LENET_KERNELS_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENET_KERNELS_MATH_INL_H_
#undef LENET_KERNELS_MATH_INL_H_
#else
#define LENET_KERNELS_MATH_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// x = n ln 2 + r.
template <class V>
struct Reduced {
  V r;      ///< |r| <= ln(2)/2
  V power;  ///< 2^n
};

/// Of x in [-87, 88]; beyond, of that end. NaN stays NaN. ln 2 in two parts keeps n * kLn2High
/// exact.
template <class D, class V>
HWY_INLINE Reduced<V> reduced(D d, V x) {
  constexpr float kLog2E = 1.44269504f, kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  // 1.5 * 2^23 + 127: adding it rounds to an integer; the low bits then hold the exponent of 2^n.
  constexpr float kRound = 12583039.0f;
  const hn::RebindToSigned<D> di;
  // Min and Max return their second operand where one is NaN.
  const V clamped = hn::Min(hn::Set(d, 88.0f), hn::Max(hn::Set(d, -87.0f), x));
  const V shifted = hn::MulAdd(clamped, hn::Set(d, kLog2E), hn::Set(d, kRound));
  const V n = hn::Sub(shifted, hn::Set(d, kRound));
  V r = hn::NegMulAdd(n, hn::Set(d, kLn2High), clamped);
  r = hn::NegMulAdd(n, hn::Set(d, kLn2Low), r);
  return {r, hn::BitCast(d, hn::ShiftLeft<23>(hn::BitCast(di, shifted)))};
}

/// e^x as a product of two floats.
template <class V>
struct Exponential {
  V fraction;  ///< e^r
  V power;     ///< 2^n
};

/// Within 2 ulp for x in [-87, 88]; beyond, the value at that end. NaN stays NaN.
///
/// e^r by the minimax polynomial of degree 6 whose constant is 1 (relative error 2.6e-9).
template <class D, class V>
HWY_INLINE Exponential<V> exponential(D d, V x) {
  const Reduced<V> of = reduced(d, x);
  V p = hn::MulAdd(of.r, hn::Set(d, 1.406127726e-3f), hn::Set(d, 8.379020733e-3f));
  p = hn::MulAdd(p, of.r, hn::Set(d, 4.166477650e-2f));
  p = hn::MulAdd(p, of.r, hn::Set(d, 1.666636531e-1f));
  p = hn::MulAdd(p, of.r, hn::Set(d, 5.000000435e-1f));
  p = hn::MulAdd(p, of.r, hn::Set(d, 1.000000050f));
  p = hn::MulAdd(p, of.r, hn::Set(d, 1.0f));
  return {p, of.power};
}

/// e^x.
template <class D, class V>
HWY_INLINE V exp(D d, V x) {
  const auto e = exponential(d, x);
  // A product of floats, not a sum of exponents: that would make a number of some NaNs.
  return hn::Mul(e.fraction, e.power);
}

/// e^x - 1, in the range of exponential().
///
/// 2^n (e^r - 1) + (2^n - 1), where e^r - 1 = r + r^2 P(r) with the minimax polynomial of degree 4
/// (relative error 1.4e-8): no digits cancel near 0, where n is.
template <class D, class V>
HWY_INLINE V expm1(D d, V x) {
  const Reduced<V> of = reduced(d, x);
  V p = hn::MulAdd(of.r, hn::Set(d, 1.388249741e-3f), hn::Set(d, 8.366646797e-3f));
  p = hn::MulAdd(p, of.r, hn::Set(d, 4.166720392e-2f));
  p = hn::MulAdd(p, of.r, hn::Set(d, 1.666654268e-1f));
  p = hn::MulAdd(p, of.r, hn::Set(d, 4.999999813e-1f));
  const V fraction = hn::MulAdd(hn::Mul(p, of.r), of.r, of.r);
  return hn::MulAdd(fraction, of.power, hn::Sub(of.power, hn::Set(d, 1.0f)));
}

/// 1 / (1 + e^-x).
template <class D, class V>
HWY_INLINE V sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const auto e = exponential(d, hn::Neg(x));
  return hn::Div(one, hn::MulAdd(e.fraction, e.power, one));
}

/// tanh x = (1 - e) / (1 + e) with e = e^-2|x|; below 0.625, where that cancels, x + x^3 P(x^2).
template <class D, class V>
HWY_INLINE V tanh(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V magnitude = hn::Abs(x);
  const V e = exp(d, hn::Mul(hn::Set(d, -2.0f), magnitude));
  const V large = hn::CopySign(hn::Div(hn::Sub(one, e), hn::Add(one, e)), x);
  const V z = hn::Mul(x, x);
  V p = hn::MulAdd(z, hn::Set(d, -5.704987955e-3f), hn::Set(d, 2.063908811e-2f));
  p = hn::MulAdd(p, z, hn::Set(d, -5.373971535e-2f));
  p = hn::MulAdd(p, z, hn::Set(d, 1.333144220e-1f));
  p = hn::MulAdd(p, z, hn::Set(d, -3.333328194e-1f));
  const V small = hn::MulAdd(hn::Mul(p, z), x, x);
  return hn::IfThenElse(hn::Lt(magnitude, hn::Set(d, 0.625f)), small, large);
}

/// The normal distribution at a number.
template <class V>
struct Normal {
  V cdf;   ///< Phi(x)
  V bell;  ///< e^(-x^2 / 2)
};

/// For |x| <= 12.9, where both are normal floats. Phi(x) is within (3.5 + x^2 / 4) epsilon below 0
/// and 2 above.
///
/// Phi(-a) = e^(-a^2 / 2) G(t) with t = 1 / (1 + 0.35 a), where G is the minimax polynomial of
/// degree 9 without constant (relative error 3.2e-8); what x^2 is rounded by counts x^2 / 2 times.
template <class D, class V>
HWY_INLINE Normal<V> normal(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V bell = exp(d, hn::Mul(hn::Mul(x, x), hn::Set(d, -0.5f)));
  const V t = hn::Div(one, hn::MulAdd(hn::Abs(x), hn::Set(d, 0.35f), one));
  V p = hn::Set(d, -2.910225635e-2f);
  for (const float c : {1.437550971e-1f, -2.552573405e-1f, 1.586402155e-1f, -2.273294762e-2f,
                        1.053440121e-1f, 1.198756730e-1f, 1.398557633e-1f, 1.396217676e-1f}) {
    p = hn::MulAdd(p, t, hn::Set(d, c));
  }
  const V below = hn::Mul(hn::Mul(p, t), bell);
  return {hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Sub(one, below), below), bell};
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LENET_KERNELS_MATH_INL_H_
