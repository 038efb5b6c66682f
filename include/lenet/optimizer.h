// What a step does with the gradient: torch.optim's SGD, RMSprop, Adam, AdamW and Muon, and Lion.
#pragma once

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// The rule and its constants, under PyTorch's names and with its defaults; but for Muon's, where
/// they are a momentum of 0.95 by Nesterov and a weight decay of 0.1.
struct Optimizer {
  enum class Kind { kSgd, kAdam, kAdamW, kLion, kRmsProp, kMuon };

  Kind kind = Kind::kSgd;
  double weight_decay = 0;  ///< added to the gradient; AdamW, Lion, Muon: shrinks the parameter

  double momentum = 0;    ///< SGD, RMSprop, Muon
  double dampening = 0;   ///< SGD
  bool nesterov = false;  ///< SGD, Muon
  double alpha = 0.99;    ///< RMSprop, whose `centered` is not there

  /// Adam, AdamW, and Muon for what it leaves to AdamW; Lion without eps; RMSprop: eps.
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;

  /// Vectors as large as the parameters that the rule keeps from step to step: 0, 1 or 2.
  int state_vectors() const;
};

/// Throws Error (kUsage) for a constant out of range, Nesterov without momentum or with dampening,
/// or Muon without momentum.
void check(const Optimizer& optimizer);

}  // namespace lenet
