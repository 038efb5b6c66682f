// How much the examples of each class count.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lenet/export.h"
#include "lenet/label.h"

namespace LENET_PUBLIC lenet {

/// The weights of classes in the loss, as torch.nn.CrossEntropyLoss(weight=...): a batch's loss is
/// the sum of weight[label] * loss over that of weight[label]. All are alike by default.
struct ClassWeights {
  bool balanced = false;           ///< balanced_weights() of the images that train
  std::vector<float> values = {};  ///< or these, one a class

  bool any() const { return balanced || !values.empty(); }
  bool operator==(const ClassWeights&) const = default;
};

/// How many labels there are of each class.
std::vector<std::int64_t> class_counts(std::span<const Label> labels, std::int64_t classes);

/// labels / (classes * labels of the class), which makes all classes count alike; 0 for one without
/// a label.
std::vector<float> balanced_weights(std::span<const Label> labels, std::int64_t classes);

/// "balanced", "none", or numbers with commas between them. Throws Error (kUsage), naming what was
/// found, for anything else, numbers below 0, and none above.
ClassWeights parse_class_weights(std::string_view text);

/// The text that parse_class_weights() turns into the same.
std::string to_string(const ClassWeights& weights);

}  // namespace lenet
