#include "kernels/transpose.h"

#include <algorithm>
#include <array>

#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

TEST(Transpose, TurnsEveryShapeInsideLargerMatricesOnEveryTarget) {
  constexpr float kUntouched = -7;
  for (std::int64_t rows = 0; rows <= 19; ++rows) {
    for (std::int64_t columns = 0; columns <= 19; ++columns) {
      const std::int64_t from_stride = columns + 3, to_stride = rows + 2;
      std::vector<float> from;
      for (std::int64_t i = 0; i < rows * from_stride; ++i) from.push_back(static_cast<float>(i));
      std::vector<float> want(static_cast<std::size_t>(columns * to_stride), kUntouched);
      for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t c = 0; c < columns; ++c) {
          want[static_cast<std::size_t>(c * to_stride + r)] =
              static_cast<float>(r * from_stride + c);
        }
      }
      for (const std::int64_t target : kernel_targets()) {
        const ForcedTarget forced(target);
        std::vector<float> to(want.size(), kUntouched);
        transpose(rows, columns, {from.data(), from_stride}, {to.data(), to_stride});
        ASSERT_EQ(to, want) << rows << " x " << columns << " on " << hwy::TargetName(target);
      }
    }
  }
}

TEST(GatherRows, PutsRowsIntoLanesAndZerosIntoBlankOnesOnEveryTarget) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const std::int64_t size : {1, 3, 4, 5, 15, 16, 17, 33, 784}) {
      for (std::int64_t count = 0; count <= kPack; ++count) {
        std::vector<float> values;
        for (std::int64_t i = 0; i < count * size; ++i) values.push_back(static_cast<float>(i + 1));
        std::array<const float*, kPack> rows{};
        for (std::int64_t n = 0; n < count; ++n) {
          rows[static_cast<std::size_t>(n)] = values.data() + (count - 1 - n) * size;
        }
        const AlignedFloats x = unwritten(size * kPack);
        gather_rows(rows.data(), size, x.data());
        for (std::int64_t i = 0; i < size; ++i) {
          for (std::int64_t n = 0; n < kPack; ++n) {
            const float* row = rows[static_cast<std::size_t>(n)];
            ASSERT_EQ(x.data()[i * kPack + n], row ? row[i] : 0)
                << i << " of " << size << ", lane " << n << " of " << count;
          }
        }
      }
    }
  }
}

/// Pixel i of image n: every byte occurs.
std::uint8_t pixel(std::int64_t n, std::int64_t i) {
  return static_cast<std::uint8_t>(37 * n + 5 * i + i / 256);
}

TEST(GatherImages, GivesTheQuotientBy255OfEveryByteOnEveryTarget) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const std::int64_t pixels : {1, 2, 7, 15, 16, 17, 31, 32, 33, 255, 256, 784}) {
      std::array<std::vector<std::uint8_t>, kPack> images;
      std::array<const std::uint8_t*, kPack> pointers{};
      for (std::int64_t n = 0; n < kPack; ++n) {
        auto& image = images[static_cast<std::size_t>(n)];
        for (std::int64_t i = 0; i < pixels; ++i) image.push_back(pixel(n, i));
        pointers[static_cast<std::size_t>(n)] = image.data();
      }
      const AlignedFloats x = unwritten(pixels * kPack);
      gather_images(pointers.data(), pixels, x.data());
      for (std::int64_t i = 0; i < pixels; ++i) {
        for (std::int64_t n = 0; n < kPack; ++n) {
          ASSERT_EQ(x.data()[i * kPack + n], static_cast<float>(pixel(n, i)) / 255.0f)
              << "pixel " << i << " of " << pixels << ", image " << n;
        }
      }
    }
  }
}

TEST(GatherImages, LeavesBlankLanesAtZeroOnEveryTarget) {
  const std::vector<std::uint8_t> image(20, 255);
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const std::int64_t pixels : {5, 16, 20}) {
      for (std::int64_t count = 0; count <= kPack; ++count) {
        std::array<const std::uint8_t*, kPack> pointers{};
        std::fill_n(pointers.begin(), count, image.data());
        const AlignedFloats x = unwritten(pixels * kPack);
        gather_images(pointers.data(), pixels, x.data());
        for (std::int64_t i = 0; i < pixels * kPack; ++i) {
          ASSERT_EQ(x.data()[i], i % kPack < count ? 1.0f : 0.0f);
        }
      }
    }
  }
}

}  // namespace
}  // namespace lenet::kernels
