#include "lenet/predictor.h"

#include <algorithm>
#include <cassert>
#include <vector>

#include "base/aligned.h"
#include "cpu/plan.h"
#include "kernels/function.h"
#include "kernels/image.h"
#include "lenet/error.h"
#include "nn/standardize.h"
#include "train/softmax.h"

namespace lenet {
namespace {

/// Room for an image's values and what kernels may read and write behind them, in whole vectors.
std::int64_t roomy(std::int64_t values) { return (values + 3 * kPack - 1) / kPack * kPack; }

}  // namespace

/// Runs the stages of the plan on one image: two buffers take turns, and a layer without a path for
/// one image gets a pack of which lane 0 is the image.
struct Predictor::State {
  explicit State(const Sequential& network)
      : net(network), plan(network), packed(plan.packed_size() + kPack) {
    std::int64_t most = element_count(net.input_shape()), scratch_size = 0, pack = 0;
    for (const cpu::PlannedStage& stage : plan.stages()) {
      most = std::max({most, stage.input_count / kPack, stage.output_count / kPack});
      if (const auto needed = stage.cpu->traits().image_scratch) {
        scratch_size = std::max(scratch_size, *needed);
      } else {
        pack = std::max(pack, stage.input_count + stage.output_count);
      }
    }
    buffers[0] = AlignedFloats(roomy(most));
    buffers[1] = AlignedFloats(roomy(most));
    scratch = AlignedFloats(std::max(scratch_size, pack));
    probabilities.resize(static_cast<std::size_t>(element_count(net.output_shape())));
    plan.pack(net, packed.data());
  }

  /// From buffers[0] to the buffer that it returns.
  float* forward() {
    float* x = buffers[0].data();
    float* y = buffers[1].data();
    for (const cpu::PlannedStage& stage : plan.stages()) {
      assert(stage.source == &stage - plan.stages().data() - 1);  // two buffers are enough
      const cpu::ImageForward pass{.parameters = part_of(net.parameters(), stage.node.parameters),
                                   .packed = packed.data() + stage.packed,
                                   .x = x,
                                   .y = y,
                                   .scratch = scratch.data()};
      if (stage.cpu->traits().image_scratch) {
        stage.cpu->forward_image(pass);
      } else {
        forward_as_pack(stage, pass);
      }
      const std::int64_t count = stage.output_count / kPack;
      if (stage.activation != Function()) {
        kernels::function_forward(stage.activation, (count + kPack - 1) / kPack * kPack, y, y);
      }
      std::swap(x, y);
    }
    return x;
  }

  void forward_as_pack(const cpu::PlannedStage& stage, const cpu::ImageForward& pass) {
    float* x = scratch.data();
    float* y = x + stage.input_count;
    std::fill_n(x, stage.input_count, 0.0f);
    for (std::int64_t i = 0; i < stage.input_count / kPack; ++i) x[i * kPack] = pass.x[i];
    stage.cpu->forward({.parameters = pass.parameters, .packed = pass.packed, .x = x, .y = y});
    for (std::int64_t i = 0; i < stage.output_count / kPack; ++i) pass.y[i] = y[i * kPack];
  }

  const Sequential& net;
  cpu::Plan plan;
  AlignedFloats packed, buffers[2], scratch;
  std::vector<float> probabilities;
};

Predictor::Predictor(const Sequential& net) {
  net.require_built();
  state_ = std::make_unique<State>(net);
}

Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

std::span<const float> Predictor::probabilities(const std::uint8_t* pixels) & {
  State& s = *state_;
  const std::int64_t size = element_count(s.net.input_shape());
  kernels::image_scale(pixels, size, s.buffers[0].data());
  standardize(s.net.normalization(), size, 1, s.buffers[0].data());
  std::copy_n(s.forward(), s.probabilities.size(), s.probabilities.begin());
  softmax(s.probabilities);
  return s.probabilities;
}

}  // namespace lenet
