// Matrices turned, and images gathered into packs.
#pragma once

#include <cstdint>

namespace lenet::kernels {

/// A matrix inside a larger one: `stride` floats from row to row.
struct ConstMatrix {
  const float* data;
  std::int64_t stride;
};

struct Matrix {
  float* data;
  std::int64_t stride;
};

/// to[c][r] = from[r][c] for r < rows, c < columns.
void transpose(std::int64_t rows, std::int64_t columns, ConstMatrix from, Matrix to);

/// x[i][lane] = images[lane][i] / 255, the float that the division gives, for i < pixels.
///
/// images: kPack pointers; a null one gives zeros. x: pixels * kPack floats, aligned to 64 bytes.
void gather_images(const std::uint8_t* const* images, std::int64_t pixels, float* x);

/// x[i][lane] = rows[lane][i], for i < size; the same of floats.
void gather_rows(const float* const* rows, std::int64_t size, float* x);

}  // namespace lenet::kernels
