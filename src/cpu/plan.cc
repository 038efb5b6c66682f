#include "cpu/plan.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/packs.h"
#include "cpu/layout.h"
#include "cpu/schedule.h"
#include "kernels/add.h"
#include "kernels/function.h"
#include "kernels/scale.h"

namespace lenet::cpu {
namespace {

/// The pass's place at a stage, kept in `place`; null outside training.
const RandomPlace* place_of(const PackPass& pass, const Stage& stage, RandomPlace& place) {
  if (!pass.random) return nullptr;
  place = *pass.random;
  place.stage = stage.number;
  return &place;
}

/// Whether a stage reads what one of the segment's gives.
bool reads(const PlannedStage& stage, const Segment& segment) {
  return std::ranges::any_of(stage.sources, [&](std::int64_t source) {
    return source >= static_cast<std::int64_t>(segment.norms.first);
  });
}

std::vector<Segment> segments_of(const std::vector<PlannedStage>& stages) {
  std::vector<Segment> segments = {{{0, 0}, {0, 0}}};
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const bool begins = i == 0 || !stages[i - 1].norm || reads(stages[i], segments.back());
    if (stages[i].norm && begins) segments.push_back({{i, i}, {i, i}});
    Segment& last = segments.back();
    if (stages[i].norm) last.norms.last = last.rest.first = i + 1;
    last.rest.last = i + 1;
  }
  return segments;
}

void pack_norm(const BatchNormStage& norm, const PlannedStage& stage, const Sequential& net,
               float* packed) {
  norm.pack_statistics(part_of(net.parameters(), stage.node.parameters),
                       part_of(net.buffers(), stage.node.buffers), packed + stage.packed);
}

bool is_scale(const PlannedStage& stage) { return std::holds_alternative<ScaleOp>(stage.node.op); }

/// Of a Scale: one element of the second value for so many of the first.
kernels::ChannelShape scale_shape(const PlannedStage& stage) {
  const std::int64_t channels = stage.inputs[1].count / kPack;
  return {channels, stage.output_count / stage.inputs[1].count};
}

/// Brings together what meets. value_of(input): where it lies.
template <class ValueOf>
void join(const PlannedStage& stage, const ValueOf& value_of, float* y) {
  if (is_scale(stage)) {
    return kernels::scale_forward(scale_shape(stage), value_of(stage.inputs[0]),
                                  value_of(stage.inputs[1]), y);
  }
  if (std::holds_alternative<ConcatOp>(stage.node.op)) {
    for (const PlannedInput& input : stage.inputs) {
      const float* value = value_of(input);
      if (value == y + input.part) continue;  // it was written there
      std::copy_n(value, input.count, y + input.part);
    }
    return;
  }
  const float* sum = value_of(stage.inputs[0]);
  for (std::size_t k = 1; k < stage.inputs.size(); ++k) {
    kernels::add(stage.output_count, sum, value_of(stage.inputs[k]), y);
    sum = y;
  }
}

std::int64_t panels_of(std::int64_t floats) { return packs_of(floats / kPack); }

}  // namespace

Plan::Plan(const Sequential& net, const Frozen& frozen) : Plan(graph_of(net), frozen) {}

Plan::Plan(Graph graph, const Frozen& frozen, Values values) : graph_(std::move(graph)) {
  std::vector<Stage> stages = scheduled(stages_of(graph_, frozen, values));
  first_trained_ = lenet::first_trained(stages);
  for (Stage& stage : stages) add_stage(std::move(stage));
  const std::int64_t images = element_count(graph_.values.front()) * kPack;
  scratch_ = lay_out(stages_, images);
  evaluation_ = evaluation_layout(stages_, images, values);
  if (!stages_.empty()) output_ = stages_.back().output;
  segments_ = segments_of(stages_);
  arena_size_ = scratch_;
  for (const PlannedStage& stage : stages_) {
    for (const PlannedInput& input : stage.inputs) {
      arena_size_ = std::max(arena_size_, scratch_ + input.count);
    }
  }
}

