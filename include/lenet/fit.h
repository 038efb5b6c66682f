// Training over epochs, as train_ch6 of D2L 6.6 does it.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lenet/augment.h"
#include "lenet/class_weights.h"
#include "lenet/dataset.h"
#include "lenet/device.h"
#include "lenet/export.h"
#include "lenet/loss_function.h"
#include "lenet/metrics.h"
#include "lenet/optimizer.h"
#include "lenet/pixel_statistics.h"
#include "lenet/random.h"
#include "lenet/schedule.h"
#include "lenet/sequential.h"
#include "lenet/split.h"
#include "lenet/trainer.h"

namespace LENET_PUBLIC lenet {

/// Where training stands after a step. Loss and metric are means since the epoch's start.
struct StepEvent {
  std::int64_t epoch;        ///< from 1
  std::int64_t step, steps;  ///< within the epoch, from 1; steps an epoch
  double step_loss;          ///< of this batch
  double train_loss, train_metric;
  double examples_per_sec;  ///< over the steps so far, loading and evaluation left out
  const Metric* metric = &kAccuracy;

  double train_acc() const { return as_accuracy(*metric, train_metric); }
};

/// A point of the chapter's plot.
struct FitPoint {
  double epoch;  ///< the x axis
  std::optional<double> train_loss = {}, train_metric = {}, test_metric = {};
  std::optional<double> holdout_metric = {};  ///< of the images set aside
  const Metric* metric = &kAccuracy;          ///< what those are of
};

struct EpochReport {
  std::int64_t epoch;               ///< from 1
  double train_loss, train_metric;  ///< running means over the epoch, as the weights change
  double test_metric;               ///< after the epoch
  std::optional<double> holdout_metric = {};   ///< of the images set aside
  std::optional<double> averaged_metric = {};  ///< on the test set, by the averaged weights
  const Metric* metric = &kAccuracy;           ///< what those are of
  std::int64_t test_examples = 0;              ///< 0: not known, of a run from before

  // Throw Error (kUsage) where the metric is another.
  double train_acc() const { return as_accuracy(*metric, train_metric); }
  double test_acc() const { return as_accuracy(*metric, test_metric); }
};

/// What the test set said after an epoch, image by image.
struct TestEvent {
  std::int64_t epoch;  ///< from 1
  const Evaluation& evaluation;
};

/// Weights of a network beside its own: parameters and buffers.
struct Averages {
  std::vector<float> parameters, buffers;
};

/// A return to the beginning of an epoch, because a loss or a gradient was not finite.
struct Rollback {
  std::int64_t epoch, count;  ///< the epoch that begins again; rollbacks so far
  double lr;                  ///< the schedule's full rate from here on: half of that before
  std::string why;
};

struct FitState;

/// A place between two steps; on a graphics card, between two runs of steps. After the last step of
/// an epoch it comes once that is evaluated, as step 0 of the next.
struct Pause {
  std::int64_t epoch, step;         ///< the epoch under way, from 1, and its steps done
  std::int64_t steps;               ///< made since the pause before
  std::function<FitState()> state;  ///< makes a copy of where the run stands, until the run goes on
};

/// Which images an epoch trains on.
enum class Sampling {
  kEach,     ///< each once
  kBalanced  ///< as many, drawn one by one so that all classes come alike: torch's
             ///< WeightedRandomSampler with 1 / images of its class as the weight of an image
};

struct FitOptions {  ///< docs/options.md has them by their names on the command line
  std::int64_t epochs = 10;
  std::int64_t batch_size = 256;
  double lr = 0.9;         ///< the schedule's full rate
  std::uint64_t seed = 0;  ///< as torch.manual_seed
  Optimizer optimizer = {};
  Schedule schedule = {};
  std::optional<LossFunction> loss = {};  ///< none: usual_loss() of the data's targets
  double label_smoothing = 0, clip_norm = 0, ema_decay = 0;  ///< as Trainer::Options
  Distillation distillation = {};        ///< as Trainer::Options; evaluations are without a teacher
  ClassWeights class_weights = {};       ///< in training: evaluations count all examples alike
  std::vector<std::string> freeze = {};  ///< as Trainer::Options
  Augmentation augmentation = {};
  bool normalize = false;      ///< standardise by mean and deviation of the training images
  double holdout = 0;          ///< share of the training images that is set aside, class by class
  bool keep_best = false;      ///< end with the weights that were best on the images set aside
  std::int64_t patience = 0;   ///< stop after so many epochs without a better one; 0: never
  std::int64_t rollbacks = 0;  ///< how often a loss or gradient that is not finite ends not the
                               ///< run but the epoch, which begins again with half the rate
  int threads = 0;             ///< 0: the CPUs that this process may use
  Device device = {};          ///< where the network trains and is evaluated
  bool shuffle = true;         ///< false: the order of the file in every epoch
  Sampling sampling = Sampling::kEach;
  std::int64_t max_steps = std::numeric_limits<std::int64_t>::max();  ///< stop after so many
  std::function<void(const StepEvent&)> on_step = {};
  std::function<void(const FitPoint&)> on_point = {};
  std::function<void(const TestEvent&)> on_test = {};  ///< before on_epoch
  std::function<void(const EpochReport&)> on_epoch = {};
  std::function<void(const Rollback&)> on_rollback = {};
  std::function<bool(const Pause&)> on_pause = {};  ///< whether to go on
};

/// What a training run ended with: the figures that the chapter prints, and each epoch's.
struct Report {
  double loss = 0, train_metric = 0, test_metric = 0;  ///< of best_epoch
  double examples_per_sec = 0;                         ///< step time alone, as D2L's Timer counts
  double wall_seconds = 0;    ///< from the call to the return, stops left out
  std::int64_t examples = 0;  ///< seen in training
  int threads = 0;
  std::optional<double> holdout_metric = {};  ///< of that epoch too
  bool stopped = false;                       ///< by on_pause, before the end
  bool out_of_patience = false;  ///< ended before the last epoch, for want of a better one
  std::int64_t best_epoch = 0;   ///< of the weights that the network ends with
  std::optional<Averages> averages = {};
  std::vector<EpochReport> epochs;
  std::vector<FitPoint> points;
  std::vector<double> step_losses;  ///< filled where max_steps is given
  const Metric* metric = &kAccuracy;

