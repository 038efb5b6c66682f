#include "cpu/schedule.h"

#include <algorithm>
#include <utility>

namespace lenet::cpu {
namespace {

/// Whether it normalises over the batch in training.
bool is_norm(const Stage& stage) {
  return std::holds_alternative<BatchNormOp>(stage.node.op) && !stage.fixed_statistics;
}

}  // namespace

std::vector<Stage> scheduled(std::vector<Stage> stages) {
  std::vector<Stage> order;
  std::vector<std::int64_t> place(stages.size(), -1);  // in `order`
  const auto ready = [&](const Stage& stage) {
    return std::ranges::all_of(stage.sources, [&](std::int64_t source) {
      return source < 0 || place[static_cast<std::size_t>(source)] >= 0;
    });
  };
  const auto put = [&](Stage& stage, std::size_t i) {
    for (std::int64_t& source : stage.sources) {
      if (source >= 0) source = place[static_cast<std::size_t>(source)];
    }
    place[i] = std::ssize(order);
    order.push_back(std::move(stage));
  };
  while (order.size() < stages.size()) {
    std::vector<std::size_t> norms;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      if (place[i] >= 0 || !ready(stages[i])) continue;
      if (is_norm(stages[i])) {
        norms.push_back(i);
      } else {
        put(stages[i], i);
      }
    }
    for (const std::size_t i : norms) put(stages[i], i);
  }
  return order;
}

}  // namespace lenet::cpu
