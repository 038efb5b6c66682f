#include "cpu/evaluation_layout.h"

#include <algorithm>

#include "nn/memory_plan.h"

namespace lenet::cpu {
namespace {

/// Value 0 is the network's input, value i + 1 the output of stage i.
class Layout {
 public:
  Layout(const std::vector<PlannedStage>& stages, std::int64_t input)
      : stages_(stages), values_(stages.size() + 1) {
    values_[0].life = {.size = input, .first = 0, .last = 0};
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const auto step = static_cast<std::int64_t>(i + 1);
      values_[i + 1].life = {.size = stages[i].output_count, .first = step, .last = step};
      for (const PlannedInput& read : stages[i].inputs) {
        ++value(read).readers;
        value(read).life.last = step;
      }
    }
    values_.back().life.last = static_cast<std::int64_t>(values_.size());
  }

  /// Each value in a place of its own, to the end.
  EvaluationLayout run_apart() const {
    EvaluationLayout layout;
    for (const Value& v : values_) {
      layout.offsets.push_back(layout.size);
      layout.size += v.life.size;
    }
    return layout;
  }

  EvaluationLayout run() {
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i].root = i;
    for (std::size_t i = stages_.size(); i-- > 0;) share(i);
    std::vector<Lifetime> lives;
    for (const Value& v : values_) lives.push_back(v.life);
    for (std::size_t i = 0; i < values_.size(); ++i) extend(lives[values_[i].root], lives[i]);
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (values_[i].root != i) lives[i].size = 0;
    }
    const MemoryPlan memory = plan_memory(lives);
    EvaluationLayout layout{.offsets = {}, .size = memory.size};
    for (const Value& v : values_) layout.offsets.push_back(memory.offsets[v.root] + v.offset);
    return layout;
  }

 private:
  /// Lies within the place of value `root`. `changes`: something writes over it there.
  struct Value {
    Lifetime life;
    std::size_t root = 0;
    std::int64_t offset = 0, readers = 0;
    bool changes = false;
  };

  Value& value(const PlannedInput& read) {
    return values_[static_cast<std::size_t>(read.source + 1)];
  }

  bool has_own_place(const PlannedInput& read) {
    return value(read).root == static_cast<std::size_t>(read.source + 1);
  }

  static void extend(Lifetime& life, const Lifetime& other) {
    life.first = std::min(life.first, other.first);
    life.last = std::max(life.last, other.last);
  }

  /// Puts what stage i reads in the place of its output, as far as that can be.
  void share(std::size_t i) {
    const PlannedStage& stage = stages_[i];
    const auto& inputs = stage.inputs;
    if (std::holds_alternative<ConcatOp>(stage.node.op)) {
      for (const PlannedInput& read : inputs) share_part(i, read);
    } else if (std::holds_alternative<SumOp>(stage.node.op)) {
      if (!share_whole(i, inputs[0])) share_whole(i, inputs[1]);
    } else if (!stage.cpu || stage.traits().forward_in_place) {
      share_whole(i, inputs[0]);
    }
  }

  /// The stage writes over the value.
  bool share_whole(std::size_t i, const PlannedInput& read) {
    Value& v = value(read);
    if (v.readers != 1 || !has_own_place(read)) return false;
    const Value& output = values_[i + 1];
    v.root = output.root, v.offset = output.offset, v.changes = true;
    return true;
  }

  /// The stage finds the value where it belongs. Others may read it too, unless it changes there.
  void share_part(std::size_t i, const PlannedInput& read) {
    Value& v = value(read);
    const Value& output = values_[i + 1];
    const bool changes = output.changes || stages_[i].activation != Function();
    if (!has_own_place(read) || (changes && v.readers != 1)) return;
    v.root = output.root, v.offset = output.offset + read.part, v.changes = changes;
  }

  const std::vector<PlannedStage>& stages_;
  std::vector<Value> values_;
};

}  // namespace

EvaluationLayout evaluation_layout(const std::vector<PlannedStage>& stages, std::int64_t input,
                                   Values values) {
  Layout layout(stages, input);
  return values == Values::kAll ? layout.run_apart() : layout.run();
}

}  // namespace lenet::cpu
