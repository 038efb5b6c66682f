// The branches of an ONNX graph, as a walk along its nodes opens and closes them.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "io/onnx_chain.h"

namespace lenet::onnx {

/// A graph is a tree of chains if it can be drawn by replacing a line again and again by two behind
/// each other, or by two beside each other (a series-parallel graph).
class Tree {
 public:
  static constexpr std::int64_t kNone = -1;

  /// A chain that something may go on.
  struct End {
    Chain chain;
    std::string_view value = {};  ///< which the chain gives
    std::int64_t fork = kNone;    ///< of which it is a branch
  };

  /// `end` gives `value` now, which so many nodes read: with several a fork.
  void put(std::string_view value, End end, std::int64_t readers);

  /// What a reader of the value goes on. Throws Error (kBadInput) if no end gives it.
  End take(std::string_view value);

  /// Where these meet, two or more, each of which a reader took. Throws Error (kBadInput) if they
  /// are branches of several forks of which others go elsewhere.
  End join(const Meeting& meeting, std::vector<End> ends);

  /// The only end. Throws Error (kBadInput) if there are several, or none.
  End take_last();

  /// The value that the others of its branches read too.
  std::string_view fork_of(const End& branch) const {
    return forks_[static_cast<std::size_t>(branch.fork)].value;
  }

 private:
  struct Fork {
    std::string_view value;
    End end;             ///< whose branches they are
    std::int64_t open;   ///< branches, 0 once they have met
    std::int64_t depth;  ///< forks around it
  };

  Fork& fork(std::int64_t index) { return forks_[static_cast<std::size_t>(index)]; }
  std::int64_t depth_of(const End& end) { return end.fork == kNone ? 0 : fork(end.fork).depth + 1; }
  End close(const Meeting& meeting, std::vector<End> ends);
  [[noreturn]] void refuse_crossing(const std::vector<End>& ends, std::int64_t inner);

  std::map<std::string_view, End> ends_;
  std::vector<Fork> forks_;
  std::map<std::string_view, std::int64_t> fork_at_;
};

}  // namespace lenet::onnx
