// Training step by step: the loop is yours.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/sequential.h"

namespace lenet {

/// Labelled examples for one step or one evaluation: bytes of a data set in some order, or floats.
struct Batch {
  /// The images of `data` that `indices` names. Pixels count as byte / 255.
  Batch(const Dataset& data, std::span<const std::int32_t> indices)
      : images(&data), order(indices) {}

  /// floats: (classes.size(), shape of the network's input), one class an example.
  Batch(std::span<const float> floats, std::span<const std::uint8_t> classes)
      : values(floats), labels(classes) {}

  std::int64_t size() const {
    return static_cast<std::int64_t>(images ? order.size() : labels.size());
  }
  std::uint8_t label(std::int64_t i) const {
    const auto n = static_cast<std::size_t>(i);
    return images ? images->label(order[n]) : labels[n];
  }

  const Dataset* images = nullptr;
  std::span<const std::int32_t> order;
  std::span<const float> values;
  std::span<const std::uint8_t> labels;
};

/// Sums over the examples of a step or an evaluation.
struct Metrics {
  double loss_sum = 0;  ///< cross-entropy, natural logarithm
  std::int64_t correct = 0;
  std::int64_t examples = 0;

  double loss() const { return loss_sum / static_cast<double>(examples); }
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(examples); }

  Metrics& operator+=(const Metrics& other) {
    loss_sum += other.loss_sum;
    correct += other.correct;
    examples += other.examples;
    return *this;
  }
};

/// What an evaluation says, image by image.
struct Evaluation {
  Metrics metrics;
  std::vector<std::int32_t> predicted;  ///< class of each image, in the order of the batch
};

/// Trains a network with the mean cross-entropy of each batch and SGD. The result has the same bits
/// for any number of threads. Refers to the network, which must be built, outlive the trainer and
/// not be built anew.
class Trainer {
 public:
  struct Options {
    std::int64_t batch_size = 256;  ///< batches up to this size need no more memory
    int threads = 0;                ///< 0: the CPUs that this process may use
  };

  /// Throws Error (kUsage) for a network without parameters, a batch size below 1 or threads out of
  /// 0 to 1024.
  Trainer(Sequential& net, const Options& options);
  ~Trainer();
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;

  int threads() const;

  /// parameters -= lr * gradient of the mean loss. If the loss is not finite, the parameters go
  /// back to what they were before the last step, and the metrics tell. Allocates nothing. Throws
  /// Error (kUsage) if the batch does not fit the network.
  Metrics step(const Batch& batch, float lr);

  /// Puts back the parameters from before the last step.
  void undo();

  /// Writes the gradient of the mean loss by net.parameters(), without a step.
  Metrics gradient(const Batch& batch, std::span<float> gradient);

  /// The forward pass of all images.
  Evaluation evaluate(const Dataset& data);

  /// To be called when something else has changed net.parameters(). A step that follows does not go
  /// back behind them.
  void parameters_changed();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The outputs of a network, (images, outputs), for `values` of shape (images, shape of the
/// network's input).
std::vector<float> forward(const Sequential& net, std::span<const float> values, int threads = 0);

/// The forward pass of all images of `data`.
Evaluation evaluate(const Sequential& net, const Dataset& data, int threads = 0);

/// The share of images classified right.
double evaluate_accuracy(const Sequential& net, const Dataset& data, int threads = 0);

}  // namespace lenet
