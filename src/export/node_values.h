// The values of a network while its nodes run on one image.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "export/device_operation.h"

namespace lenet {

/// By their numbers; the input is 0.
template <class T>
class NodeValues {
 public:
  explicit NodeValues(std::vector<T> input) { values_[0] = std::move(input); }

  const std::vector<T>& of(std::int64_t value) const { return values_.at(value); }

  /// Works out what the operation gives, and returns it.
  const std::vector<T>& run(const DeviceOperation<T>& operation) {
    Inputs<T> inputs;
    for (const std::int64_t input : operation.node().inputs) inputs.push_back(&of(input));
    return values_[operation.node().value] = operation.run(inputs);
  }

 private:
  std::map<std::int64_t, std::vector<T>> values_;
};

}  // namespace lenet
