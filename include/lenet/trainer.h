// Training step by step: the loop is yours.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lenet/augment.h"
#include "lenet/dataset.h"
#include "lenet/device.h"
#include "lenet/export.h"
#include "lenet/loss_function.h"
#include "lenet/metrics.h"
#include "lenet/optimizer.h"
#include "lenet/sequential.h"
#include "lenet/targets.h"

namespace LENET_PUBLIC lenet {

/// Examples for one step or one evaluation: images of a data set in some order, or floats. Refers
/// to them: they must outlive the batch, and temporaries are refused.
class Batch {
 public:
  /// The images of `data` that `indices` names, and their targets. Bytes count as byte / 255, and
  /// all are normalised as the network says.
  Batch(const Dataset& data, std::span<const std::int32_t> indices)
      : data_(&data), indices_(indices) {}

  /// floats: (examples, shape of the network's input), which it takes as they are. The targets: one
  /// class an example,
  Batch(std::span<const float> floats, std::span<const Label> classes)
      : floats_(floats), classes_(classes), size_(std::ssize(classes)) {}

  /// or a row an example,
  Batch(std::span<const float> floats, FloatRows rows)
      : floats_(floats), rows_(rows), size_(rows.size()) {}

  /// or nothing, for a forward pass.
  Batch(std::span<const float> floats, std::int64_t examples) : floats_(floats), size_(examples) {}

  Batch(const Dataset&& data, std::span<const std::int32_t> indices) = delete;
  template <TemporaryRange Indices>
  Batch(const Dataset& data, Indices&& indices) = delete;
  template <class Floats, class Targets>
  requires TemporaryRange<Floats> || TemporaryRange<Targets> Batch(Floats&& floats,
                                                                   Targets&& targets)
  = delete;

  std::int64_t size() const { return data_ ? std::ssize(indices_) : size_; }

  /// Which kind the targets are.
  bool has_classes() const { return data_ ? data_->has_classes() : !classes_.empty(); }
  bool has_rows() const { return row_width() > 0; }
  std::int64_t row_width() const { return data_ ? data_->rows().width : rows_.width; }

  /// The target of example i.
  Label label(std::int64_t i) const {
    const auto n = static_cast<std::size_t>(i);
    return data_ ? data_->label(indices_[n]) : classes_[n];
  }
  std::span<const float> row(std::int64_t i) const {
    return data_ ? data_->rows()[indices_[static_cast<std::size_t>(i)]] : rows_[i];
  }

  /// The same batch with its images changed as `augmentation` says, drawn for this seed and epoch.
  /// For images of bytes.
  Batch augmented(const Augmentation& augmentation, std::uint64_t seed, std::int64_t epoch) const {
    Batch changed = *this;
    changed.augmentation_ = augmentation;
    changed.seed_ = seed;
    changed.epoch_ = epoch;
    return changed;
  }

  /// Null for a batch of floats.
  const Dataset* data() const { return data_; }
  std::span<const std::int32_t> indices() const { return indices_; }

  /// Changes nothing unless the batch has been augmented().
  const Augmentation& augmentation() const { return augmentation_; }
  std::uint64_t seed() const { return seed_; }
  std::int64_t epoch() const { return epoch_; }

  // Of a batch of floats.
  std::span<const float> floats() const { return floats_; }
  std::span<const Label> classes() const { return classes_; }
  FloatRows rows() const { return rows_; }

 private:
  const Dataset* data_ = nullptr;
  std::span<const std::int32_t> indices_;
  Augmentation augmentation_;
  std::uint64_t seed_ = 0;
  std::int64_t epoch_ = 0;
  std::span<const float> floats_;
  std::span<const Label> classes_;
  FloatRows rows_;
  std::int64_t size_ = 0;
};

/// What an evaluation says, image by image.
struct Evaluation {
  Metrics metrics;
  std::vector<std::int32_t> predicted;  ///< class of each image, in order; none without classes
};

/// A network that another one learns from beside its classes, by its outputs for the same images
/// (Hinton et al. 2015). With p and q the softmax of the student's and of the teacher's outputs
/// over the temperature T, the loss of an example is (1 - weight) of what it is without a teacher,
/// and weight T^2 (sum of q log(q / p)).
struct Distillation {
  const Sequential* teacher = nullptr;  ///< built for the same images and as many classes; outlives
                                        ///< the trainer, and its weights stay. None: classes alone
  double temperature = 4;
  double weight = 0.9;
};

/// Trains a network with the mean loss of each batch.
/// The result has the same bits for any number of threads. Refers to the network, which must be
/// built, outlive the trainer and not be built anew.
class Trainer {
 public:
  struct Options {
    /// Throws Error (kUsage) for an option out of range.
    void check() const;