  // Throw Error (kUsage) where the metric is another.
  double train_acc() const { return as_accuracy(*metric, train_metric); }
  double test_acc() const { return as_accuracy(*metric, test_metric); }
};

/// Where a run stands between two steps: a run that goes on from here ends in the same bits as one
/// that never stopped.
struct FitState {
  std::int64_t epoch = 1, step = 0;  ///< as in Pause
  Metrics sum;                       ///< since the epoch's start
  Generator generator;               ///< as it was at the epoch's start
  Trainer::Snapshot trainer;
  Trainer::Snapshot epoch_start;  ///< as it was there, with rollbacks
  std::int64_t rollbacks = 0;     ///< so far
  double best_metric = -1;        ///< on the images set aside
  std::int64_t best_epoch = 0;    ///< 0: none yet
  Averages best;                  ///< its parameters and buffers, with keep_best
  double step_seconds = 0;        ///< of all steps so far
  Report report;                  ///< so far
};

/// That options, data and a built network are good for a run, which images it trains on, and their
/// statistics if it standardises by them. Made by check_fit() alone, and of use for a run of the
/// same.
class CheckedFit {
 public:
  const Split& split() const { return split_; }
  const PixelStatistics& pixels() const { return pixels_; }  ///< empty without normalize
  const std::vector<float>& class_weights() const { return class_weights_; }

 private:
  friend CheckedFit check_fit(const Sequential&, const Dataset&, const Dataset&, const FitOptions&);
  friend Report fit(Sequential&, const Dataset&, const Dataset&, const FitOptions&, Generator&);
  CheckedFit(const FitOptions& options, const Dataset& train);

  Split split_;
  PixelStatistics pixels_;
  std::vector<float> class_weights_;
};

/// Throws the Error (kUsage) that fit would throw for these options and data. net: built, with one
/// output for each class. Only the device and the callbacks may change until the run.
[[nodiscard]] CheckedFit check_fit(const Sequential& net, const Dataset& train, const Dataset& test,
                                   const FitOptions& options);

/// Trains `net` on the mean cross-entropy and evaluates it on `test` after each epoch. A network
/// that is not built yet is built for the images and gets Xavier weights, drawn from options.seed;
/// one that is built goes on from its parameters.
///
/// Throws Error: kUsage for options out of range or data that does not fit; kDiverged when the loss
/// or a gradient is no longer finite and no rollback is left, the network then holding the
/// parameters of the last finite loss.
Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options);

/// The same, with a generator that has drawn the initial weights already.
Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
           Generator& generator);

/// The same, of what has been checked.
Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
           Generator& generator, CheckedFit checked);

/// Goes on with a run that had the same network, data and options (threads, callbacks and max_steps
/// may differ). on_point and on_epoch are called for what is new. net: built.
///
/// Throws Error as above: kUsage also for a state that fits neither network nor options.
Report resume(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
              const FitState& state);

/// The same, of what has been checked.
Report resume(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
              const FitState& state, CheckedFit checked);

}  // namespace lenet
