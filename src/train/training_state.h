// What training keeps beside a network.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "lenet/sequential.h"
#include "lenet/trainer.h"

namespace lenet {

/// The optimizer's state and the averages, a float a parameter or buffer each; what is not kept is
/// empty. A Trainer::Snapshot is this and the network's own parameters and buffers.
struct TrainingState {
  std::vector<float> first = {}, second = {};  ///< of the optimizer
  std::vector<float> average = {}, average_buffers = {};
  std::int64_t steps = 0;
};

/// Before the first step.
inline TrainingState initial_state(const Sequential& net, const Trainer::Options& options) {
  TrainingState state;
  const std::size_t count = net.parameters().size();
  if (options.optimizer.state_vectors() > 0) state.first.resize(count);
  if (options.optimizer.state_vectors() > 1) state.second.resize(count);
  if (options.ema_decay > 0) {
    state.average.assign(net.parameters().begin(), net.parameters().end());
    state.average_buffers.assign(net.buffers().begin(), net.buffers().end());
  }
  return state;
}

inline Trainer::Snapshot snapshot_of(const Sequential& net, const TrainingState& state) {
  return {.parameters = {net.parameters().begin(), net.parameters().end()},
          .buffers = {net.buffers().begin(), net.buffers().end()},
          .first = state.first,
          .second = state.second,
          .average = state.average,
          .average_buffers = state.average_buffers,
          .steps = state.steps};
}

inline Trainer::Snapshot initial_snapshot(const Sequential& net, const Trainer::Options& options) {
  return snapshot_of(net, initial_state(net, options));
}

/// The snapshot less the network's own.
inline TrainingState state_of(const Trainer::Snapshot& snapshot) {
  return {.first = snapshot.first,
          .second = snapshot.second,
          .average = snapshot.average,
          .average_buffers = snapshot.average_buffers,
          .steps = snapshot.steps};
}

/// Puts the network's values, which something else has changed, into a snapshot. Averages that no
/// step has moved begin there too.
inline void take_changed(const Sequential& net, Trainer::Snapshot& snapshot) {
  snapshot.parameters.assign(net.parameters().begin(), net.parameters().end());
  snapshot.buffers.assign(net.buffers().begin(), net.buffers().end());
  if (snapshot.steps > 0 || snapshot.average.empty()) return;
  snapshot.average = snapshot.parameters;
  snapshot.average_buffers = snapshot.buffers;
}

/// Whether both hold the same tensors.
inline bool alike(const Trainer::Snapshot& a, const Trainer::Snapshot& b) {
  return a.parameters.size() == b.parameters.size() && a.buffers.size() == b.buffers.size() &&
         a.first.size() == b.first.size() && a.second.size() == b.second.size() &&
         a.average.size() == b.average.size() &&
         a.average_buffers.size() == b.average_buffers.size();
}

/// The part of the way that averages move in the step after `steps` others: more at first, when
/// they know little.
inline float average_part(double decay, std::int64_t steps) {
  return static_cast<float>(std::max(1 - decay, 9 / (10 + static_cast<double>(steps))));
}

/// The floats from element i on; null if there are none.
inline float* from_element(std::vector<float>& values, std::size_t i) {
  return values.empty() ? nullptr : values.data() + i;
}

/// Copies the part that starts at element i: these parameters, and what goes with them.
inline void copy_part(const TrainingState& from, std::span<const float> now, std::size_t i,
                      Trainer::Snapshot& to) {
  std::ranges::copy(now, to.parameters.begin() + static_cast<std::ptrdiff_t>(i));
  const auto copy = [&](const std::vector<float>& source, std::vector<float>& into) {
    if (!source.empty()) std::copy_n(source.data() + i, now.size(), into.data() + i);
  };
  copy(from.first, to.first);
  copy(from.second, to.second);
  copy(from.average, to.average);
}

}  // namespace lenet
