// What training keeps beside a network's parameters.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "lenet/sequential.h"
#include "lenet/trainer.h"

namespace lenet {

/// Parameters and buffers of a network, the optimizer's state and the averages. Parameters and
/// buffers of now are the network's own: in a trainer's current values `parameters` counts for
/// nothing, and `buffers` holds those from before the step that is under way.
using TrainedValues = Trainer::Snapshot;

/// Those before the first step.
inline TrainedValues initial_values(const Sequential& net, const Trainer::Options& options) {
  TrainedValues values{.parameters = {net.parameters().begin(), net.parameters().end()},
                       .buffers = {net.buffers().begin(), net.buffers().end()}};
  const std::size_t count = values.parameters.size();
  if (options.optimizer.state_vectors() > 0) values.first.resize(count);
  if (options.optimizer.state_vectors() > 1) values.second.resize(count);
  if (options.ema_decay > 0) {
    values.average = values.parameters;
    values.average_buffers = values.buffers;
  }
  return values;
}

/// The network's values, which something else has changed. Averages that no step has moved begin
/// there too.
inline void take_changed(const Sequential& net, TrainedValues& values) {
  values.parameters.assign(net.parameters().begin(), net.parameters().end());
  values.buffers.assign(net.buffers().begin(), net.buffers().end());
  if (values.steps > 0 || values.average.empty()) return;
  values.average = values.parameters;
  values.average_buffers = values.buffers;
}

/// Whether both hold the same tensors.
inline bool alike(const TrainedValues& a, const TrainedValues& b) {
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
inline void copy_part(const TrainedValues& from, std::span<const float> now, std::size_t i,
                      TrainedValues& to) {
  std::ranges::copy(now, to.parameters.begin() + static_cast<std::ptrdiff_t>(i));
  const auto copy = [&](const std::vector<float>& source, std::vector<float>& into) {
    if (!source.empty()) std::copy_n(source.data() + i, now.size(), into.data() + i);
  };
  copy(from.first, to.first);
  copy(from.second, to.second);
  copy(from.average, to.average);
}

}  // namespace lenet
