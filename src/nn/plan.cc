#include "nn/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/require.h"
#include "kernels/activation.h"
#include "nn/batch_norm.h"
#include "nn/function.h"

namespace lenet {
namespace {

bool is_flatten(const Node& node) { return std::holds_alternative<FlattenOp>(node.op); }

/// The function that is merged into the stage before; nothing for any other layer.
std::optional<Activation> activation_of(const Node& node) {
  const auto* op = std::get_if<FunctionOp>(&node.op);
  return op ? activation_of(op->function) : std::nullopt;
}

/// Throws Error (kUsage) unless the parts that threads update are all of the layer's parameters,
/// each once: a class that adds some to those of the layer that it derives from may forget them.
void require_all_updated(const Layer& layer, std::int64_t parameters) {
  std::vector<ParameterRange> ranges;
  for (const UpdatePart& part : layer.update_parts()) {
    for (const ParameterRange& range : {part.weight, part.bias}) {
      if (range.first != range.last) ranges.push_back(range);
    }
  }
  std::ranges::sort(ranges, {}, &ParameterRange::first);
  std::int64_t end = 0;
  bool once = true;
  for (const ParameterRange& range : ranges) {
    once = once && range.first == end && range.last > end;
    end = range.last;
  }
  require(once && end == parameters,
          fmt::format("{}, whose update_parts() are not its {} parameters, each once; define "
                      "update_parts(), prepare() and prepared_size() with parameters()",
                      own_layer_text(layer), parameters));
}

/// The node whose output is the network's, but for Flatten; -1 if there is none.
std::int64_t last_node(const Graph& graph) {
  std::int64_t last = std::ssize(graph.nodes) - 1;
  while (last >= 0 && is_flatten(graph.nodes[static_cast<std::size_t>(last)])) --last;
  return last;
}

/// The pass's place at stage i, kept in `place`; null outside training.
const RandomPlace* place_of(const PackPass& pass, std::size_t i, RandomPlace& place) {
  if (!pass.random) return nullptr;
  place = *pass.random;
  place.stage = static_cast<std::int64_t>(i);
  return &place;
}

void prepare_norm(const BatchNorm& norm, const Stage& stage, const Sequential& net,
                  float* prepared) {
  BatchNormPasses(norm).prepare_evaluation(part_of(net.parameters(), stage.node.parameters),
                                           part_of(net.buffers(), stage.node.buffers),
                                           prepared + stage.prepared);
}

std::int64_t panels_of(std::int64_t floats) { return (floats / kPack + kPack - 1) / kPack; }

}  // namespace

Plan::Plan(const Sequential& net, const Frozen& frozen) : graph_(graph_of(net)) {
  arena_size_ = element_count(net.input_shape()) * kPack;
  const std::int64_t last_index = last_node(graph_);
  for (const Node& node : graph_.nodes) {
    if (is_flatten(node)) continue;
    const std::optional<Activation> activation = activation_of(node);
    const bool last = node.index == last_index;  // its gradient comes by its value
    if (activation && !last && !stages_.empty() && stages_.back().activation == Activation::kNone) {
      stages_.back().activation = *activation;
    } else {
      add_stage(node, frozen);
    }
  }
  while (first_trained_ < stages_.size() && !stages_[first_trained_].trains) ++first_trained_;
  segments_ = {{0, 0}};
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].norm) segments_.push_back({i, i});
    segments_.back().last = i + 1;
  }
  scratch_ = arena_size_;
  for (const Stage& stage : stages_) {
    arena_size_ = std::max(arena_size_, scratch_ + stage.input_count);
  }
}

void Plan::add_stage(const Node& node, const Frozen& frozen) {
  const std::int64_t parameters = node.parameters.last - node.parameters.first;
  require_all_updated(*node.layer, parameters);
  Stage stage{.node = node, .ways = ways_of(*node.layer)};
  stage.input = output_;
  stage.input_count = stages_.empty() ? arena_size_ : stages_.back().output_count;
  stage.output = arena_size_;
  stage.output_count = element_count(graph_.output_of(node)) * kPack;
  stage.prepared = prepared_size_;
  stage.slot = slot_size_;
  stage.x_panels = panels_;
  stage.dy_panels = panels_ + panels_of(stage.input_count);
  stage.trains = !trained_parts(node.parameters, frozen.parameters).empty();
  (keeps_statistics(node.buffers, frozen) ? stage.fixed_norm : stage.norm) =
      batch_norm_of(*node.layer);
  if (!stages_.empty()) stages_.back().activation_left = stage.ways.takes_activation;
  if (stage.ways.gradient_over_batch) {
    panels_ = stage.dy_panels + panels_of(stage.output_count);
  } else {
    slot_size_ += parameters;
  }
  prepared_size_ += (node.layer->prepared_size() + kPack - 1) / kPack * kPack;
  output_ = arena_size_;
  arena_size_ += stage.output_count;
  stages_.push_back(std::move(stage));
}

