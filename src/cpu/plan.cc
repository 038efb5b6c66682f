#include "cpu/plan.h"

#include <algorithm>
#include <utility>
#include <vector>

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

/// Adds a reader's dx and the sum of those before it, in the sum's place; in dx's for the last.
void add_gradient(const PlannedStage& stage, float* sum, float* dx) {
  float* to = stage.reader == Reader::kLast ? dx : sum;
  for (std::int64_t i = 0; i < stage.input_count; ++i) to[i] = sum[i] + dx[i];
}

std::int64_t panels_of(std::int64_t floats) { return (floats / kPack + kPack - 1) / kPack; }

}  // namespace

Plan::Plan(const Sequential& net, const Frozen& frozen) : Plan(graph_of(net), frozen) {}

Plan::Plan(Graph graph, const Frozen& frozen) : graph_(std::move(graph)) {
  arena_size_ = element_count(graph_.values.front()) * kPack;
  std::vector<Stage> stages = stages_of(graph_, frozen);
  first_trained_ = lenet::first_trained(stages);
  for (Stage& stage : stages) add_stage(std::move(stage));
  place_gradients();
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
  const PlannedStage* source = source_of(stage);
  stage.input = source ? source->output : 0;
  stage.input_count = element_count(graph_.input_of(node)) * kPack;
  stage.wants_dx = source && (source->trains || source->wants_dx);
  stage.output = arena_size_;
  stage.output_count = element_count(graph_.output_of(node)) * kPack;
  stage.packed = packed_size_;
  stage.slot = slot_size_;
  stage.x_panels = panels_;
  stage.dy_panels = panels_ + panels_of(stage.input_count);
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

/// Each value of several readers gets a gradient of its own, and an activation goes to the reader
/// that takes it if that is the only one.
void Plan::place_gradients() {
  std::vector<std::vector<std::size_t>> readers(stages_.size());
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].source >= 0) readers[static_cast<std::size_t>(stages_[i].source)].push_back(i);
  }
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    const std::vector<std::size_t>& of = readers[s];
    if (of.size() == 1) {
      stages_[s].activation_left = stages_[of.front()].cpu->traits().takes_activation;
    }
    if (of.size() < 2) continue;
    for (const std::size_t i : of) stages_[i].reader = Reader::kBetween;
    stages_[of.back()].reader = Reader::kFirst;
    stages_[of.front()].reader = Reader::kLast;
    stages_[s].gradient = arena_size_;
    arena_size_ += stages_[s].output_count;
  }
}

/// Null for a stage that reads the network's input.
const PlannedStage* Plan::source_of(const PlannedStage& stage) const {
  return stage.source < 0 ? nullptr : &stages_[static_cast<std::size_t>(stage.source)];
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
    const PlannedStage* source = source_of(stage);
    float* y = pass.arena + stage.output;
    RandomPlace place;
    stage.cpu->forward(
        {.parameters = part_of(pass.parameters, stage.node.parameters),
         .packed = pass.packed + stage.packed,
         .input_activation = source && source->activation_left ? source->activation : Function(),
         .x = pass.arena + stage.input,
         .y = y,
         .random = place_of(pass, i, place)});
    if (stage.activation != Function() && !stage.activation_left) {
      kernels::function_forward(stage.activation, stage.output_count, y, y);
    }
  }
}

void Plan::backward(const Segment& stages, const PackPass& pass,
                    const PackGradients& gradients) const {
  const std::size_t end = std::max(stages.first, first_trained_);
  for (std::size_t i = stages.last; i-- > end;) backward_stage(i, pass, gradients);
}

/// Leaves the gradient by the input before its activation in the input's own buffer, whose value
/// nobody needs any more. Where the stage can write over what it reads, or takes that activation's
/// part itself, it goes there at once. Else it goes through the scratch buffer: the activation's
/// backward pass reads it there, and its value where the gradient then lies.
void Plan::backward_stage(std::size_t i, const PackPass& pass,
                          const PackGradients& gradients) const {
  const PlannedStage& stage = stages_[i];
  if (!stage.trains && !stage.wants_dx) return;
  const PlannedStage* source = source_of(stage);
  const Function activation = source ? source->activation : Function();
  const bool taken = source && source->activation_left;
  const bool over_x = taken || (activation == Function() && stage.cpu->traits().backward_in_place);
  const bool in_place = over_x && stage.reader == Reader::kOnly;
  const bool first = stage.reader == Reader::kFirst;
  float* x = pass.arena + stage.input;
  float* scratch = pass.arena + (first ? source->gradient : scratch_);
  float* dx = !stage.wants_dx ? nullptr : in_place ? x : scratch;
  const std::span<float> dparameters = gradients.batch.slot(stage, gradients.pack);
  if (stage.fixed_norm && stage.trains) {
    stage.fixed_norm->collect_backward(x, pass.arena + stage.output, pass.packed + stage.packed,
                                       dparameters.data());
  }
  RandomPlace place;
  stage.cpu->backward({.parameters = part_of(pass.parameters, stage.node.parameters),
                       .packed = pass.packed + stage.packed,
                       .input_activation = taken ? activation : Function(),
                       .x = x,
                       .dy = pass.arena + stage.output,
                       .dx = dx,
                       .dparameters = dparameters,
                       .rows = gradients.batch.rows(stage, gradients.pack),
                       .images = pass.images,
                       .random = place_of(pass, i, place),
                       .trains = stage.trains});
  if (!stage.wants_dx || in_place || first) return;
  if (stage.reader != Reader::kOnly) {
    add_gradient(stage, pass.arena + source->gradient, dx);
    if (stage.reader == Reader::kBetween) return;
  }
  kernels::function_backward_by_value(activation, stage.input_count, dx, x);
}

}  // namespace lenet::cpu
