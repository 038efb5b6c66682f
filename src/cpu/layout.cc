#include "cpu/layout.h"

#include <algorithm>

namespace lenet::cpu {
namespace {

bool is_concat(const PlannedStage& stage) {
  return std::holds_alternative<ConcatOp>(stage.node.op);
}

class Layout {
 public:
  Layout(std::vector<PlannedStage>& stages, std::int64_t first)
      : stages_(stages), size_(first), readers_(stages.size()), home_(stages.size()) {
    for (std::int64_t i = 0; i < count(); ++i) {
      home_[at(i)] = {i, 0, false};
      for (std::size_t k = 0; k < stages_[at(i)].inputs.size(); ++k) {
        const std::int64_t source = stages_[at(i)].inputs[k].source;
        if (source >= 0) readers_[at(source)].push_back({i, k});
      }
    }
  }

  std::int64_t run() {
    for (std::int64_t i = count(); i-- > 0;) place_inputs(i);
    place_values();
    for (std::int64_t i = count(); i-- > 0;) place_gradient(i);
    for (std::int64_t i = 0; i < count(); ++i) order_readers(i);
    return size_;
  }

 private:
  struct ReaderPlace {
    std::int64_t stage;
    std::size_t input;
  };

  /// The output of stage `root`, and the offset in it. `changes`: values there are written over
  /// before the way back comes to them, by an activation or by the loss.
  struct Home {
    std::int64_t root, offset;
    bool changes;
  };

  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
  std::int64_t count() const { return std::ssize(stages_); }
  bool is_last(std::int64_t i) const { return i == count() - 1; }

  std::int64_t take(std::int64_t floats) {
    size_ += floats;
    return size_ - floats;
  }

  /// Nobody but its one reader needs the value, which may write over it at once.
  bool is_spent_by_reader(std::int64_t i) const {
    return readers_[at(i)].size() == 1 && stages_[at(i)].activation == Function();
  }

  bool is_homeless(std::int64_t i) const { return i >= 0 && home_[at(i)].root == i; }

  /// Gives the values that meet in stage i a place in its output.
  void place_inputs(std::int64_t i) {
    PlannedStage& stage = stages_[at(i)];
    if (!stage.passes_gradient()) return;
    if (is_concat(stage)) {
      for (const PlannedInput& input : stage.inputs) place_beside(stage, i, input);
      return;
    }
    // The first two, so that the order of the sum stays.
    for (const std::size_t k : {1, 0}) {
      const std::int64_t s = stage.inputs[k].source;
      if (!is_homeless(s) || !is_spent_by_reader(s) || is_concat(stages_[at(s)])) continue;
      home_[at(s)] = home_[at(i)];
      return;
    }
  }

  /// A value that more is done with keeps its place's value on the way back too: the gradient by
  /// the Concat then lies elsewhere, unless the loss writes it.
  void place_beside(const PlannedStage& concat, std::int64_t i, const PlannedInput& input) {
    const std::int64_t s = input.source;
    if (!is_homeless(s)) return;
    const Home& home = home_[at(i)];
    const bool changes = home.changes || is_last(i) || concat.activation != Function();
    if (changes && !is_spent_by_reader(s)) return;
    home_[at(s)] = {home.root, home.offset + input.part, changes};
  }

  void place_values() {
    std::vector<std::int64_t> offsets(stages_.size(), -1);  // of the roots
    for (std::int64_t i = 0; i < count(); ++i) {
      const Home& home = home_[at(i)];
      std::int64_t& root = offsets[at(home.root)];
      if (root < 0) root = take(stages_[at(home.root)].output_count);
      stages_[at(i)].output = root + home.offset;
    }
    for (PlannedStage& stage : stages_) {
      for (PlannedInput& input : stage.inputs) {
        input.value = input.source < 0 ? 0 : stages_[at(input.source)].output;
      }
    }
  }

  /// Whether values lie in this Concat that are needed when its gradient is there.
  bool holds_values(std::int64_t i) const {
    const PlannedStage& stage = stages_[at(i)];
    return is_concat(stage) && std::ranges::any_of(stage.inputs, [&](const PlannedInput& input) {
             return input.source >= 0 && input.value == stage.output + input.part &&
                    (!is_spent_by_reader(input.source) || holds_values(input.source));
           });
  }

  /// Where the gradient by input k of a Sum or Concat lies.
  std::int64_t view(const ReaderPlace& reader) const {
    const PlannedStage& stage = stages_[at(reader.stage)];
    return stage.dy + stage.inputs[reader.input].part;
  }

  bool is_view(const ReaderPlace& reader) const {
    return stages_[at(reader.stage)].passes_gradient();
  }

  /// The readers of stage i have theirs already.
  void place_gradient(std::int64_t i) {
    PlannedStage& stage = stages_[at(i)];
    const std::vector<ReaderPlace>& readers = readers_[at(i)];
    if (is_spent_by_reader(i) && is_view(readers.front())) {
      stage.dy = view(readers.front());
    } else {
      stage.dy = holds_values(i) && !is_last(i) ? take(stage.output_count) : stage.output;
    }
  }

  /// Who adds to whose gradient, and where.
  void order_readers(std::int64_t i) {
    PlannedStage& stage = stages_[at(i)];
    const std::vector<ReaderPlace>& readers = readers_[at(i)];
    std::int64_t own = stage.dy == stage.output ? -1 : stage.dy, sum = -1;
    const auto take_own = [&] { return own = own < 0 ? take(stage.output_count) : own; };
    for (std::size_t r = readers.size(); r-- > 0;) {
      PlannedInput& input = stages_[at(readers[r].stage)].inputs[readers[r].input];
      const bool first = r + 1 == readers.size();
      input.sum = sum;
      if (r == 0) {
        input.reader = first ? Reader::kOnly : Reader::kLast;
        input.to = stage.dy;
      } else {
        input.reader = first ? Reader::kFirst : Reader::kBetween;
        input.to = first && is_view(readers[r]) ? view(readers[r]) : take_own();
      }
      sum = input.to;
    }
    if (readers.size() == 1 && !is_view(readers.front())) {
      const PlannedStage& reader = stages_[at(readers.front().stage)];
      stage.activation_left = reader.traits().takes_activation;
    }
  }

  std::vector<PlannedStage>& stages_;
  std::int64_t size_;
  std::vector<std::vector<ReaderPlace>> readers_;  ///< of each stage's output, in order
  std::vector<Home> home_;
};

}  // namespace

std::int64_t lay_out(std::vector<PlannedStage>& stages, std::int64_t first) {
  return Layout(stages, first).run();
}

}  // namespace lenet::cpu
