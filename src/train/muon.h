// Muon's step on the weights that are matrices; the other parameters step by AdamW.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/aligned.h"
#include "lenet/sequential.h"
#include "nn/frozen.h"
#include "train/optimizer_rules.h"

namespace lenet {

/// Muon (Jordan 2024) as torch.optim.Muon has it with adjust_lr_fn="match_rms_adamw": the momentum
/// of a weight, made orthogonal, and as long a step as AdamW's would be at the same rate. A
/// convolution's weight is a matrix with a row for each output channel.
///
/// Matrices are, as its authors take it, the weights of two dimensions and more but the last; and
/// none of which a part is frozen or held at zero, nor one of a layer of the user, whose parameters
/// are one part.
class Muon {
 public:
  struct Matrix {
    ParameterRange range;  ///< of the network's parameters
    std::int64_t rows, columns;
  };

  /// threads: that call prepare() at once. Other optimizers have no matrices.
  Muon(const Sequential& net, const Optimizer& optimizer, const Frozen& frozen, int threads);

  /// The largest first.
  std::span<const Matrix> matrices() const { return matrices_; }

  /// Moves the momentum of a matrix by its gradient, and leaves its direction for step().
  void prepare(const Matrix& matrix, const OptimizerStep& step, const float* gradient,
               float* momentum, int thread);

  /// The matrix in which a part of one tensor lies, or null.
  const Matrix* find(const ParameterRange& part) const;

  /// The step of such a part, whose values these are.
  void step(const Matrix& matrix, const ParameterRange& part, const OptimizerStep& step,
            std::span<float> values) const;

 private:
  std::vector<Matrix> matrices_;
  AlignedFloats directions_;            ///< as the parameters
  std::vector<AlignedFloats> scratch_;  ///< of each matrix, or of each thread if they are fewer
};

}  // namespace lenet
