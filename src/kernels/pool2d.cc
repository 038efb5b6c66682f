#include "kernels/pool2d.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "lenet/pack.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pool2d.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/function-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

using Mask = hn::Mask<F32>;

/// The part of a window that lies on the input.
struct Window {
  std::int64_t first;  ///< of x, in floats
  std::int64_t height, width;
  std::int64_t row;  ///< floats from row to row
  float scale;       ///< of its sum, in an average
};

float reciprocal_area(int height, int width) {
  return 1.0f / static_cast<float>(std::int64_t{height} * width);
}

/// Calls f(window, place in y, first lane) for every window of every channel.
template <class F>
HWY_INLINE void for_each_window(const Pool2dShape& s, F f) {
  const std::int64_t row = s.width.in * kPack;
  std::int64_t place = 0;
  for (std::int64_t c = 0; c < s.channels; ++c) {
    for (int oh = 0; oh < s.height.out; ++oh) {
      const PoolAxis::Places rows = s.height.window(oh);
      for (int ow = 0; ow < s.width.out; ++ow, place += kPack) {
        const PoolAxis::Places columns = s.width.window(ow);
        const Window window{(c * s.height.in + rows.first) * row + columns.first * kPack,
                            rows.size(), columns.size(), row,
                            reciprocal_area(s.height.divisor(oh), s.width.divisor(ow))};
        for (std::int64_t lane = 0; lane < kPack; lane += kLanes) f(window, place, lane);
      }
    }
  }
}

/// The same for disjoint windows, which are never cut. kSize: kernel height and width, 0 if not
/// known here.
template <int kSize, class F>
HWY_INLINE void for_each_disjoint_window(const Pool2dShape& s, F f) {
  const std::int64_t row = s.width.in * kPack;
  const float scale = reciprocal_area(s.height.kernel, s.width.kernel);
  std::int64_t place = 0;
  for (std::int64_t c = 0; c < s.channels; ++c) {
    for (int oh = 0; oh < s.height.out; ++oh) {
      std::int64_t first = (c * s.height.in + oh * s.height.stride) * row;
      for (int ow = 0; ow < s.width.out; ++ow, place += kPack) {
        const Window window{first, kSize ? kSize : s.height.kernel, kSize ? kSize : s.width.kernel,
                            row, scale};
        for (std::int64_t lane = 0; lane < kPack; lane += kLanes) f(window, place, lane);
        first += s.width.stride * kPack;
      }
    }
  }
}

/// Calls f with the kernel's size as a compile-time constant: 2 for the usual 2x2, else 0.
template <class F>
HWY_INLINE void with_size(const Pool2dShape& s, F f) {
  if (s.height.kernel == 2 && s.width.kernel == 2) return f(std::integral_constant<int, 2>());
  return f(std::integral_constant<int, 0>());
}

/// Calls f with the pooling as a compile-time constant.
template <class F>
HWY_INLINE void with_pooling(Pooling pooling, F f) {
  switch (pooling) {
    case Pooling::kAverage:
      return f(std::integral_constant<Pooling, Pooling::kAverage>());
    case Pooling::kMaximum:
      return f(std::integral_constant<Pooling, Pooling::kMaximum>());
  }
}

/// Calls f(place in x) for each element of a window, by rows.
template <class F>
HWY_INLINE void for_each_element(const Window& window, std::int64_t lane, F f) {
#pragma GCC unroll 2
  for (std::int64_t h = 0; h < window.height; ++h) {
#pragma GCC unroll 2
    for (std::int64_t w = 0; w < window.width; ++w) {
      f(window.first + h * window.row + w * kPack + lane);
    }
  }
}

/// Pools one window whose elements are value(place).
template <Pooling kPooling, class F>
HWY_INLINE Vec pool_window(const Window& window, std::int64_t lane, F value) {
  const F32 d;
  constexpr bool kAverage = kPooling == Pooling::kAverage;
  Vec pooled = hn::Set(d, kAverage ? 0.0f : -std::numeric_limits<float>::infinity());
  for_each_element(window, lane, [&](std::int64_t at) HWY_ATTR {
    const Vec v = value(at);
    if constexpr (kAverage) {
      pooled = hn::Add(pooled, v);
    } else {  // a NaN is the maximum, as in PyTorch; Max keeps only one in its second operand
      pooled = hn::IfThenElse(hn::IsNaN(pooled), pooled, hn::Max(pooled, v));
    }
  });
  return kAverage ? hn::Mul(pooled, hn::Set(d, window.scale)) : pooled;
}

/// Calls receive(place, gradient) for each element of one window.
template <Pooling kPooling, class F>
HWY_INLINE void spread_window(const Window& window, std::int64_t lane, Vec dy, const float* x,
                              F receive) {
  const F32 d;
  if constexpr (kPooling == Pooling::kAverage) {
    dy = hn::Mul(dy, hn::Set(d, window.scale));
    for_each_element(window, lane, [&](std::int64_t at) HWY_ATTR { receive(at, dy); });
  } else {  // the first element that equals the maximum takes all
    const auto value = [&](std::int64_t at) HWY_ATTR { return hn::Load(d, x + at); };
    const Vec y = pool_window<kPooling>(window, lane, value);
    for_each_element(window, lane, [&](std::int64_t at) HWY_ATTR {
      const Mask taken = hn::Eq(value(at), y);
      receive(at, hn::IfThenElseZero(taken, dy));
      dy = hn::IfThenZeroElse(taken, dy);
    });
  }
}

