#include "lenet/fit.h"

#include <fmt/format.h>

#include <utility>

#include "base/plural.h"
#include "base/require.h"
#include "train/fit_options.h"
#include "train/fit_run.h"
#include "train/pack_runner.h"

namespace lenet {
namespace {

/// What no image is of would be trained away from, but never to.
void require_an_output_a_class(const Sequential& net, const Dataset& train) {
  const std::int64_t outputs = element_count(net.output_shape());
  require(outputs == train.classes(),
          fmt::format("the data has {}, the network ends with {} outputs; end it with Linear({})",
                      class_count(train.classes()), outputs, train.classes()));
}

void require_network(const Sequential& net, const Dataset& train, const Dataset& test,
                     const FitOptions& options) {
  require_trainable(net);
  frozen_of(net, options.freeze);
  require_fit(net, train);
  require_fit(net, test);
  require_an_output_a_class(net, train);
  // Labels are numbers: of other names they would be taken for each other.
  const bool named = !train.class_names().empty() && !test.class_names().empty();
  require(!named || train.class_names() == test.class_names(),
          "the test set's classes are not those of the training set, in their order; bring it to "
          "them by in_classes_of(train.class_names(), std::move(test))");
}

}  // namespace

CheckedFit check_fit(const Sequential& net, const Dataset& train, const Dataset& test,
                     const FitOptions& options) {
  CheckedFit checked(checked_split(options, train));
  require_network(net, train, test, options);
  return checked;
}

Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options) {
  Generator generator(options.seed);
  return fit(net, train, test, options, generator);
}

Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
           Generator& generator) {
  CheckedFit checked(checked_split(options, train));
  if (!net.built()) {
    net.build(train.image_shape(), generator);
    xavier_uniform(net, generator);
  }
  require_network(net, train, test, options);
  return fit(net, train, test, options, generator, std::move(checked));
}

Report fit(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
           Generator& generator, CheckedFit checked) {
  return FitRun(net, train, test, options, generator, std::move(checked)).run();
}

Report resume(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
              const FitState& state) {
  return resume(net, train, test, options, state, check_fit(net, train, test, options));
}

Report resume(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
              const FitState& state, CheckedFit checked) {
  Generator generator;
  FitRun run(net, train, test, options, generator, std::move(checked));
  run.go_on_from(state);
  return run.run();
}

}  // namespace lenet
