#include "train/muon.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "nn/graph.h"
#include "nn/mask.h"
#include "train/orthogonalize.h"

namespace lenet {
namespace {

/// Whether a weight is trained as a whole, by itself.
bool is_matrix(const Node& node, const ParameterRange& weight, const Frozen& frozen) {
  const auto trained = trained_parts(weight, frozen.parameters);
  return !std::holds_alternative<UserOp>(node.op) &&
         held_at_zero(*node.layer, node.parameters.last - node.parameters.first).empty() &&
         trained.size() == 1 && trained[0].first == weight.first && trained[0].last == weight.last;
}

std::vector<Muon::Matrix> matrices_of(const Sequential& net, const Frozen& frozen) {
  std::vector<Muon::Matrix> matrices;
  std::int64_t last = -1;  // where the last weight begins, matrix or not
  const Graph graph = graph_of(net);
  for (const Node& node : graph.nodes) {
    if (!node.layer) continue;
    std::int64_t first = node.parameters.first;
    for (const ParameterInfo& info : node.layer->parameters()) {
      const ParameterRange range{first, first + element_count(info.shape)};
      first = range.last;
      if (info.kind != ParameterInfo::Kind::kWeight || info.shape.size() < 2) continue;
      last = range.first;
      if (!is_matrix(node, range, frozen)) continue;
      matrices.push_back({range, info.shape[0], element_count(info.shape) / info.shape[0]});
    }
  }
  std::erase_if(matrices, [&](const Muon::Matrix& m) { return m.range.first == last; });
  const auto work = [](const Muon::Matrix& m) {
    return m.rows * m.columns * std::min(m.rows, m.columns);
  };
  std::ranges::stable_sort(matrices, std::greater<>(), work);
  return matrices;
}

}  // namespace

Muon::Muon(const Sequential& net, const Optimizer& optimizer, const Frozen& frozen, int threads) {
  if (optimizer.kind != Optimizer::Kind::kMuon) return;
  matrices_ = matrices_of(net, frozen);
  directions_ = AlignedFloats(std::ssize(net.parameters()));
  std::int64_t most = 0;
  for (const Matrix& m : matrices_) most = std::max(most, orthogonalize_scratch(m.rows, m.columns));
  const bool by_matrix = std::ssize(matrices_) <= threads;
  for (std::int64_t i = 0; i < (by_matrix ? std::ssize(matrices_) : threads); ++i) {
    const Matrix& m = matrices_[static_cast<std::size_t>(i)];
    scratch_.emplace_back(by_matrix ? orthogonalize_scratch(m.rows, m.columns) : most);
  }
}

void Muon::prepare(const Matrix& matrix, const OptimizerStep& step, const float* gradient,
                   float* momentum, int thread) {
  const auto moved = static_cast<float>(step.rule->momentum), kept = 1 - moved;
  float* direction = directions_.data() + matrix.range.first;
  for (std::int64_t i = 0; i < matrix.rows * matrix.columns; ++i) {
    const float g = step.gradient_scale * gradient[i];
    momentum[i] = moved * momentum[i] + kept * g;
    direction[i] = step.rule->nesterov ? moved * momentum[i] + kept * g : momentum[i];
  }
  const auto own = static_cast<std::size_t>(&matrix - matrices_.data());
  const auto place = scratch_.size() == matrices_.size() ? own : static_cast<std::size_t>(thread);
  orthogonalize(matrix.rows, matrix.columns, direction, scratch_[place].data());
}

const Muon::Matrix* Muon::find(const ParameterRange& part) const {
  const auto at = std::ranges::find_if(matrices_, [&](const Matrix& m) {
    return m.range.first <= part.first && part.last <= m.range.last;
  });
  return at == matrices_.end() ? nullptr : &*at;
}

void Muon::step(const Matrix& matrix, const ParameterRange& part, const OptimizerStep& step,
                std::span<float> values) const {
  const double longer = static_cast<double>(std::max(matrix.rows, matrix.columns));
  const auto rate = static_cast<float>(step.lr * 0.2 * std::sqrt(longer));
  const auto shrinkage = static_cast<float>(1 - step.lr * step.rule->weight_decay);
  const float* direction = directions_.data() + part.first;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = values[i] * shrinkage - rate * direction[i];
  }
}

}  // namespace lenet
