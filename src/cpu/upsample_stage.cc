#include <algorithm>

#include "cpu/stage.h"

namespace lenet::cpu {
namespace {

class UpsampleStage final : public CpuStage {
 public:
  UpsampleStage(const Size2d& scale, const Shape& input)
      : CpuStage({.backward_in_place = true, .image_scratch = 0}),
        scale_(scale),
        rows_(input[0] * input[1]),
        width_(input[2]) {}

  void forward(const PackForward& pass) const override { repeat(kPack, pass.x, pass.y); }
  void forward_image(const ImageForward& pass) const override { repeat(1, pass.x, pass.y); }

  /// Each element sums what its copies have.
  void backward(const PackBackward& pass) const override {
    if (!pass.dx) return;
    std::fill_n(pass.dx, rows_ * width_ * kPack, 0.0f);
    for_each_copy(kPack, [&](std::int64_t x, std::int64_t y) {
      for (std::int64_t lane = 0; lane < kPack; ++lane) pass.dx[x + lane] += pass.dy[y + lane];
    });
  }

 private:
  void repeat(std::int64_t lanes, const float* x, float* y) const {
    for_each_copy(
        lanes, [&](std::int64_t from, std::int64_t to) { std::copy_n(x + from, lanes, y + to); });
  }

  /// Calls f(place in x, place in y) for each position of y, in order.
  template <class F>
  void for_each_copy(std::int64_t lanes, F f) const {
    std::int64_t y = 0;
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::int64_t h = 0; h < scale_.height; ++h) {
        for (std::int64_t column = 0; column < width_; ++column) {
          for (std::int64_t w = 0; w < scale_.width; ++w, y += lanes) {
            f((row * width_ + column) * lanes, y);
          }
        }
      }
    }
  }

  Size2d scale_;
  std::int64_t rows_, width_;
};

}  // namespace

std::unique_ptr<CpuStage> stage_for(const UpsampleOp& op, const StageShape& shape) {
  return std::make_unique<UpsampleStage>(op.scale, shape.input);
}

}  // namespace lenet::cpu
