#include "cpu/plan.h"

#include <algorithm>
#include <utility>

#include "kernels/function.h"

namespace lenet::cpu {
namespace {

/// The pass's place at stage i, kept in `place`; null outside training.
const RandomPlace* place_of(const PackPass& pass, std::size_t i, RandomPlace& place) {
  if (!pass.random) return nullptr;
  place = *pass.random;
  place.stage = static_cast<std::int64_t>(i);
  return &place;
}

void pack_norm(const BatchNormStage& norm, const PlannedStage& stage, const Sequential& net,
               float* packed) {
  norm.pack_statistics(part_of(net.parameters(), stage.node.parameters),
                       part_of(net.buffers(), stage.node.buffers), packed + stage.packed);
}

std::int64_t panels_of(std::int64_t floats) { return (floats / kPack + kPack - 1) / kPack; }

}  // namespace

Plan::Plan(const Sequential& net, const Frozen& frozen) : graph_(graph_of(net)) {
  arena_size_ = element_count(net.input_shape()) * kPack;
  std::vector<Stage> stages = stages_of(graph_, frozen);
  first_trained_ = lenet::first_trained(stages);
  for (Stage& stage : stages) add_stage(std::move(stage));
  segments_ = {{0, 0}};
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].norm) segments_.push_back({i, i});
    segments_.back().last = i + 1;
  }
  scratch_ = arena_size_;
  for (const PlannedStage& stage : stages_) {
    arena_size_ = std::max(arena_size_, scratch_ + stage.input_count);
  }
}

void Plan::add_stage(Stage merged) {
  PlannedStage stage{std::move(merged)};
  const Node& node = stage.node;
  const std::int64_t parameters = node.parameters.last - node.parameters.first;
  auto [cpu, norm] =
      make_stage(node.op, {*node.layer, graph_.input_of(node), graph_.output_of(node), parameters});
  stage.cpu = std::move(cpu);
  (stage.fixed_statistics ? stage.fixed_norm : stage.norm) = norm;
  const StageTraits& traits = stage.cpu->traits();
  stage.input = output_;
  stage.input_count = stages_.empty() ? arena_size_ : stages_.back().output_count;
  stage.output = arena_size_;
  stage.output_count = element_count(graph_.output_of(node)) * kPack;
  stage.packed = packed_size_;
  stage.slot = slot_size_;
  stage.x_panels = panels_;
  stage.dy_panels = panels_ + panels_of(stage.input_count);
  if (!stages_.empty()) stages_.back().activation_left = traits.takes_activation;
  if (traits.gradient_over_batch) {
    panels_ = stage.dy_panels + panels_of(stage.output_count);
  } else {
    slot_size_ += parameters;
  }
  packed_size_ += (traits.packed_size + kPack - 1) / kPack * kPack;
  output_ = arena_size_;
  arena_size_ += stage.output_count;
  stages_.push_back(std::move(stage));
}

void Plan::pack(const Sequential& net, float* packed) const {
  for (const PlannedStage& stage : stages_) {
    for (const UpdatePart& part : stage.cpu->traits().parts) {
      stage.cpu->pack_weights(part, part_of(net.parameters(), stage.node.parameters),
                              packed + stage.packed);
    }
  }
  pack_statistics(net, packed);
}

void Plan::pack_statistics(const Sequential& net, float* packed) const {
  for (const PlannedStage& stage : stages_) {
    if (stage.norm) pack_norm(*stage.norm, stage, net, packed);
  }
  pack_fixed_statistics(net, packed);
}

void Plan::pack_fixed_statistics(const Sequential& net, float* packed) const {
  for (const PlannedStage& stage : stages_) {
    if (stage.fixed_norm) pack_norm(*stage.fixed_norm, stage, net, packed);
  }
}

void Plan::forward(const PackPass& pass) const {
  for (const Segment& segment : segments_) forward(segment, pass);
}

void Plan::forward(const Segment& segment, const PackPass& pass) const {
  for (std::size_t i = segment.first; i < segment.last; ++i) {
    const PlannedStage& stage = stages_[i];
    const bool left = i > 0 && stages_[i - 1].activation_left;
    float* y = pass.arena + stage.output;
    RandomPlace place;
    stage.cpu->forward({.parameters = part_of(pass.parameters, stage.node.parameters),
                        .packed = pass.packed + stage.packed,
                        .input_activation = left ? stages_[i - 1].activation : Function(),
                        .x = pass.arena + stage.input,
                        .y = y,
                        .random = place_of(pass, i, place)});
    if (stage.activation != Function() && !stage.activation_left) {
      kernels::function_forward(stage.activation, stage.output_count, y, y);
    }
  }
}

void Plan::backward(const Segment& stages, const PackPass& pass,
                    const BackwardMemory& memory) const {
  const std::size_t end = std::max(stages.first, first_trained_);
  for (std::size_t i = stages.last; i-- > end;) backward_stage(i, pass, memory);
}

void Plan::backward_stage(std::size_t i, const PackPass& pass, const BackwardMemory& memory) const {
  const PlannedStage& stage = stages_[i];
  const std::int64_t stride = memory.images * kPack;
  const bool over_batch = stage.cpu->traits().gradient_over_batch;
  const auto rows = [&](std::int64_t panel) {
    return memory.panels + panel * stride + memory.pack * kPack * kPack;
  };
  const bool last = i == first_trained_;  // nobody needs the gradient by its input
  const Function activation = i == 0 ? Function() : stages_[i - 1].activation;
  const bool taken = i > 0 && stages_[i - 1].activation_left;
  const bool in_place =
      taken || (activation == Function() && stage.cpu->traits().backward_in_place);
  float* x = pass.arena + stage.input;
  float* dx = last ? nullptr : in_place ? x : pass.arena + scratch_;
  const std::int64_t in_slot =
      over_batch ? 0 : stage.node.parameters.last - stage.node.parameters.first;
  const std::span<float> dparameters(memory.slot + stage.slot, static_cast<std::size_t>(in_slot));
  if (stage.fixed_norm && stage.trains) {
    stage.fixed_norm->collect_backward(x, pass.arena + stage.output, pass.packed + stage.packed,
                                       dparameters.data());
  }
  PanelRows panels;
  if (over_batch) panels = {rows(stage.x_panels), rows(stage.dy_panels), stride};
  RandomPlace place;
  stage.cpu->backward({.parameters = part_of(pass.parameters, stage.node.parameters),
                       .packed = pass.packed + stage.packed,
                       .input_activation = taken ? activation : Function(),
                       .x = x,
                       .dy = pass.arena + stage.output,
                       .dx = dx,
                       .dparameters = dparameters,
                       .rows = panels,
                       .images = pass.images,
                       .random = place_of(pass, i, place),
                       .trains = stage.trains});
  if (!last && !in_place) {
    kernels::function_backward_by_value(activation, stage.input_count, dx, x);
  }
}

}  // namespace lenet::cpu
