// In place of the CUDA back end, where it is not built.
#include "base/gpus.h"
#include "lenet/error.h"
#include "train/engine.h"

namespace lenet {
namespace {

constexpr const char* kNone = "this build of lenet has no CUDA back end";

[[noreturn]] void refuse() { throw Error(ErrorKind::kFailed, kNone); }

}  // namespace

Gpus find_gpus() { return {.count = 0, .why_none = kNone}; }

std::unique_ptr<Engine> make_cuda_engine(Sequential&, const Trainer::Options&) { refuse(); }

Evaluation cuda_evaluate(const Sequential&, const Dataset&, int) { refuse(); }

std::vector<float> cuda_outputs(const Sequential&, const Batch&, int) { refuse(); }

}  // namespace lenet
