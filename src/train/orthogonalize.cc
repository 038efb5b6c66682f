#include "train/orthogonalize.h"

#include <algorithm>
#include <cmath>

#include "base/packs.h"
#include "kernels/linear.h"
#include "kernels/transpose.h"

namespace lenet {
namespace {

/// X with the shorter side first, in packs of sixteen columns as the kernels of Linear take them,
/// and what a step needs beside it.
class Iteration {
 public:
  Iteration(std::int64_t rows, std::int64_t columns, float* scratch)
      : turned_(rows > columns),
        size_(std::min(rows, columns)),
        length_(std::max(rows, columns)),
        x_(scratch),
        next_(x_ + packed_size()),
        panels_(next_ + packed_size()),
        gram_(panels_ + whole_packs(size_) * whole_packs(length_)),
        square_(gram_ + whole_packs(size_ * size_)),
        gram_panels_(square_ + whole_packs(size_ * size_)) {
    std::fill_n(scratch, floats(rows, columns), 0.0f);  // what lies beyond the matrix stays 0
  }

  static std::int64_t floats(std::int64_t rows, std::int64_t columns) {
    const std::int64_t size = std::min(rows, columns),
                       length = whole_packs(std::max(rows, columns));
    return (2 * size + whole_packs(size)) * length + 2 * whole_packs(size * size) +
           whole_packs(size) * size;
  }

  void load(const float* matrix) {
    for (std::int64_t p = 0; p < packs_of(length_); ++p) {
      const std::int64_t first = p * kPack, count = std::min(kPack, length_ - first);
      if (turned_) {
        kernels::transpose(count, size_, {matrix + first * size_, size_}, {pack(p), kPack});
      } else {
        for (std::int64_t i = 0; i < size_; ++i) {
          std::copy_n(matrix + i * length_ + first, count, pack(p) + i * kPack);
        }
      }
    }
  }

  void store(float* matrix) const {
    for (std::int64_t p = 0; p < packs_of(length_); ++p) {
      const std::int64_t first = p * kPack, count = std::min(kPack, length_ - first);
      if (turned_) {
        kernels::transpose(size_, count, {pack(p), kPack}, {matrix + first * size_, size_});
      } else {
        for (std::int64_t i = 0; i < size_; ++i) {
          std::copy_n(pack(p) + i * kPack, count, matrix + i * length_ + first);
        }
      }
    }
  }

  /// To the norm 1: so no singular value is above 1.
  void normalize() {
    constexpr double kLeast = 1e-7;
    double squares = 0;
    for (std::int64_t i = 0; i < packed_size(); ++i) {
      squares += static_cast<double>(x_[i]) * static_cast<double>(x_[i]);
    }
    const auto scale = static_cast<float>(1 / std::max(std::sqrt(squares), kLeast));
    for (std::int64_t i = 0; i < packed_size(); ++i) x_[i] *= scale;
  }

  /// X = (a I + b A + c A^2) X with A = X X^T.
  void step() {
    constexpr float a = 3.4445f, b = -4.7750f, c = 2.0315f;  // Muon's
    fill_panels();
    sum_products(panels_, whole_packs(length_), gram_);
    fill_gram_panels();
    sum_products(gram_panels_, size_, square_);
    for (std::int64_t i = 0; i < size_ * size_; ++i) square_[i] = b * gram_[i] + c * square_[i];
    for (std::int64_t i = 0; i < size_; ++i) square_[i * (size_ + 1)] += a;
    const std::int64_t floats = size_ * kPack;
    for (std::int64_t p = 0; p < packs_of(length_); ++p) {
      kernels::linear_forward(size_, size_, square_, nullptr, pack(p), next_ + p * floats);
    }
    std::swap(x_, next_);
  }

 private:
  std::int64_t packed_size() const { return size_ * whole_packs(length_); }
  float* pack(std::int64_t p) const { return x_ + p * size_ * kPack; }

  /// The rows of X as features of so many images, its columns.
  void fill_panels() {
    for (std::int64_t f = 0; f < size_; f += kPack) {
      float* panel = panels_ + f * whole_packs(length_);
      for (std::int64_t p = 0; p < packs_of(length_); ++p) {
        kernels::transpose(std::min(kPack, size_ - f), kPack, {pack(p) + f * kPack, kPack},
                           {panel + p * kPack * kPack, kPack});
      }
    }
  }

  /// A is symmetric: its columns are its rows.
  void fill_gram_panels() {
    for (std::int64_t f = 0; f < size_; f += kPack) {
      for (std::int64_t n = 0; n < size_; ++n) {
        std::copy_n(gram_ + n * size_ + f, std::min(kPack, size_ - f),
                    gram_panels_ + f * size_ + n * kPack);
      }
    }
  }

  /// The products of all features with all, summed over the images.
  void sum_products(const float* panels, std::int64_t images, float* products) const {
    const kernels::Panels features{panels, images * kPack};
    for (std::int64_t f = 0; f < size_; f += kPack) {
      kernels::linear_weight_gradient({.inputs = size_,
                                       .images = images,
                                       .first_output = f,
                                       .last_output = std::min(f + kPack, size_),
                                       .accumulate = false},
                                      features, features, products + f * size_, nullptr);
    }
  }

  bool turned_;
  std::int64_t size_, length_;  ///< the shorter side and the longer one
  float *x_, *next_;
  float* panels_;
  float *gram_, *square_, *gram_panels_;  ///< A, A^2 and then the polynomial, A again
};

}  // namespace

std::int64_t orthogonalize_scratch(std::int64_t rows, std::int64_t columns) {
  return Iteration::floats(rows, columns);
}

void orthogonalize(std::int64_t rows, std::int64_t columns, float* matrix, float* scratch) {
  constexpr int kSteps = 5;
  Iteration iteration(rows, columns, scratch);
  iteration.load(matrix);
  iteration.normalize();
  for (int i = 0; i < kSteps; ++i) iteration.step();
  iteration.store(matrix);
}

}  // namespace lenet