    std::int64_t batch_size = 256;  ///< batches up to this size need no more memory
    int threads = 0;                ///< 0: the CPUs that this process may use
    Optimizer optimizer = {};
    std::optional<LossFunction> loss = {};  ///< none: usual_loss() of the batch's targets
    double label_smoothing = 0;             ///< share of a class target spread over all classes
    std::vector<float> class_weights = {};  ///< one a class (class_weights.h); none: all alike
    Distillation distillation = {};         ///< on the CPU
    double clip_norm = 0;                   ///< the largest norm of a gradient; 0: any
    double ema_decay = 0;                   ///< of the averaged weights; 0: none are kept
    std::uint64_t seed = 0;                 ///< of Dropout
    Device device = {};                     ///< with a graphics card, `threads` augment its images

    /// What keeps its values, bit for bit: names of parameters and buffers as in "0.weight", in
    /// which * stands for any characters, or a number N for all of the first N layers. A layer with
    /// nothing to train costs no gradient, nor does anything before the first that trains; Dropout
    /// goes on to drop. A BatchNorm whose running statistics are frozen normalises by them, as
    /// PyTorch's does in eval mode; one that has only its weight and bias frozen normalises over
    /// the batch, as with requires_grad=False.
    std::vector<std::string> freeze = {};
  };

  /// All that a later step depends on beside options and batch. What is not kept is empty.
  struct Snapshot {
    std::vector<float> parameters = {}, buffers = {};
    std::vector<float> first = {},
                       second = {};  ///< momentum or first mean, second mean, a float a parameter
    std::vector<float> average = {}, average_buffers = {};
    std::int64_t steps = 0;
  };

  /// Throws Error (kUsage) for a network without parameters, an option out of range, or a name to
  /// freeze that the network does not have.
  Trainer(Sequential& net, const Options& options);
  ~Trainer();
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;

  int threads() const;

  /// A step of the optimizer with the gradient of the mean loss. If the loss is not finite, all is
  /// as before the last step; if a gradient is not, all is as before this one; failure() then
  /// tells. Allocates nothing while all is finite. Throws Error (kUsage) if the batch does not fit
  /// the network, or is larger than Options::batch_size for one that normalises over the batch.
  Metrics step(const Batch& batch, double lr);

  /// Steps one after the other, the i-th with batches[i] and lrs[i]; its sums go to metrics[i]. The
  /// same as calls of step(), but a graphics card is waited for once. Ends with a step that fails,
  /// and returns how many were begun.
  std::int64_t steps(std::span<const Batch> batches, std::span<const double> lrs,
                     std::span<Metrics> metrics);

  /// The most steps that steps() takes without a wait between them: 1 on the CPU.
  std::int64_t steps_at_once() const;

  /// What was not finite in the last step, and where; empty if all was finite.
  const std::string& failure() const;

  /// Puts back parameters, buffers and the optimizer's state from before the last step.
  void undo();

  Snapshot snapshot() const;

  /// Goes on from a snapshot of a trainer with the same options and network: the steps that follow
  /// have the same bits. Throws Error (kUsage) if it does not fit, and changes nothing.
  void restore(const Snapshot& snapshot);

  /// Exchanges the parameters and buffers with their exponential averages, to evaluate or to save
  /// those; before the next step they must be exchanged back. Step t, from 0, moves an average by
  /// max(1 - ema_decay, 9 / (10 + t)) of the way. Throws Error (kUsage) if none are kept.
  void swap_averages();

  /// Writes the gradient of the mean loss by net.parameters(), without a step; 0 where frozen.
  Metrics gradient(const Batch& batch, std::span<float> gradient);

  /// The forward pass of all images, or of those that `indices` names.
  Evaluation evaluate(const Dataset& data);
  Evaluation evaluate(const Dataset& data, std::span<const std::int32_t> indices);

  /// To be called when something else has changed net.parameters(). A step that follows does not go
  /// back behind them, and before the first step the averages begin with them.
  void parameters_changed();

 private:
  friend class FitRun;
  struct Checked {};
  Trainer(Sequential& net, const Options& options, Checked);  ///< which have passed check()

  struct State;
  std::unique_ptr<State> state_;
};

/// The outputs of a network, (images, outputs), for `values` of shape (images, shape of the
/// network's input).
std::vector<float> forward(const Sequential& net, std::span<const float> values, int threads = 0);

/// The same for the images of `data`, normalised as the network says; targets count for nothing.
std::vector<float> forward(const Sequential& net, const Dataset& data, int threads = 0);

/// The forward pass of all images of `data`, with this loss or the usual one of its targets.
Evaluation evaluate(const Sequential& net, const Dataset& data, int threads = 0,
                    std::optional<LossFunction> loss = {});

/// The share of images classified right.
double evaluate_accuracy(const Sequential& net, const Dataset& data, int threads = 0);

/// The same on a device. Throw Error (kFailed) if it cannot be used.
std::vector<float> forward(const Sequential& net, std::span<const float> values,
                           const Device& device);
Evaluation evaluate(const Sequential& net, const Dataset& data, const Device& device,
                    std::optional<LossFunction> loss = {});

}  // namespace lenet