void Plan::add_stage(Stage merged) {
  PlannedStage stage{std::move(merged)};
  const Node& node = stage.node;
  const std::int64_t parameters = node.parameters.last - node.parameters.first;
  if (!is_join(node.op)) {
    auto [cpu, norm] = make_stage(
        node.op, {*node.layer, graph_.input_of(node), graph_.output_of(node), parameters});
    stage.cpu = std::move(cpu);
    (stage.fixed_statistics ? stage.fixed_norm : stage.norm) = norm;
  }
  std::int64_t part = 0;
  for (std::size_t k = 0; k < stage.sources.size(); ++k) {
    PlannedInput input{.source = stage.sources[k],
                       .count = element_count(graph_.shape(node.inputs[k])) * kPack};
    const PlannedStage* source = source_of(input);
    input.wants_dx = source && (source->trains || source->wants_dx());
    if (std::holds_alternative<ConcatOp>(node.op))
      input.part = std::exchange(part, part + input.count);
    stage.inputs.push_back(input);
  }
  stage.output_count = element_count(graph_.output_of(node)) * kPack;
  stage.packed = packed_size_;
  stage.slot = slot_size_;
  stage.x_panels = panels_;
  stage.dy_panels = panels_ + panels_of(stage.input().count);
  if (stage.traits().gradient_over_batch) {
    panels_ = stage.dy_panels + panels_of(stage.output_count);
  } else {
    slot_size_ += parameters;
  }
  packed_size_ += whole_packs(stage.traits().packed_size);
  stages_.push_back(std::move(stage));
}

/// Null for the network's input.
const PlannedStage* Plan::source_of(const PlannedInput& input) const {
  return input.source < 0 ? nullptr : &stages_[static_cast<std::size_t>(input.source)];
}

