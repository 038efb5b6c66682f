#include "run/class_accuracy.h"

namespace lenet {

ClassAccuracy per_class_accuracy(const Evaluation& evaluation, const Dataset& data,
                                 std::int64_t outputs) {
  if (!data.has_classes()) return {};
  std::vector<double> right(static_cast<std::size_t>(outputs)), all(right.size());
  for (std::size_t i = 0; i < evaluation.predicted.size(); ++i) {
    const Label label = data.labels()[i];
    ++all[label];
    right[label] += evaluation.predicted[i] == label;
  }
  ClassAccuracy accuracy(right.size());
  for (std::size_t k = 0; k < right.size(); ++k) {
    if (all[k] > 0) accuracy[k] = right[k] / all[k];
  }
  return accuracy;
}

}  // namespace lenet
