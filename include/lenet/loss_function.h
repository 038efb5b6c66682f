// What training minimises, under PyTorch's definitions.
#pragma once

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// The loss of an example; that of a batch is the mean over its examples.
enum class LossFunction {
  kCrossEntropy,  ///< torch.nn.CrossEntropyLoss: of a class, or of a row of probabilities
  kBce,           ///< torch.nn.BCEWithLogitsLoss: of a row of labels, each from 0 to 1
  kMse,           ///< torch.nn.MSELoss: the mean of (output - target)^2 over a row
  kL1,            ///< torch.nn.L1Loss: the mean of |output - target| over a row
};

/// As lenet train --loss names it: cross-entropy, bce, mse, l1.
constexpr const char* to_string(LossFunction loss) {
  switch (loss) {
    case LossFunction::kCrossEntropy:
      return "cross-entropy";
    case LossFunction::kBce:
      return "bce";
    case LossFunction::kMse:
      return "mse";
    case LossFunction::kL1:
      return "l1";
  }
  return "";
}

/// That of targets for which no other is named: classes have cross-entropy, rows mse.
constexpr LossFunction usual_loss(bool has_classes) {
  return has_classes ? LossFunction::kCrossEntropy : LossFunction::kMse;
}

}  // namespace lenet
