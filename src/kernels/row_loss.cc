#include "kernels/row_loss.h"

#include <algorithm>

#include "base/require.h"
#include "kernels/transpose.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/row_loss.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/function-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

// The formulas of base/loss_formula.h on vectors.

struct SquaredError {
  HWY_INLINE Vec value(Vec x, Vec t) const { return hn::Mul(hn::Sub(x, t), hn::Sub(x, t)); }
  HWY_INLINE Vec derivative(Vec x, Vec t) const {
    return hn::Mul(hn::Set(F32(), 2.0f), hn::Sub(x, t));
  }
  HWY_INLINE Vec score(Vec x, Vec t) const { return hn::Abs(hn::Sub(x, t)); }
};

struct AbsoluteError {
  HWY_INLINE Vec value(Vec x, Vec t) const { return hn::Abs(hn::Sub(x, t)); }
  HWY_INLINE Vec derivative(Vec x, Vec t) const {
    const F32 d;
    const Vec sign = hn::CopySign(hn::Set(d, 1.0f), hn::Sub(x, t));
    return hn::IfThenZeroElse(hn::Eq(x, t), sign);
  }
  HWY_INLINE Vec score(Vec x, Vec t) const { return value(x, t); }
};

struct BinaryCrossEntropy {
  HWY_INLINE Vec value(Vec x, Vec t) const {
    return plus_log1p_exp(hn::NegMulAdd(x, t, ReLU()(x)), x);
  }
  HWY_INLINE Vec derivative(Vec x, Vec t) const { return hn::Sub(sigmoid(F32(), x), t); }
  HWY_INLINE Vec score(Vec x, Vec t) const {
    const F32 d;
    const auto said = hn::Gt(x, hn::Zero(d)), wanted = hn::Ge(t, hn::Set(d, 0.5f));
    return hn::IfThenZeroElse(hn::Xor(said, wanted), hn::Set(d, 1.0f));
  }
};

/// Of probabilities t: t (logsumexp - x), and softmax(x) * sum of t - t.
struct SoftCrossEntropy {
  Vec logsumexp, total;

  HWY_INLINE Vec value(Vec x, Vec t) const { return hn::Mul(t, hn::Sub(logsumexp, x)); }
  HWY_INLINE Vec derivative(Vec x, Vec t) const {
    return hn::MulSub(exp(F32(), hn::Sub(x, logsumexp)), total, t);
  }
  HWY_INLINE Vec score(Vec, Vec t) const { return t; }
};

/// f(loss of the lanes from v on).
template <class F>
HWY_INLINE void with_loss(const RowTargets& targets, const float* total, std::int64_t v, F f) {
  switch (targets.loss) {
    case LossFunction::kCrossEntropy:
      return f(
          SoftCrossEntropy{hn::LoadU(F32(), targets.logsumexp + v), hn::LoadU(F32(), total + v)});
    case LossFunction::kBce:
      return f(BinaryCrossEntropy());
    case LossFunction::kMse:
      return f(SquaredError());
    case LossFunction::kL1:
      return f(AbsoluteError());
  }
}

/// Outputs whose targets are turned at once.
constexpr std::int64_t kBlock = 16;

/// Calls f(first output, outputs, their targets as (outputs, kPack)), block by block.
template <class F>
void for_each_block(const RowTargets& targets, F f) {
  alignas(64) float block[kBlock * kPack];
  const float* rows[kPack];
  for (std::int64_t first = 0; first < targets.outputs; first += kBlock) {
    const std::int64_t count = std::min(kBlock, targets.outputs - first);
    for (std::int64_t lane = 0; lane < kPack; ++lane) {
      rows[lane] = targets.rows[lane] ? targets.rows[lane] + first : nullptr;
    }
    gather_rows(rows, count, block);
    f(first, count, block);
  }
}

/// Adds the lanes of a vector to doubles.
HWY_INLINE void add(Vec v, double* to) {
  const hn::Half<F32> half;
  const hn::Rebind<double, hn::Half<F32>> wide;
  constexpr std::int64_t kHalf = kLanes / 2;
  hn::StoreU(hn::Add(hn::LoadU(wide, to), hn::PromoteTo(wide, hn::LowerHalf(half, v))), wide, to);
  hn::StoreU(hn::Add(hn::LoadU(wide, to + kHalf), hn::PromoteTo(wide, hn::UpperHalf(half, v))),
             wide, to + kHalf);
}

void RowLossForward(const RowTargets& targets, const float* y, RowSums& sums) {
  constexpr float kNone[kPack] = {};
  sums = {};
  for_each_block(targets, [&](std::int64_t first, std::int64_t count, const float* block) {
    for (std::int64_t v = 0; v < kPack; v += kLanes) {
      with_loss(targets, kNone, v, [&](const auto& loss) {
        for (std::int64_t k = 0; k < count; ++k) {
          const Vec x = hn::Load(F32(), y + (first + k) * kPack + v);
          const Vec t = hn::Load(F32(), block + k * kPack + v);
          add(loss.value(x, t), sums.loss + v);
          add(loss.score(x, t), sums.score + v);
        }
      });
    }
  });
}

void RowLossBackward(const RowTargets& targets, const RowSums& sums, float scale, float* y) {
  float lanes[kPack], total[kPack];
  for (std::int64_t lane = 0; lane < kPack; ++lane) {
    lanes[lane] = targets.rows[lane] ? scale : 0.0f;
    total[lane] = static_cast<float>(sums.score[lane]);
  }
  for_each_block(targets, [&](std::int64_t first, std::int64_t count, const float* block) {
    for (std::int64_t v = 0; v < kPack; v += kLanes) {
      const F32 d;
      const Vec factor = hn::LoadU(d, lanes + v);
      const auto has_row = hn::Ne(factor, hn::Zero(d));
      with_loss(targets, total, v, [&](const auto& loss) {
        for (std::int64_t k = 0; k < count; ++k) {
          float* x = y + (first + k) * kPack + v;
          const Vec t = hn::Load(d, block + k * kPack + v);
          const Vec dx = hn::Mul(factor, loss.derivative(hn::Load(d, x), t));
          hn::Store(hn::IfThenElseZero(has_row, dx), d, x);
        }
      });
    }
  });
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(RowLossForward);
HWY_EXPORT(RowLossBackward);

void row_loss_forward(const RowTargets& targets, const float* y, RowSums& sums) {
  HWY_DYNAMIC_DISPATCH(RowLossForward)(targets, y, sums);
}

void row_loss_backward(const RowTargets& targets, const RowSums& sums, float scale, float* y) {
  HWY_DYNAMIC_DISPATCH(RowLossBackward)(targets, sums, scale, y);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
