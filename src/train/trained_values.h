// What training keeps beside a network's parameters.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "lenet/sequential.h"
#include "lenet/trainer.h"

namespace lenet {

/// Parameters and buffers of a network, the optimizer's state and the averages, element for element
/// beside the parameters; what is not kept is empty. Parameters and buffers of now are the
/// network's own: in a trainer's current values `parameters` counts for nothing, and `buffers`
/// holds those from before the step that is under way.
struct TrainedValues {
  TrainedValues(const Sequential& net, const Trainer::Options& options)
      : parameters(net.parameters().begin(), net.parameters().end()),
        buffers(net.buffers().begin(), net.buffers().end()) {
    if (options.optimizer.state_vectors() > 0) first.resize(parameters.size());
    if (options.optimizer.state_vectors() > 1) second.resize(parameters.size());
    if (options.ema_decay > 0) {
      average = parameters;
      average_buffers = buffers;
    }
  }

  float* first_at(std::size_t i) { return first.empty() ? nullptr : first.data() + i; }
  float* second_at(std::size_t i) { return second.empty() ? nullptr : second.data() + i; }

  /// Copies the part that starts at element i: these parameters, and what goes with them.
  void copy_to(TrainedValues& to, std::span<const float> now, std::size_t i) const {
    std::ranges::copy(now, to.parameters.begin() + static_cast<std::ptrdiff_t>(i));
    const auto copy = [&](const std::vector<float>& from, std::vector<float>& into) {
      if (!from.empty()) std::copy_n(from.data() + i, now.size(), into.data() + i);
    };
    copy(first, to.first);
    copy(second, to.second);
    copy(average, to.average);
  }

  std::vector<float> parameters, buffers;
  std::vector<float> first, second;  ///< see optimizer_step()
  std::vector<float> average, average_buffers;
};

}  // namespace lenet
