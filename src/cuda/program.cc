#include "cuda/program.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/require.h"
#include "base/visit.h"
#include "lenet/error.h"
#include "nn/user_layer.h"

namespace lenet::cuda {

std::unique_ptr<CudaStage> make_stage(const StagePlan& plan) {
  using Made = std::unique_ptr<CudaStage>;
  return std::visit(
      Overloaded{[](const FlattenOp&) -> Made { unknown("stage: Flatten makes none"); },
                 [](const OneOf<SumOp, ConcatOp, ScaleOp> auto&) -> Made { return nullptr; },
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
    : capacity_{round_up(capacity.forward, kWarp), round_up(capacity.training, kWarp)},
      offsets_{0, element_count(graph.values.front())} {
  const std::vector<Stage> stages = stages_of(graph, frozen);
  for (const Stage& stage : stages) {
    const Node& node = stage.node;
    add_stage({.stage = stage,
               .input = graph.input_of(node),
               .output = graph.output_of(node),
               .batch = capacity.training,
               .stream = stream,
               .memory = {memory.parameters + node.parameters.first,
                          memory.buffers + node.buffers.first}},
              frozen);
  }
  merge_poolings(stages);
  values_ = DeviceArray<float>(offsets_.back() * capacity_.forward);
  gradients_ = DeviceArray<float>(offsets_.back() * capacity_.training);
  share_ = DeviceArray<float>(order_readers() * capacity_.training);
}

void Program::add_stage(const StagePlan& plan, const Frozen& frozen) {
  std::vector<Input> inputs = inputs_of(plan.stage);
  const bool wants_dy = plan.stage.trains || std::ranges::any_of(inputs, [&](const Input& input) {
                          return wants_gradient(input.value);
                        });
  stages_.push_back({.stage = make_stage(plan),
                     .concat = std::holds_alternative<ConcatOp>(plan.stage.node.op),
                     .scale = std::holds_alternative<ScaleOp>(plan.stage.node.op),
                     .activation = plan.stage.activation,
                     .inputs = std::move(inputs),
                     .wants_dy = wants_dy,
                     .does_pooling = false,
                     .maximum = false});
  offsets_.push_back(offsets_.back() + element_count(plan.output));
  if (!stages_.back().stage) return;
  for (UpdatedTensor tensor : stages_.back().stage->tensors()) {
    tensor.first += plan.stage.node.parameters.first;
    tensor.frozen =
        trained_parts({tensor.first, tensor.first + tensor.count}, frozen.parameters).empty();
    if (tensor.frozen) tensor.slot_count = 0;
    tensors_.push_back(tensor);
    layers_.push_back(plan.stage.node.index);
  }
}

std::vector<Program::Input> Program::inputs_of(const Stage& stage) const {
  const bool concat = std::holds_alternative<ConcatOp>(stage.node.op);
  std::vector<Input> inputs;
  std::int64_t part = 0;
  for (const std::int64_t source : stage.sources) {
    inputs.push_back({.value = static_cast<std::size_t>(source + 1), .part = part});
    if (concat) part += size_of(inputs.back().value);
  }
  return inputs;
}

/// A stage may do a pooling if nothing else reads what it gives: in an evaluation that is not
/// written.
void Program::merge_poolings(const std::vector<Stage>& stages) {
  std::vector<int> readers(stages_.size() + 1, 0);
  for (const Placed& placed : stages_) {
    for (const Input& input : placed.inputs) ++readers[input.value];
  }
  for (std::size_t i = 1; i < stages_.size(); ++i) {
    Placed& before = stages_[i - 1];
    const bool alone = stages_[i].inputs.front().value == i && readers[i] == 1;
    if (!alone || !is_simple_pooling(stages[i]) || !before.stage || !before.stage->pools())
      continue;
    before.does_pooling = true;
    before.maximum = std::holds_alternative<MaxPool2dOp>(stages[i].node.op);
  }
}

/// On the way back the first reader of a value writes its gradient, and the others add to it: one
/// order, so the same bits each time. Returns the floats of the largest share that is added.
std::int64_t Program::order_readers() {
  std::vector<bool> written(stages_.size() + 1, false);
  std::int64_t largest = 0;
  for (std::size_t i = stages_.size(); i-- > 0;) {
    Placed& placed = stages_[i];
    for (std::size_t k = placed.inputs.size(); k-- > 0;) {
      Input& input = placed.inputs[k];
      input.adds = written[input.value];
      written[input.value] = true;
      const bool makes = placed.stage || placed.scale;  // others hand on what they have
      const bool shares = makes && input.adds && wants_gradient(input.value);
      if (shares) largest = std::max(largest, size_of(input.value));
    }
  }
  return largest;
}

Derivative Program::before(std::size_t v) const {
  return {v > 0 ? stages_[v - 1].activation : Function(), value(v)};
}

/// Of a stage that is no join.
StageBuffers Program::buffers(std::size_t i) const {
  const bool training = capacity_.training > 0;
  const std::size_t x = stages_[i].inputs.front().value;
  return {.x = value(x),
          .y = value(i + 1),
          .dy = training ? gradient(i + 1) : nullptr,
          .dx = training && wants_gradient(x) ? gradient(x) : nullptr,
          .before = before(x),
          .pooled = stages_[i].does_pooling ? value(i + 2) : nullptr,
          .maximum = stages_[i].maximum};
}

void Program::forward(const Pass& pass) const {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (i > 0 && stages_[i - 1].does_pooling) continue;
    if (stages_[i].stage) {
      stages_[i].stage->forward(pass, buffers(i));
    } else {
      join(i, pass);
    }
  }
}

void Program::join(std::size_t i, const Pass& pass) const {
  const Placed& placed = stages_[i];
  const auto add = [&](const Input& input, const float* sum, const Function& next) {
    launch(pass.stream,
           Add{.before = {},
               .next = next,
               .images = pass.stride,
               .x = value(input.value),
               .sum = sum,
               .y = value(i + 1) + input.part * pass.stride},
           size_of(input.value));
  };
  if (placed.scale) {
    return launch(pass.stream, ScaleForward{scale_sizes(i, pass),
                                            placed.activation,
                                            {},
                                            value(placed.inputs[0].value),
                                            value(placed.inputs[1].value),
                                            value(i + 1)});
  }
  if (placed.concat) {
    for (const Input& input : placed.inputs) add(input, nullptr, placed.activation);
    return;
  }
  const float* sum = value(placed.inputs.front().value);
  for (std::size_t k = 1; k < placed.inputs.size(); ++k) {
    add(placed.inputs[k], sum, k + 1 < placed.inputs.size() ? Function() : placed.activation);
    sum = value(i + 1);
  }
}

void Program::backward(const Pass& pass) const {
  for (std::size_t i = stages_.size(); i-- > 0;) {
    if (!stages_[i].wants_dy) continue;
    if (stages_[i].stage) {
      stage_backward(i, pass);
    } else if (stages_[i].scale) {
      scale_backward(i, pass);
    } else {
      join_backward(i, pass);
    }
  }
  pass.stream.join();
}

/// Each reader multiplies its share by the derivative of the activation that made the value.
void Program::stage_backward(std::size_t i, const Pass& pass) const {
  StageBuffers at = buffers(i);
  const Input& input = stages_[i].inputs.front();
  if (at.dx) at.dx = place_of_share(input);
  stages_[i].stage->backward(pass, at);
  if (at.dx) add_share(input, pass);
}

/// Where a reader writes its part of the gradient by what it reads.
float* Program::place_of_share(const Input& input) const {
  return input.adds ? share_.data() : gradient(input.value);
}

void Program::add_share(const Input& input, const Pass& pass) const {
  if (!input.adds) return;
  float* sum = gradient(input.value);
  launch(pass.stream,
         Add{.before = {},
             .next = {},
             .images = pass.stride,
             .x = share_.data(),
             .sum = sum,
             .y = sum},
         size_of(input.value));
}

ScaleSizes Program::scale_sizes(std::size_t i, const Pass& pass) const {
  const std::int64_t gates = size_of(stages_[i].inputs[1].value);
  return {.gates = gates, .positions = size_of(i + 1) / gates, .images = pass.stride};
}

void Program::scale_backward(std::size_t i, const Pass& pass) const {
  const Input &x = stages_[i].inputs[0], &gate = stages_[i].inputs[1];
  const ScaleSizes sizes = scale_sizes(i, pass);
  const float* dy = gradient(i + 1);
  if (wants_gradient(gate.value)) {
    launch(pass.stream,
           ScaleGateGradient{sizes, before(gate.value), value(x.value), dy, place_of_share(gate)});
    add_share(gate, pass);
  }
  if (!wants_gradient(x.value)) return;
  launch(pass.stream,
         ScaleForward{sizes, {}, before(x.value), dy, value(gate.value), place_of_share(x)});
  add_share(x, pass);
}

void Program::join_backward(std::size_t i, const Pass& pass) const {
  const std::vector<Input>& inputs = stages_[i].inputs;
  for (std::size_t k = inputs.size(); k-- > 0;) {
    const Input& input = inputs[k];
    if (!wants_gradient(input.value)) continue;
    float* dx = gradient(input.value);
    launch(pass.stream,
           Add{.before = before(input.value),
               .next = {},
               .images = pass.stride,
               .x = gradient(i + 1) + input.part * pass.stride,
               .sum = input.adds ? dx : nullptr,
               .y = dx},
           size_of(input.value));
  }
}

}  // namespace lenet::cuda
