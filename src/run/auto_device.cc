#include "run/auto_device.h"

#include "base/gpus.h"
#include "lenet/error.h"
#include "train/fit_options.h"

namespace lenet {

std::string settle_device(Sequential& net, FitOptions& fit) {
  const Gpus gpus = find_gpus();
  std::string why;
  if (gpus.count == 0) {
    if (gpus.present) why = gpus.why_none;
  } else {
    try {
      Trainer(net, trainer_options(fit));  // takes all its memory
    } catch (const Error& e) {
      why = e.what();
      fit.device = Device();
    }
  }
  if (!why.empty()) why += "; training on the CPU";
  return why;
}

}  // namespace lenet
