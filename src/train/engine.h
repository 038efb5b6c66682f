// What a Trainer drives: a network in training on one device.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lenet/trainer.h"

namespace lenet {

/// How some steps went. The one that failed is the last of them.
struct StepsDone {
  std::int64_t steps = 0;
  bool bad_loss = false;                       ///< not finite: the network still has its weights
  std::optional<std::int64_t> bad_layer = {};  ///< whose gradient was not finite; the network is as
                                               ///< it was before the step
};

/// The members are Trainer's of the same names. After each call the network holds the values.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual int threads() const = 0;
  virtual std::int64_t steps_at_once() const = 0;
  virtual StepsDone steps(std::span<const Batch> batches, std::span<const double> lrs,
                          std::span<Metrics> metrics) = 0;
  virtual void undo() = 0;
  virtual Trainer::Snapshot snapshot() const = 0;
  virtual void restore(const Trainer::Snapshot& snapshot) = 0;
  virtual void swap_averages() = 0;
  virtual Metrics gradient(const Batch& batch, std::span<float> gradient) = 0;
  virtual Evaluation evaluate(const Dataset& data, std::span<const std::int32_t> order) = 0;
  virtual void parameters_changed() = 0;
};

/// Options have been checked.
std::unique_ptr<Engine> make_cpu_engine(Sequential& net, const Trainer::Options& options);

// Defined by src/cuda, or by its stand-in where there is no CUDA. All throw Error: kFailed if the
// card cannot be used or has too little memory, kUsage for a layer that is not the library's.

std::unique_ptr<Engine> make_cuda_engine(Sequential& net, const Trainer::Options& options);

/// card: Device::index.
Evaluation cuda_evaluate(const Sequential& net, const Dataset& data, int card,
                         std::optional<LossFunction> loss);

/// The outputs for each image of a batch, (images, outputs).
std::vector<float> cuda_outputs(const Sequential& net, const Batch& batch, int card);

}  // namespace lenet
