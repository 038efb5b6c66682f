#include "io/onnx_tree.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "io/safetensors_header.h"

namespace lenet::onnx {

void Tree::put(std::string_view value, End end, std::int64_t readers) {
  end.value = value;
  if (readers < 2) {
    ends_.emplace(value, std::move(end));
    return;
  }
  fork_at_.emplace(value, std::ssize(forks_));
  const std::int64_t depth = depth_of(end);
  forks_.push_back({value, std::move(end), readers, depth});
}

Tree::End Tree::take(std::string_view value) {
  if (const auto at = fork_at_.find(value); at != fork_at_.end()) {
    return {fork(at->second).end.chain.branch(), value, at->second};
  }
  auto found = ends_.extract(value);
  if (found.empty()) {
    refuse(fmt::format("takes {}, which no node before it gives", quoted_name(value)));
  }
  return std::move(found.mapped());
}

/// As one layer behind their fork, or as one of its branches if it has more.
Tree::End Tree::close(const Meeting& meeting, std::vector<End> ends) {
  const std::int64_t index = ends.front().fork;
  Fork& from = fork(index);
  const bool all = from.open == std::ssize(ends);
  from.open -= all ? from.open : std::ssize(ends) - 1;
  End end = all ? std::move(from.end) : End{from.end.chain.branch(), from.value, index};
  std::vector<Chain> branches;
  for (End& branch : ends) branches.push_back(std::move(branch.chain));
  end.chain.join(meeting, std::move(branches));
  return end;
}

void Tree::refuse_crossing(const std::vector<End>& ends, std::int64_t inner) {
  const auto a = std::ranges::find(ends, inner, &End::fork);
  const auto b = std::ranges::find_if(ends, [&](const End& end) { return end.fork != inner; });
  refuse(fmt::format(
      "joins {}, a branch of {}, and {}, a branch of {}, while others of {} go elsewhere; want all "
      "branches of a value to meet before they meet those of another",
      quoted_name(a->value), quoted_name(fork_of(*a)), quoted_name(b->value),
      quoted_name(fork_of(*b)), quoted_name(fork(inner).value)));
}

Tree::End Tree::join(const Meeting& meeting, std::vector<End> ends) {
  while (true) {
    const auto inner =
        std::ranges::max_element(ends, {}, [&](const End& end) { return depth_of(end); })->fork;
    const auto within = [&](const End& end) { return end.fork == inner; };
    const auto first = std::ranges::find_if(ends, within);
    const auto last = std::find_if_not(first, ends.end(), within);
    if (last - first == std::ssize(ends)) return close(meeting, std::move(ends));
    if (std::ranges::count_if(ends, within) != fork(inner).open) refuse_crossing(ends, inner);
    if (std::find_if(last, ends.end(), within) != ends.end()) {
      refuse(
          fmt::format("takes branches of {} before and behind one of another value, want them "
                      "beside each other",
                      quoted_name(fork(inner).value)));
    }
    *first = close(meeting, {std::move_iterator(first), std::move_iterator(last)});
    ends.erase(std::next(first), last);
  }
}

Tree::End Tree::take_last() {
  const auto open =
      std::find_if(forks_.rbegin(), forks_.rend(), [](const Fork& fork) { return fork.open > 0; });
  if (open != forks_.rend()) {
    std::vector<std::string> values;
    for (const auto& [value, end] : ends_) {
      if (end.fork == forks_.rend() - open - 1) values.push_back(quoted_name(value));
    }
    values.resize(std::min<std::size_t>(values.size(), 2));
    refuse(fmt::format("branches of {} end at {}, want all to meet in an Add, Sum, Mul or Concat",
                       quoted_name(open->value), fmt::join(values, " and ")));
  }
  return std::move(ends_.extract(ends_.begin()).mapped());
}

}  // namespace lenet::onnx
