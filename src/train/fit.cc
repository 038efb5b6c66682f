#include "lenet/fit.h"

#include "train/fit_options.h"
#include "train/fit_run.h"
#include "train/pack_runner.h"

namespace lenet {

void check_fit(const Sequential& net, const Dataset& train, const Dataset& test,
               const FitOptions& options) {
  check_options(options, train);
  require_trainable(net);
  require_fit(net, train);
  require_fit(net, test);
}

Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options) {
  Generator generator(options.seed);
  return fit(net, train, test, options, generator);
}

Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
           Generator& generator) {
  check_options(options, train);
  if (!net.built()) {
    net.build(train.image_shape(), generator);
    xavier_uniform(net, generator);
  }
  check_fit(net, train, test, options);
  return FitRun(net, train, test, options, generator).run();
}

Report resume(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
              const FitState& state) {
  check_fit(net, train, test, options);
  Generator generator;
  FitRun run(net, train, test, options, generator);
  run.go_on_from(state);
  return run.run();
}

}  // namespace lenet
