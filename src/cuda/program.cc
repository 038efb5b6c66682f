#include "cuda/program.h"

#include <fmt/format.h>

#include "base/require.h"
#include "base/visit.h"
#include "lenet/error.h"
#include "nn/user_layer.h"

namespace lenet::cuda {

std::unique_ptr<CudaStage> make_stage(const StagePlan& plan) {
  using Made = std::unique_ptr<CudaStage>;
  return std::visit(
      Overloaded{[](const FlattenOp&) -> Made { unknown("stage: Flatten makes none"); },
                 [&](const OneOf<SumOp, ConcatOp> auto&) -> Made {
                   throw Error(ErrorKind::kUsage, fmt::format("{}: branches run on the CPU alone",
                                                              name_of(plan.stage.node)));
                 },
                 [&](const UserOp&) -> Made {
                   throw Error(ErrorKind::kUsage,
                               fmt::format("{}, which runs on the CPU alone",
                                           own_layer_text(*plan.stage.node.layer)));
                 },
                 [&](const auto& op) { return stage_for(op, plan); }},
      plan.stage.node.op);
}

Program::Program(const Graph& graph, const Frozen& frozen, Stream& stream,
                 const ParameterMemory& memory, const Capacity& capacity)
    : capacity_{round_up(capacity.forward, kWarp), round_up(capacity.training, kWarp)} {
  const std::vector<Stage> stages = stages_of(graph, frozen);
  first_trained_ = first_trained(stages);
  std::int64_t floats = element_count(graph.values.front());
  offsets_ = {0};
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const Stage& stage = stages[i];
    const Node& node = stage.node;
    add_stage({.stage = stage,
               .index = static_cast<std::int64_t>(i),
               .input = graph.input_of(node),
               .output = graph.output_of(node),
               .batch = capacity.training,
               .stream = stream,
               .memory = {memory.parameters + node.parameters.first,
                          memory.buffers + node.buffers.first}},
              frozen);
    if (i > 0 && is_simple_pooling(stage) && stages_[i - 1].stage->pools()) {
      stages_[i - 1].does_pooling = true;
      stages_[i - 1].maximum = std::holds_alternative<MaxPool2dOp>(node.op);
    }
    offsets_.push_back(floats);
    floats += element_count(graph.output_of(node));
  }
  values_ = DeviceArray<float>(floats * capacity_.forward);
  gradients_ = DeviceArray<float>(floats * capacity_.training);
}

void Program::add_stage(const StagePlan& plan, const Frozen& frozen) {
  stages_.push_back({make_stage(plan), plan.stage.activation, false, false});
  for (UpdatedTensor tensor : stages_.back().stage->tensors()) {
    tensor.first += plan.stage.node.parameters.first;
    tensor.frozen =
        trained_parts({tensor.first, tensor.first + tensor.count}, frozen.parameters).empty();
    if (tensor.frozen) tensor.slot_count = 0;
    tensors_.push_back(tensor);
    layers_.push_back(plan.stage.node.index);
  }
}

StageBuffers Program::buffers(std::size_t i) const {
  const bool training = capacity_.training > 0;
  const bool pools = stages_[i].does_pooling;
  return {.x = value(i),
          .y = value(i + 1),
          .dy = training ? gradient(i + 1) : nullptr,
          .dx = training && i > first_trained_ ? gradient(i) : nullptr,
          .before = {i > 0 ? stages_[i - 1].activation : Function(), value(i)},
          .pooled = pools ? value(i + 2) : nullptr,
          .maximum = stages_[i].maximum};
}

void Program::forward(const Pass& pass) const {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (i > 0 && stages_[i - 1].does_pooling) continue;
    stages_[i].stage->forward(pass, buffers(i));
  }
}

void Program::backward(const Pass& pass) const {
  for (std::size_t i = stages_.size(); i-- > first_trained_;) {
    stages_[i].stage->backward(pass, buffers(i));
  }
  pass.stream.join();
}

}  // namespace lenet::cuda