void Plan::pack(const Sequential& net, float* packed) const {
  for (const PlannedStage& stage : stages_) {
    for (const UpdatePart& part : stage.traits().parts) {
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

void Plan::forward(const PackPass& pass) const { forward({0, stages_.size()}, pass); }

void Plan::forward(const StageRange& stages, const PackPass& pass) const {
  const auto value_of = [&](const PlannedInput& input) { return pass.arena + input.value; };
  for (std::size_t i = stages.first; i < stages.last; ++i) {
    forward_stage(stages_[i], pass, value_of, pass.arena + stages_[i].output);
  }
}

void Plan::evaluate(const PackPass& pass) const {
  const auto value_of = [&](const PlannedInput& input) {
    return pass.arena + evaluation_.value(input);
  };
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    forward_stage(stages_[i], pass, value_of, pass.arena + evaluation_.output(i));
  }
}

template <class ValueOf>
void Plan::forward_stage(const PlannedStage& stage, const PackPass& pass, const ValueOf& value_of,
                         float* y) const {
  if (stage.cpu) {
    const PlannedStage* source = source_of(stage.input());
    RandomPlace place;
    stage.cpu->forward(
        {.parameters = part_of(pass.parameters, stage.node.parameters),
         .packed = pass.packed + stage.packed,
         .input_activation = source && source->activation_left ? source->activation : Function(),
         .x = value_of(stage.input()),
         .y = y,
         .random = place_of(pass, stage, place)});
  } else {
    join(stage, value_of, y);
  }
  if (stage.activation != Function() && !stage.activation_left) {
    kernels::function_forward(stage.activation, stage.output_count, y, y);
  }
}

void Plan::backward(const StageRange& stages, const PackPass& pass,
                    const PackGradients& gradients) const {
  const std::size_t end = std::max(stages.first, first_trained_);
  for (std::size_t i = stages.last; i-- > end;) backward_stage(i, pass, gradients);
}

/// Leaves the gradient by the input before its activation in its place, as a rule over the value,
/// which nobody needs any more. Where the stage can write over what it reads, or takes that
/// activation's part itself, it goes there at once; so it does where that place is elsewhere. Else
/// it goes through the scratch buffer.
void Plan::backward_stage(std::size_t i, const PackPass& pass,
                          const PackGradients& gradients) const {
  const PlannedStage& stage = stages_[i];
  float* dy = pass.arena + stage.dy;
  if (is_scale(stage)) return scale_backward(stage, pass.arena);
  if (!stage.cpu) {
    for (std::size_t k = stage.inputs.size(); k-- > 0;) {
      leave_gradient(stage.inputs[k], dy + stage.inputs[k].part, pass.arena);
    }
    return;
  }
  const PlannedInput& input = stage.input();
  if (!stage.trains && !input.wants_dx) return;
  const PlannedStage* source = source_of(input);
  const Function activation = source ? source->activation : Function();
  const bool taken = source && source->activation_left;
  const bool alone = input.reader == Reader::kOnly;
  const bool over_x = taken || (activation == Function() && stage.traits().backward_in_place);
  const bool elsewhere = input.to != input.value && activation == Function();
  const bool at_once = input.reader == Reader::kFirst || (alone && (over_x || elsewhere));
  float* x = pass.arena + input.value;
  float* dx = !input.wants_dx ? nullptr : pass.arena + (at_once ? input.to : scratch_);
  const std::span<float> dparameters = gradients.batch.slot(stage, gradients.pack);
  if (stage.fixed_norm && stage.trains) {
    stage.fixed_norm->collect_backward(x, dy, pass.packed + stage.packed, dparameters.data());
  }
  RandomPlace place;
  stage.cpu->backward({.parameters = part_of(pass.parameters, stage.node.parameters),
                       .packed = pass.packed + stage.packed,
                       .input_activation = taken ? activation : Function(),
                       .x = x,
                       .dy = dy,
                       .dx = dx,
                       .dparameters = dparameters,
                       .rows = gradients.batch.rows(stage, gradients.pack),
                       .images = pass.images,
                       .random = place_of(pass, stage, place),
                       .trains = stage.trains});
  if (!at_once) leave_gradient(input, dx, pass.arena);
}

/// The gradient by the first value before that by the second, which may go over the second; where
/// they are one value the other way round, as its readers are in that order.
void Plan::scale_backward(const PlannedStage& stage, float* arena) const {
  const kernels::ChannelShape shape = scale_shape(stage);
  const float* dy = arena + stage.dy;
  const float* values[] = {arena + stage.inputs[0].value, arena + stage.inputs[1].value};
  const bool one = stage.inputs[0].source == stage.inputs[1].source;
  for (const std::size_t k : {one ? 1u : 0u, one ? 0u : 1u}) {
    const PlannedInput& input = stage.inputs[k];
    if (!input.wants_dx) continue;
    float* dx = arena + (input.reader == Reader::kFirst ? input.to : scratch_);
    if (k == 0) {
      kernels::scale_forward(shape, dy, values[1], dx);
    } else {
      kernels::scale_backward_gate(shape, values[0], dy, dx);
    }
    leave_gradient(input, dx, arena);
  }
}

/// Adds a reader's gradient to that of those before it. The last one's goes through the derivative
/// of the activation, which the value tells that it replaces.
void Plan::leave_gradient(const PlannedInput& input, float* dx, float* arena) const {
  float* to = arena + input.to;
  if (!input.wants_dx || dx == to) return;
  const bool ends = input.reader == Reader::kOnly || input.reader == Reader::kLast;
  const Function f = ends ? source_of(input)->activation : Function();
  if (input.reader == Reader::kOnly) {
    return kernels::function_backward_by_value(f, input.count, dx, to);
  }
  float* sum = f == Function() ? to : arena + scratch_;
  kernels::add(input.count, arena + input.sum, dx, sum);
  if (sum != to) kernels::function_backward_by_value(f, input.count, sum, to);
}

}  // namespace lenet::cpu
