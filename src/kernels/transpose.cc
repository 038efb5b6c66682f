#include "kernels/transpose.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/transpose.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/divide_by_255-inl.h"
#include "lenet/pack.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Stores the blocks of four lanes of v one below the other.
template <class V>
HWY_INLINE void store_blocks(V v, Matrix to) {
  const hn::DFromV<V> d;
  if constexpr (hn::MaxLanes(d) == 4) {
    hn::StoreU(v, d, to.data);
  } else {
    const hn::Half<decltype(d)> half;
    constexpr std::int64_t kBlocks = hn::MaxLanes(half) / 4;
    store_blocks(hn::LowerHalf(half, v), to);
    store_blocks(hn::UpperHalf(half, v), {to.data + kBlocks * to.stride, to.stride});
  }
}

/// 4 rows of as many floats as a vector has: two rounds of interleaving, of floats and then of
/// pairs, turn each block of 4 x 4.
template <class D>
HWY_INLINE void transpose_4_rows(D d, const float* const* rows, std::int64_t first, Matrix to) {
  const hn::Repartition<double, D> pairs;
  const auto row = [&](int r) HWY_ATTR { return hn::LoadU(d, rows[r] + first); };
  const auto r0 = row(0), r1 = row(1), r2 = row(2), r3 = row(3);
  const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, r0, r1));
  const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, r2, r3));
  const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, r0, r1));
  const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, r2, r3));
  const auto store = [&](std::int64_t c, auto v) HWY_ATTR {
    // Column c of every block; the blocks lie four columns apart.
    store_blocks(hn::BitCast(d, v), {to.data + c * to.stride, 4 * to.stride});
  };
  store(0, hn::InterleaveLower(pairs, low01, low23));
  store(1, hn::InterleaveUpper(pairs, low01, low23));
  store(2, hn::InterleaveLower(pairs, high01, high23));
  store(3, hn::InterleaveUpper(pairs, high01, high23));
}

/// The first floats of 4 rows, and how many those are.
HWY_INLINE std::int64_t transpose_whole_blocks(const float* const* rows, std::int64_t columns,
                                               Matrix to) {
  const F32 d;
  const hn::FixedTag<float, 4> d4;
  std::int64_t c = 0;
  const auto to_here = [&] { return Matrix{to.data + c * to.stride, to.stride}; };
  for (; c + kLanes <= columns; c += kLanes) transpose_4_rows(d, rows, c, to_here());
  for (; c + 4 <= columns; c += 4) transpose_4_rows(d4, rows, c, to_here());
  return c;
}

void Transpose(std::int64_t rows, std::int64_t columns, ConstMatrix from, Matrix to) {
  for (std::int64_t r = 0; r < rows; r += 4) {
    const float* of[4];
    const std::int64_t count = std::min<std::int64_t>(rows - r, 4);
    for (std::int64_t i = 0; i < count; ++i) of[i] = from.data + (r + i) * from.stride;
    const Matrix here{to.data + r, to.stride};
    const std::int64_t whole = count == 4 ? transpose_whole_blocks(of, columns, here) : 0;
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t c = whole; c < columns; ++c) here.data[c * to.stride + i] = of[i][c];
    }
  }
}

void GatherRows(const float* const* rows, std::int64_t size, float* x) {
  for (std::int64_t lane = 0; lane < kPack; lane += 4) {
    const float* const* const of = rows + lane;
    const bool all = of[0] && of[1] && of[2] && of[3];
    const std::int64_t whole = all ? transpose_whole_blocks(of, size, {x + lane, kPack}) : 0;
    for (std::int64_t i = 0; i < 4; ++i) {
      for (std::int64_t k = whole; k < size; ++k) x[k * kPack + lane + i] = of[i] ? of[i][k] : 0;
    }
  }
}

/// One round of a 16 x 16 byte transposition: row i interleaved with row i + 8 gives rows 2 i and 2
/// i + 1. Four rounds turn the matrix.
template <class D, class V>
HWY_INLINE void interleave_round(D d, const V (&in)[16], V (&out)[16]) {
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    out[2 * i] = hn::InterleaveLower(d, in[i], in[i + 8]);
    out[2 * i + 1] = hn::InterleaveUpper(d, in[i], in[i + 8]);
  }
}

void GatherImages(const std::uint8_t* const* images, std::int64_t pixels, float* x) {
  const hn::FixedTag<std::uint8_t, 16> bytes;
  const F32 d;
  const hn::Rebind<std::int32_t, decltype(d)> wide;
  const hn::Rebind<std::uint8_t, decltype(d)> narrow;
  alignas(16) std::uint8_t turned[16 * kPack];
  for (std::int64_t first = 0; first < pixels; first += 16) {
    // The last block of an image starts early enough to end with it.
    const std::int64_t at = pixels < 16 ? 0 : std::min(first, pixels - 16);
    const std::int64_t count = std::min<std::int64_t>(pixels - at, 16);
    hn::Vec<decltype(bytes)> a[16], b[16];
    for (int lane = 0; lane < kPack; ++lane) {
      if (images[lane] && count == 16) {
        a[lane] = hn::LoadU(bytes, images[lane] + at);
      } else {
        alignas(16) std::uint8_t part[16] = {};
        if (images[lane]) std::copy_n(images[lane] + at, count, part);
        a[lane] = hn::Load(bytes, part);
      }
    }
    interleave_round(bytes, a, b);
    interleave_round(bytes, b, a);
    interleave_round(bytes, a, b);
    interleave_round(bytes, b, a);
    for (int i = 0; i < 16; ++i) hn::Store(a[i], bytes, turned + i * kPack);
    for (std::int64_t i = 0; i < count * kPack; i += hn::MaxLanes(d)) {
      const auto v = hn::ConvertTo(d, hn::PromoteTo(wide, hn::LoadU(narrow, turned + i)));
      hn::Store(divide_by_255(d, v), d, x + at * kPack + i);
    }
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(Transpose);
HWY_EXPORT(GatherImages);
HWY_EXPORT(GatherRows);

void transpose(std::int64_t rows, std::int64_t columns, ConstMatrix from, Matrix to) {
  HWY_DYNAMIC_DISPATCH(Transpose)(rows, columns, from, to);
}

void gather_images(const std::uint8_t* const* images, std::int64_t pixels, float* x) {
  HWY_DYNAMIC_DISPATCH(GatherImages)(images, pixels, x);
}

void gather_rows(const float* const* rows, std::int64_t size, float* x) {
  HWY_DYNAMIC_DISPATCH(GatherRows)(rows, size, x);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
