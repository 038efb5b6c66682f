// A network's parameters on the card, their gradient, and what the optimizer keeps beside them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cuda/program.h"
#include "cuda/runtime.h"
#include "cuda/update.h"
#include "lenet/trainer.h"

namespace lenet::cuda {

/// Copies of a trainer's values on the card; empty where a trainer keeps none.
struct DeviceValues {
  DeviceValues(const Trainer::Snapshot& like);

  /// The tensors, in one order.
  auto all() const {
    return std::to_array({&parameters, &first, &second, &average, &buffers, &average_buffers});
  }

  DeviceArray<float> parameters, first, second, average, buffers, average_buffers;
};

/// The second half of a step: gradients summed, the optimizer, and its return to before. Numbers of
/// steps are the engine's.
class Parameters {
 public:
  /// Takes the network's values. Refers to its arguments.
  Parameters(const Sequential& net, Stream& stream, const Trainer::Options& options);

  ParameterMemory memory() const { return {now_.parameters.data(), now_.buffers.data()}; }

  /// Once the program that works on memory() is made.
  void connect(const Program& program);

  /// The marks that a run of queued steps leaves.
  struct Marks {
    StopMark* stop;
    std::int32_t* bad_tensor;  ///< one a tensor, of this step
  };

  /// Before a step's forward pass, which may move the buffers.
  void queue_begin() const;

  /// After its backward pass. step: of those queued together.
  void queue_step(const StepScalars* scalars, std::int32_t step, const Marks& marks) const;

  /// In place of a step: sums the gradient and puts the buffers back.
  void queue_gradient() const;
  void queue_layout() const;

  /// To where the last step began.
  void go_back();
  void swap_averages();

  void set(const Trainer::Snapshot& values);  ///< as they are now, and before
  void get(Trainer::Snapshot& values) const;  ///< all but the steps

  /// Brings parameters and buffers to the host; fetch() waits for it.
  void queue_fetch() const;
  void fetch() const;
  void put_into(Sequential& net) const;  ///< what was fetched last

  void get_gradient(std::span<float> gradient) const;

 private:
  Parameters(const Sequential& net, Stream& stream, const Trainer::Options& options,
             const Trainer::Snapshot& initial);

  Update update() const;
  void swap(const DeviceArray<float>& a, const DeviceArray<float>& b, const DeviceArray<float>& c);

  Stream& stream_;
  const Trainer::Options& options_;
  DeviceValues now_, before_;
  DeviceArray<float> gradient_, begin_buffers_;
  DeviceArray<UpdatedTensor> tensors_;
  DeviceArray<UpdatedRun> runs_;
  DeviceArray<double> squares_;
  PinnedArray<float> fetched_, fetched_buffers_;
};

}  // namespace lenet::cuda