void Plan::prepare(const Sequential& net, float* prepared) const {
  for (const Stage& stage : stages_) {
    for (const UpdatePart& part : stage.node.layer->update_parts()) {
      stage.node.layer->prepare(part, part_of(net.parameters(), stage.node.parameters),
                                prepared + stage.prepared);
    }
  }
  prepare_norms(net, prepared);
}

void Plan::prepare_norms(const Sequential& net, float* prepared) const {
  for (const Stage& stage : stages_) {
    if (stage.norm) prepare_norm(*stage.norm, stage, net, prepared);
  }
  prepare_fixed_norms(net, prepared);
}

void Plan::prepare_fixed_norms(const Sequential& net, float* prepared) const {
  for (const Stage& stage : stages_) {
    if (stage.fixed_norm) prepare_norm(*stage.fixed_norm, stage, net, prepared);
  }
}

void Plan::forward(const PackPass& pass) const {
  for (const Segment& segment : segments_) forward(segment, pass);
}

void Plan::forward(const Segment& segment, const PackPass& pass) const {
  for (std::size_t i = segment.first; i < segment.last; ++i) {
    const Stage& stage = stages_[i];
    const bool left = i > 0 && stages_[i - 1].activation_left;
    float* y = pass.arena + stage.output;
    RandomPlace place;
    stage.node.layer->forward(
        {.parameters = part_of(pass.parameters, stage.node.parameters),
         .prepared = pass.prepared + stage.prepared,
         .input_activation = left ? stages_[i - 1].activation : Activation::kNone,
         .x = pass.arena + stage.input,
         .y = y,
         .random = place_of(pass, i, place)});
    if (stage.activation != Activation::kNone && !stage.activation_left) {
      kernels::activation_forward(stage.activation, stage.output_count, y);
    }
  }
}

void Plan::backward(const Segment& stages, const PackPass& pass,
                    const BackwardMemory& memory) const {
  const std::size_t end = std::max(stages.first, first_trained_);
  for (std::size_t i = stages.last; i-- > end;) backward_stage(i, pass, memory);
}

void Plan::backward_stage(std::size_t i, const PackPass& pass, const BackwardMemory& memory) const {
  const Stage& stage = stages_[i];
  const std::int64_t stride = memory.images * kPack;
  const bool over_batch = stage.ways.gradient_over_batch;
  const auto rows = [&](std::int64_t panel) -> float* {
    if (!over_batch) return nullptr;
    return memory.panels + panel * stride + memory.pack * kPack * kPack;
  };
  const bool last = i == first_trained_;  // nobody needs the gradient by its input
  const Activation activation = i == 0 ? Activation::kNone : stages_[i - 1].activation;
  const bool taken = i > 0 && stages_[i - 1].activation_left;
  const bool in_place = taken || (activation == Activation::kNone && stage.ways.backward_in_place);
  float* x = pass.arena + stage.input;
  float* dx = last ? nullptr : in_place ? x : pass.arena + scratch_;
  const std::int64_t in_slot =
      over_batch ? 0 : stage.node.parameters.last - stage.node.parameters.first;
  const std::span<float> dparameters(memory.slot + stage.slot, static_cast<std::size_t>(in_slot));
  if (stage.fixed_norm && stage.trains) {
    BatchNormPasses(*stage.fixed_norm)
        .collect_backward(x, pass.arena + stage.output, pass.prepared + stage.prepared,
                          dparameters.data());
  }
  RandomPlace place;
  stage.node.layer->backward({.parameters = part_of(pass.parameters, stage.node.parameters),
                              .prepared = pass.prepared + stage.prepared,
                              .input_activation = taken ? activation : Activation::kNone,
                              .x = x,
                              .dy = pass.arena + stage.output,
                              .dx = dx,
                              .dparameters = dparameters,
                              .x_rows = rows(stage.x_panels),
                              .dy_rows = rows(stage.dy_panels),
                              .panel_stride = stride,
                              .images = pass.images,
                              .random = place_of(pass, i, place),
                              .trains = stage.trains});
  if (!last && !in_place) kernels::activation_backward(activation, stage.input_count, dx, x);
}

}  // namespace lenet
