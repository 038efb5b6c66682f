#include "kernels/distillation.h"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/distillation.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/lanes-inl.h"
#include "kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

/// log(sum over classes of e^(x / T)), by the largest, of the lanes from v on.
void soft_logsumexp(std::int64_t classes, float rate, const float* x, float* result) {
  const F32 d;
  alignas(64) float largest[kPack], total[kPack];
  for (std::int64_t v = 0; v < kPack; v += kLanes) {
    Vec max = hn::Load(d, x + v);
    for (std::int64_t k = 1; k < classes; ++k) max = hn::Max(max, hn::Load(d, x + k * kPack + v));
    Vec sum = hn::Zero(d);
    for (std::int64_t k = 0; k < classes; ++k) {
      const Vec below = hn::Sub(hn::Load(d, x + k * kPack + v), max);
      sum = hn::Add(sum, exp(d, hn::Mul(hn::Set(d, rate), below)));
    }
    hn::Store(max, d, largest + v);
    hn::Store(sum, d, total + v);
  }
  for (std::int64_t lane = 0; lane < kPack; ++lane) {
    result[lane] = rate * largest[lane] + std::log(total[lane]);
  }
}

/// e^(x / T - logsumexp).
HWY_INLINE Vec soft_probability(Vec x, Vec rate, Vec logsumexp) {
  return exp(F32(), hn::MulSub(x, rate, logsumexp));
}

void Soften(std::int64_t classes, float temperature, const float* x, const float* z,
            Softened& softened) {
  const F32 d;
  const float rate = 1 / temperature;
  soft_logsumexp(classes, rate, x, softened.student);
  soft_logsumexp(classes, rate, z, softened.teacher);
  for (std::int64_t v = 0; v < kPack; v += kLanes) {
    const Vec of_student = hn::LoadU(d, softened.student + v);
    const Vec of_teacher = hn::LoadU(d, softened.teacher + v);
    Vec sum = hn::Zero(d);
    for (std::int64_t k = 0; k < classes; ++k) {
      const Vec xk = hn::Load(d, x + k * kPack + v), zk = hn::Load(d, z + k * kPack + v);
      const Vec log_ratio =
          hn::MulAdd(hn::Sub(zk, xk), hn::Set(d, rate), hn::Sub(of_student, of_teacher));
      sum = hn::MulAdd(soft_probability(zk, hn::Set(d, rate), of_teacher), log_ratio, sum);
    }
    hn::StoreU(sum, d, softened.divergence + v);
  }
}

void SoftenedBackward(std::int64_t classes, float temperature, const Softened& softened,
                      std::int64_t count, float factor, const float* x, float* z) {
  const F32 d;
  alignas(64) float factors[kPack] = {};
  std::fill_n(factors, count, factor);
  const Vec rate = hn::Set(d, 1 / temperature);
  for (std::int64_t v = 0; v < kPack; v += kLanes) {
    const Vec of_student = hn::LoadU(d, softened.student + v);
    const Vec of_teacher = hn::LoadU(d, softened.teacher + v);
    const Vec of_lane = hn::Load(d, factors + v);
    const auto counts = hn::Ne(of_lane, hn::Zero(d));
    for (std::int64_t k = 0; k < classes; ++k) {
      float* zk = z + k * kPack + v;
      const Vec p = soft_probability(hn::Load(d, x + k * kPack + v), rate, of_student);
      const Vec q = soft_probability(hn::Load(d, zk), rate, of_teacher);
      hn::Store(hn::IfThenElseZero(counts, hn::Mul(of_lane, hn::Sub(p, q))), d, zk);
    }
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(Soften);
HWY_EXPORT(SoftenedBackward);

void soften(std::int64_t classes, float temperature, const float* x, const float* z,
            Softened& softened) {
  HWY_DYNAMIC_DISPATCH(Soften)(classes, temperature, x, z, softened);
}

void softened_backward(std::int64_t classes, float temperature, const Softened& softened,
                       std::int64_t count, float factor, const float* x, float* z) {
  HWY_DYNAMIC_DISPATCH(SoftenedBackward)(classes, temperature, softened, count, factor, x, z);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
