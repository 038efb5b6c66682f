#include <algorithm>

#include "cpu/stage.h"

namespace lenet::cpu {
namespace {

/// For zeros that no convolution takes in.
class ZeroPad2dStage final : public CpuStage {
 public:
  ZeroPad2dStage(const Size2d& before, const Shape& input, const Shape& output)
      : CpuStage({.backward_in_place = true, .image_scratch = 0}),
        before_(before),
        input_(input),
        output_(output) {}

  void forward(const PackForward& pass) const override { pad(kPack, pass.x, pass.y); }

  void backward(const PackBackward& pass) const override {
    if (!pass.dx) return;
    for_each_row(kPack, [&](std::int64_t x, std::int64_t y, std::int64_t count) {
      std::copy_n(pass.dy + y, count, pass.dx + x);
    });
  }

  void forward_image(const ImageForward& pass) const override { pad(1, pass.x, pass.y); }

 private:
  void pad(std::int64_t lanes, const float* x, float* y) const {
    std::fill_n(y, element_count(output_) * lanes, 0.0f);
    for_each_row(lanes, [&](std::int64_t from, std::int64_t to, std::int64_t count) {
      std::copy_n(x + from, count, y + to);
    });
  }

  /// Calls f(place in x, place in y, floats) for each row of x.
  template <class F>
  void for_each_row(std::int64_t lanes, F f) const {
    const std::int64_t count = input_[2] * lanes;
    for (std::int64_t row = 0; row < input_[0] * input_[1]; ++row) {
      const std::int64_t channel = row / input_[1], h = row % input_[1] + before_.height;
      f(row * count, ((channel * output_[1] + h) * output_[2] + before_.width) * lanes, count);
    }
  }

  Size2d before_;
  Shape input_, output_;
};

}  // namespace

std::unique_ptr<CpuStage> stage_for(const ZeroPad2dOp& op, const StageShape& shape) {
  return std::make_unique<ZeroPad2dStage>(op.padding.before, shape.input, shape.output);
}

}  // namespace lenet::cpu
