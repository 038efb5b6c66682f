#include "lenet/predictor.h"

#include <cmath>
#include <vector>

#include "base/aligned.h"
#include "kernels/cross_entropy.h"
#include "kernels/transpose.h"
#include "nn/plan.h"

namespace lenet {

struct Predictor::State {
  explicit State(const Sequential& network)
      : net(network),
        plan(network),
        prepared(plan.prepared_size()),
        arena(plan.arena_size()),
        probabilities(static_cast<std::size_t>(element_count(network.output_shape()))) {
    plan.prepare(net.parameters(), prepared.data());
  }

  const Sequential& net;
  Plan plan;
  AlignedFloats prepared, arena;
  std::vector<float> probabilities;
};

Predictor::Predictor(const Sequential& net) : state_(std::make_unique<State>(net)) {}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

std::span<const float> Predictor::probabilities(const std::uint8_t* pixels) {
  State& s = *state_;
  const std::uint8_t* images[kPack] = {pixels};  // a pack of one
  kernels::gather_images(images, element_count(s.net.input_shape()), s.arena.data());
  s.plan.forward(s.net.parameters(), s.prepared.data(), s.arena.data());
  const float* logits = s.arena.data() + s.plan.output();
  const auto classes = static_cast<std::int64_t>(s.probabilities.size());
  kernels::Verdict verdict;
  kernels::cross_entropy_forward(classes, logits, verdict);
  for (std::int64_t k = 0; k < classes; ++k) {
    s.probabilities[static_cast<std::size_t>(k)] =
        std::exp(logits[k * kPack] - verdict.logsumexp[0]);
  }
  return s.probabilities;
}

}  // namespace lenet
