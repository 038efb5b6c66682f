#include "train/muon.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "nn/graph.h"
#include "nn/mask.h"
#include "train/orthogonalize.h"

namespace lenet {
namespace {

/// All weights of two dimensions and more, in order.
std::vector<Muon::Matrix> weights_of(const Sequential& net, const Frozen& frozen) {
  std::vector<Muon::Matrix> weights;
  for (const Node& node : graph_of(net).nodes) {
    if (!node.layer) continue;
    const std::int64_t all = node.parameters.last - node.parameters.first;
    const bool whole = held_at_zero(*node.layer, all).empty();
    std::int64_t first = node.parameters.first;
    for (const ParameterInfo& info : node.layer->parameters()) {
      const ParameterRange range{first, first + element_count(info.shape)};
      first = range.last;
      if (info.kind != ParameterInfo::Kind::kWeight || info.shape.size() < 2) continue;
      const auto trained = trained_parts(range, frozen.parameters);
      const bool trains =
          trained.size() == 1 && trained[0].first == range.first && trained[0].last == range.last;
      const std::int64_t rows = whole && trains ? info.shape[0] : 0;
      weights.push_back({range, rows, element_count(info.shape) / info.shape[0]});
    }
  }
  return weights;
}

std::vector<Muon::Matrix> matrices_of(const Sequential& net, const Frozen& frozen) {
  std::vector<Muon::Matrix> matrices = weights_of(net, frozen);
  if (!matrices.empty()) matrices.pop_back();
  std::erase_if(matrices, [](const Muon::Matrix& m) { return m.rows == 0; });
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
  for (int i = 0; i < threads; ++i) scratch_.emplace_back(most);
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
  orthogonalize(matrix.rows, matrix.columns, direction,
                scratch_[static_cast<std::size_t>(thread)].data());
}

const Muon::Matrix* Muon::find(const ParameterRange& part) const {
  const auto at = std::ranges::find_if(matrices_, [&](const Matrix& m) {
    return m.range.first <= part.first && part.last <= m.range.last;
  });
  return at == matrices_.end() ? nullptr : &*at;
}

bool Muon::has(const ParameterRange& part) const { return find(part) != nullptr; }

void Muon::step(const ParameterRange& part, const OptimizerStep& step,
                std::span<float> values) const {
  const Matrix& m = *find(part);
  const double longer = static_cast<double>(std::max(m.rows, m.columns));
  const auto rate = static_cast<float>(step.lr * 0.2 * std::sqrt(longer));
  const auto shrinkage = static_cast<float>(1 - step.lr * step.rule->weight_decay);
  const float* direction = directions_.data() + part.first;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = values[i] * shrinkage - rate * direction[i];
  }
}

}  // namespace lenet
