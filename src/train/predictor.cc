#include "lenet/predictor.h"

#include <algorithm>
#include <vector>

#include "base/aligned.h"
#include "base/packs.h"
#include "cpu/plan.h"
#include "kernels/add.h"
#include "kernels/function.h"
#include "kernels/image.h"
#include "lenet/error.h"
#include "nn/memory_plan.h"
#include "nn/standardize.h"
#include "train/softmax.h"

namespace lenet {
namespace {

/// Room for an image's values and what kernels may read and write behind them, in whole vectors.
std::int64_t roomy(std::int64_t values) { return whole_packs(values) + 2 * kPack; }

}  // namespace

/// Runs the stages of the plan on one image. A layer without a path for one image gets a pack of
/// which lane 0 is the image.
struct Predictor::State {
  explicit State(const Sequential& network)
      : net(network), plan(network), packed(plan.packed_size() + kPack) {
    place_values();
    std::int64_t scratch_size = 0;
    for (const cpu::PlannedStage& stage : plan.stages()) {
      if (!stage.cpu) continue;
      const auto needed = stage.cpu->traits().image_scratch;
      scratch_size =
          std::max(scratch_size, needed ? *needed : stage.input().count + stage.output_count);
    }
    scratch = AlignedFloats(scratch_size);
    probabilities.resize(static_cast<std::size_t>(element_count(net.output_shape())));
    plan.pack(net, packed.data());
  }

  /// The network's input, and each stage's output as long as somebody reads it.
  void place_values() {
    const auto stages = std::ssize(plan.stages());
    std::vector<Lifetime> lives = {{roomy(element_count(net.input_shape())), -1, 0}};
    for (std::int64_t i = 0; i < stages; ++i) {
      const cpu::PlannedStage& stage = plan.stages()[static_cast<std::size_t>(i)];
      lives.push_back({roomy(stage.output_count / kPack), i, i});
      for (const cpu::PlannedInput& input : stage.inputs) value_of(input, lives).last = i;
    }
    lives.back().last = stages;
    const MemoryPlan memory = plan_memory(lives);
    offsets = memory.offsets;
    values = AlignedFloats(memory.size);
  }

  /// The element of `all` for the value that an input reads; the first is the network's input.
  template <class T>
  static T& value_of(const cpu::PlannedInput& input, std::vector<T>& all) {
    return all[static_cast<std::size_t>(input.source + 1)];
  }
  float* value(const cpu::PlannedInput& input) { return values.data() + value_of(input, offsets); }

  /// From the network's input to the output that it returns.
  float* forward() {
    float* y = values.data() + offsets.front();
    for (std::size_t i = 0; i < plan.stages().size(); ++i) {
      const cpu::PlannedStage& stage = plan.stages()[i];
      y = values.data() + offsets[i + 1];
      if (stage.cpu) {
        run(stage, y);
      } else {
        join(stage, y);
      }
      const std::int64_t count = stage.output_count / kPack;
      if (stage.activation != Function()) {
        kernels::function_forward(stage.activation, whole_packs(count), y, y);
      }
    }
    return y;
  }

  void run(const cpu::PlannedStage& stage, float* y) {
    const cpu::ImageForward pass{.parameters = part_of(net.parameters(), stage.node.parameters),
                                 .packed = packed.data() + stage.packed,
                                 .x = value(stage.input()),
                                 .y = y,
                                 .scratch = scratch.data()};
    if (stage.cpu->traits().image_scratch) {
      stage.cpu->forward_image(pass);
    } else {
      forward_as_pack(stage, pass);
    }
  }

  void join(const cpu::PlannedStage& stage, float* y) {
    if (std::holds_alternative<ScaleOp>(stage.node.op)) return scale(stage, y);
    const bool concat = std::holds_alternative<ConcatOp>(stage.node.op);
    for (const cpu::PlannedInput& input : stage.inputs) {
      const std::int64_t count = input.count / kPack;
      const float* x = value(input);
      if (concat || &input == &stage.inputs.front()) {
        std::copy_n(x, count, y + input.part / kPack);
      } else {
        kernels::add(whole_packs(count), y, x, y);
      }
    }
  }

  void scale(const cpu::PlannedStage& stage, float* y) {
    const float *x = value(stage.inputs[0]), *gate = value(stage.inputs[1]);
    const std::int64_t positions = stage.output_count / stage.inputs[1].count;
    for (std::int64_t i = 0; i < stage.output_count / kPack; ++i) y[i] = x[i] * gate[i / positions];
  }

  void forward_as_pack(const cpu::PlannedStage& stage, const cpu::ImageForward& pass) {
    float* x = scratch.data();
    float* y = x + stage.input().count;
    std::fill_n(x, stage.input().count, 0.0f);
    for (std::int64_t i = 0; i < stage.input().count / kPack; ++i) x[i * kPack] = pass.x[i];
    stage.cpu->forward({.parameters = pass.parameters, .packed = pass.packed, .x = x, .y = y});
    for (std::int64_t i = 0; i < stage.output_count / kPack; ++i) pass.y[i] = y[i * kPack];
  }

  const Sequential& net;
  cpu::Plan plan;
  AlignedFloats packed, values, scratch;
  std::vector<std::int64_t> offsets;  ///< of the network's input, and of each stage's output
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
  float* image = s.values.data() + s.offsets.front();
  kernels::image_scale(pixels, size, image);
  standardize(s.net.normalization(), size, 1, image);
  std::copy_n(s.forward(), s.probabilities.size(), s.probabilities.begin());
  softmax(s.probabilities);
  return s.probabilities;
}

}  // namespace lenet
