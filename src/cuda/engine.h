// Training on a graphics card.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include "base/thread_team.h"
#include "cuda/network.h"
#include "cuda/staging.h"
#include "train/engine.h"

namespace lenet::cuda {

/// Steps are queued by the run: their images' indices, rates and the like are copied to the card,
/// graphs of all their kernels are launched, and their metrics, the marks of what was not finite
/// and the parameters come back.
class CudaEngine final : public Engine {
 public:
  CudaEngine(Sequential& net, const Trainer::Options& options);

  int threads() const override { return team_.size(); }
  std::int64_t steps_at_once() const override { return staging_->size().steps; }
  StepsDone steps(std::span<const Batch> batches, std::span<const double> lrs,
                  std::span<Metrics> metrics) override;
  void undo() override;
  Trainer::Snapshot snapshot() const override;
  void restore(const Trainer::Snapshot& snapshot) override;
  void swap_averages() override;
  Metrics gradient(const Batch& batch, std::span<float> gradient) override;
  Evaluation evaluate(const Dataset& data, std::span<const std::int32_t> order) override;
  void parameters_changed() override;

 private:
  /// Steps that are queued at once: all of `batch` images but the last.
  struct Run {
    std::int64_t steps, batch, last;
    ImageSource source;
  };
  /// What is alike in two parts of runs that one graph serves: their first step and their end, the
  /// images of a step and of the last, and where images and changes lie.
  using PartKey =
      std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, const void*, const void*>;

  void make_staging(std::int64_t batch);
  void require_fit(std::span<const Batch> batches);
  std::size_t run_length(std::span<const Batch> batches) const;
  StepsDone run(std::span<const Batch> batches, std::span<const double> lrs,
                std::span<Metrics> metrics);
  void launch(const Run& run);
  void launch_part(const Run& run, std::int64_t first, std::int64_t end);
  void queue_step(const Run& run, std::int64_t i);
  void queue_pass(const Pass& images, const TargetPlaces& targets, std::int64_t i);
  void queue_both_ways(const Pass& pass, const TargetPlaces& targets, std::int64_t i,
                       StopMark* stop);
  StepsDone outcome(std::span<const Batch> batches, std::span<Metrics> metrics) const;
  const Metric& metric_of(const Batch& batch) const;
  void count(const StepsDone& done);
  void bring_network();  ///< the parameters as they are on the card

  Sequential& net_;
  Trainer::Options options_;
  ThreadTeam team_;  ///< draws the changes of augmented images
  CudaNetwork network_;
  std::optional<Staging> staging_;
  std::map<PartKey, std::shared_ptr<const Stream::Graph>> graphs_;  ///< null: seen once
  std::int64_t generation_ = 0;                ///< of the images that graphs_ read
  std::int64_t steps_ = 0, steps_before_ = 0;  ///< made; at undo()
};

}  // namespace lenet::cuda
