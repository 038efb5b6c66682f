// In place of the CUDA back end, where it is not built: no card can be used.
#include "base/gpus.h"
#include "train/engine.h"

namespace lenet {

Gpus find_gpus() {
  return {.count = 0, .why_none = "this build of lenet has no CUDA back end", .present = false};
}

std::unique_ptr<Engine> make_cuda_engine(Sequential&, const Trainer::Options& options) {
  require_gpu(options.device.index);
  return nullptr;
}

Evaluation cuda_evaluate(const Sequential&, const Dataset&, int card, std::optional<LossFunction>) {
  require_gpu(card);
  return {};
}

std::vector<float> cuda_outputs(const Sequential&, const Batch&, int card) {
  require_gpu(card);
  return {};
}

}  // namespace lenet
