#include "export/c_arena.h"

#include <algorithm>
#include <limits>

#include "base/visit.h"
#include "nn/memory_plan.h"

namespace lenet {
namespace {

bool works_in_place(const InferenceNode& o) {
  return std::visit(
      []<class Op>(const Op&) {
        return OneOf<Op, AffineOp, FunctionOp, GroupNormOp, PReLUOp, SumOp>;
      },
      o.op);
}

class Planner {
 public:
  Planner(const std::vector<InferenceNode>& nodes, const Shape& input) : nodes_(nodes) {
    add(0, input, -1);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const auto step = static_cast<std::int64_t>(i);
      for (const std::int64_t value : nodes[i].inputs) values_[value].last = step;
      add(nodes[i].value, nodes[i].output, step);
    }
    values_[nodes.empty() ? 0 : nodes.back().value].last = std::ssize(nodes);
  }

  Arena run(bool rescales) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const auto step = static_cast<std::int64_t>(i);
      if (works_in_place(nodes_[i])) place_over_input(nodes_[i], step);
      if (std::holds_alternative<ConcatOp>(nodes_[i].op)) place_beside(nodes_[i], step, rescales);
    }
    return placed();
  }

 private:
  /// A value and its place in a block.
  struct Value {
    std::int64_t size, first, last;  ///< elements; steps in which it is in use
    std::int64_t block, offset;
  };

  void add(std::int64_t value, const Shape& shape, std::int64_t step) {
    const std::int64_t size = element_count(shape);
    values_[value] = {size, step, step, std::ssize(blocks_), 0};
    blocks_.push_back(size);
  }

  /// Whether nobody reads anything in the block after this step.
  bool ends(std::int64_t block, std::int64_t step) const {
    return std::ranges::all_of(values_, [&](const auto& entry) {
      return entry.second.block != block || entry.second.last <= step;
    });
  }

  void place_over_input(const InferenceNode& o, std::int64_t step) {
    Value& output = values_[o.value];
    for (const std::int64_t input : o.inputs) {
      const Value& over = values_[input];
      if (!ends(over.block, step)) continue;
      output.block = over.block;
      output.offset = over.offset;
      return;
    }
  }

  /// Moves the blocks of what a Concat reads into its own.
  void place_beside(const InferenceNode& o, std::int64_t step, bool rescales) {
    const std::int64_t block = values_[o.value].block;
    std::int64_t offset = 0;
    for (const std::int64_t input : o.inputs) {
      const Value moved = values_[input];
      const bool whole = moved.block != block && moved.size == blocks_[at(moved.block)];
      if (whole && (!rescales || ends(moved.block, step))) {
        for (auto& [number, value] : values_) {
          if (value.block != moved.block) continue;
          value.block = block;
          value.offset += offset;
        }
      }
      offset += moved.size;
    }
  }

  Arena placed() const {
    constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
    std::vector<Lifetime> lives;
    for (const std::int64_t size : blocks_) lives.push_back({size, kNever, -1});
    for (const auto& [number, value] : values_) {
      Lifetime& life = lives[at(value.block)];
      life.first = std::min(life.first, value.first);
      life.last = std::max(life.last, value.last);
    }
    for (Lifetime& life : lives) {
      if (life.first == kNever) life = {0, 0, 0};  // moved into another block
    }
    const MemoryPlan plan = plan_memory(lives);
    Arena arena{.offsets = {}, .size = plan.size};
    for (const auto& [number, value] : values_) {
      arena.offsets[number] = plan.offsets[at(value.block)] + value.offset;
    }
    return arena;
  }

  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

  const std::vector<InferenceNode>& nodes_;
  std::map<std::int64_t, Value> values_;
  std::vector<std::int64_t> blocks_;  ///< elements of each
};

}  // namespace

Arena arena_of(const std::vector<InferenceNode>& nodes, const Shape& input, bool rescales) {
  return Planner(nodes, input).run(rescales);
}

}  // namespace lenet
