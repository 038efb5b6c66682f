#include "cpu/stage.h"
#include "kernels/batch_norm.h"

namespace lenet::cpu {
namespace {

/// A normalisation of each channel by mean 0 and deviation 1.
class AffineStage final : public CpuStage {
 public:
  AffineStage(std::int64_t channels, std::int64_t positions)
      : CpuStage(
            {.backward_in_place = true, .forward_in_place = true, .parts = one_part(2 * channels)}),
        channels_(channels),
        positions_(positions) {}

  void forward(const PackForward& pass) const override {
    const float* weight = pass.parameters.data();
    for (std::int64_t c = 0; c < channels_; ++c) {
      const std::int64_t at = c * positions_ * kPack;
      kernels::batch_norm_forward({1, positions_},
                                  {&kZero, &kOne, weight + c, weight + channels_ + c}, pass.x + at,
                                  pass.y + at);
    }
  }

  void backward(const PackBackward& pass) const override {
    const float* weight = pass.parameters.data();
    for (std::int64_t c = 0; c < channels_; ++c) {
      const kernels::ChannelScaling by{&kZero, &kOne, weight + c, &kZero};
      const std::int64_t at = c * positions_ * kPack;
      if (pass.trains) {
        float* dweight = pass.dparameters.data() + c;
        kernels::batch_norm_sums({1, positions_}, by, pass.x + at, pass.dy + at,
                                 dweight + channels_, dweight);
      }
      if (!pass.dx) continue;
      kernels::batch_norm_backward({1, positions_}, pass.images, by, &kZero, &kZero, pass.x + at,
                                   pass.dy + at, pass.dx + at);
    }
  }

 private:
  static constexpr float kZero = 0, kOne = 1;

  std::int64_t channels_, positions_;
};

}  // namespace

std::unique_ptr<CpuStage> stage_for(const AffineOp& /*op*/, const StageShape& shape) {
  const std::int64_t channels = shape.input[0];
  return std::make_unique<AffineStage>(channels, element_count(shape.input) / channels);
}

}  // namespace lenet::cpu
