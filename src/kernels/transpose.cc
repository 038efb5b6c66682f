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
HWY_INLINE void transpose_4_rows(D d, ConstMatrix from, Matrix to) {
  const hn::Repartition<double, D> pairs;
  const auto row = [&](std::int64_t r)
                       HWY_ATTR { return hn::LoadU(d, from.data + r * from.stride); };
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

void Transpose(std::int64_t rows, std::int64_t columns, ConstMatrix from, Matrix to) {
  const F32 d;
  const hn::FixedTag<float, 4> d4;
  const std::int64_t whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
  for (std::int64_t r = 0; r < whole_rows; r += 4) {
    std::int64_t c = 0;
    const auto from_here = [&] {
      return ConstMatrix{from.data + r * from.stride + c, from.stride};
    };
    const auto to_here = [&] { return Matrix{to.data + c * to.stride + r, to.stride}; };
    for (; c + kLanes <= columns; c += kLanes) transpose_4_rows(d, from_here(), to_here());
    for (; c < whole_columns; c += 4) transpose_4_rows(d4, from_here(), to_here());
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = r < whole_rows ? whole_columns : 0; c < columns; ++c) {
      to.data[c * to.stride + r] = from.data[r * from.stride + c];
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

void transpose(std::int64_t rows, std::int64_t columns, ConstMatrix from, Matrix to) {
  HWY_DYNAMIC_DISPATCH(Transpose)(rows, columns, from, to);
}

void gather_images(const std::uint8_t* const* images, std::int64_t pixels, float* x) {
  HWY_DYNAMIC_DISPATCH(GatherImages)(images, pixels, x);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