/// Pool2dForward for constants known at compile time.
template <Pooling kPooling, int kSize, class F>
void pool_disjoint(const Pool2dShape& s, F activation, float* HWY_RESTRICT x,
                   float* HWY_RESTRICT y) {
  const F32 d;
  // The ReLU of the maximum is the maximum of the ReLUs, and x > 0 where ReLU(x) is.
  constexpr bool kAfter = kPooling == Pooling::kMaximum && std::is_same_v<F, ReLU>;
  const auto value = [&](std::int64_t at) HWY_ATTR {
    const Vec v = hn::Load(d, x + at);
    if constexpr (kAfter || std::is_same_v<F, Identity>) return v;
    const Vec activated = activation(v);
    hn::Store(activated, d, x + at);
    return activated;
  };
  for_each_disjoint_window<kSize>(
      s, [&](const Window& window, std::int64_t place, std::int64_t lane) HWY_ATTR {
        const Vec pooled = pool_window<kPooling>(window, lane, value);
        hn::Store(kAfter ? activation(pooled) : pooled, d, y + place + lane);
      });
}

void Pool2dForward(const Pool2dShape& s, Pooling pooling, const Function& activation, float* x,
                   float* y) {
  with_pooling(pooling, [&](auto pool) {
    with_function_by_value(activation, [&](auto f) {
      with_size(s, [&](auto size) { pool_disjoint<pool(), size()>(s, f, x, y); });
    });
  });
}

/// Zeroes the elements of x that no window of disjoint windows covers.
void zero_uncovered(const Pool2dShape& s, float* x) {
  const auto covered = [](const PoolAxis& axis, int i) {
    return i % axis.stride < axis.kernel && i / axis.stride < axis.out;
  };
  for (std::int64_t c = 0; c < s.channels; ++c) {
    for (int h = 0; h < s.height.in; ++h) {
      const bool row = covered(s.height, h);
      for (int w = 0; w < s.width.in; ++w, x += kPack) {
        if (!row || !covered(s.width, w)) std::fill_n(x, kPack, 0.0f);
      }
    }
  }
}

/// Pool2dBackward for constants known at compile time.
template <Pooling kPooling, int kSize, class F>
void spread_disjoint(const Pool2dShape& s, F activation, const float* HWY_RESTRICT dy,
                     float* HWY_RESTRICT x) {
  const F32 d;
  const auto receive = [&](std::int64_t at, Vec dx) HWY_ATTR {
    hn::Store(activation.backward_by_value(hn::Load(d, x + at), dx), d, x + at);
  };
  for_each_disjoint_window<kSize>(
      s, [&](const Window& window, std::int64_t place, std::int64_t lane) HWY_ATTR {
        spread_window<kPooling>(window, lane, hn::Load(d, dy + place + lane), x, receive);
      });
}

void Pool2dBackward(const Pool2dShape& s, Pooling pooling, const Function& activation,
                    const float* dy, float* x) {
  with_pooling(pooling, [&](auto pool) {
    with_function_by_value(activation, [&](auto f) {
      with_size(s, [&](auto size) { spread_disjoint<pool(), size()>(s, f, dy, x); });
    });
  });
  const auto covers = [](const PoolAxis& axis) { return axis.out * axis.kernel == axis.in; };
  if (!covers(s.height) || !covers(s.width)) zero_uncovered(s, x);
}

void Pool2dForwardOverlapping(const Pool2dShape& s, Pooling pooling, const float* x, float* y) {
  with_pooling(pooling, [&](auto pool) HWY_ATTR {
    const F32 d;
    const auto value = [&](std::int64_t at) HWY_ATTR { return hn::Load(d, x + at); };
    for_each_window(s, [&](const Window& window, std::int64_t place, std::int64_t lane) HWY_ATTR {
      hn::Store(pool_window<pool()>(window, lane, value), d, y + place + lane);
    });
  });
}

void Pool2dBackwardOverlapping(const Pool2dShape& s, Pooling pooling, const float* x,
                               const float* dy, float* dx) {
  std::fill_n(dx, s.channels * s.height.in * s.width.in * kPack, 0.0f);
  with_pooling(pooling, [&](auto pool) HWY_ATTR {
    const F32 d;
    const auto receive = [&](std::int64_t at, Vec gradient) HWY_ATTR {
      hn::Store(hn::Add(hn::Load(d, dx + at), gradient), d, dx + at);
    };
    for_each_window(s, [&](const Window& window, std::int64_t place, std::int64_t lane) HWY_ATTR {
      spread_window<pool()>(window, lane, hn::Load(d, dy + place + lane), x, receive);
    });
  });
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(Pool2dForward);
HWY_EXPORT(Pool2dBackward);
HWY_EXPORT(Pool2dForwardOverlapping);
HWY_EXPORT(Pool2dBackwardOverlapping);

void pool2d_forward(const Pool2dShape& shape, Pooling pooling, const Function& activation, float* x,
                    float* y) {
  HWY_DYNAMIC_DISPATCH(Pool2dForward)(shape, pooling, activation, x, y);
}

void pool2d_backward(const Pool2dShape& shape, Pooling pooling, const Function& activation,
                     const float* dy, float* x) {
  HWY_DYNAMIC_DISPATCH(Pool2dBackward)(shape, pooling, activation, dy, x);
}

void pool2d_forward_overlapping(const Pool2dShape& shape, Pooling pooling, const float* x,
                                float* y) {
  HWY_DYNAMIC_DISPATCH(Pool2dForwardOverlapping)(shape, pooling, x, y);
}

void pool2d_backward_overlapping(const Pool2dShape& shape, Pooling pooling, const float* x,
                                 const float* dy, float* dx) {
  HWY_DYNAMIC_DISPATCH(Pool2dBackwardOverlapping)(shape, pooling, x, dy, dx);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
