#include "run/lr_search.h"

#include <fmt/format.h>

#include "run/auto_device.h"
#include "run/run_inputs.h"
#include "run/run_options.h"
#include "run/start_network.h"
#include "run/unread_options.h"

namespace lenet {

LrCurve search_lr(const Configuration& configuration, const RunSettings& settings,
                  const LrRange& range) {
  require_read(configuration.given, configuration.options);
  const RunRequest request{.options = configuration.options, .settings = complete(settings)};
  RunOptions options = configuration.options;
  const RunInputs inputs = read_inputs(request, options.data);
  const Dataset& train = inputs.sets.first;
  Generator generator(options.fit.seed);
  StartedNetwork network = start_network(options, inputs.start, train, generator);
  if (settle_loss(train, options)) {
    request.settings.note(loss_text(train, *options.fit.loss));
  }
  if (fall_to_data(train, options)) {
    request.settings.note(
        fmt::format("batch size {}, all training images", options.fit.batch_size));
  }
  FitOptions fit = fit_options(options);
  if (inputs.teacher) fit.distillation.teacher = &inputs.teacher->net;
  if (options.device == "auto") {
    if (const std::string why = settle_device(network.net, fit); !why.empty()) {
      request.settings.note(why);
    }
  }
  request.settings.started("");
  return find_lr(network.net, train, fit, range, request.settings.stop);
}

const std::vector<std::string>& lr_search_options() {
  static const std::vector<std::string> names = {
      "data",          "size",          "test-split", "split",      "transpose",
      "skip-broken",   "model",         "weights",    "weights-by", "new-head",
      "freeze",        "batch-size",    "optimizer",  "momentum",   "dampening",
      "nesterov",      "betas",         "alpha",      "eps",        "clip-norm",
      "augment",       "weight-decay",  "normalize",  "holdout",    "label-smoothing",
      "class-weights", "seed",          "shuffle",    "sample",     "threads",
      "device",        "loss",          "targets",    "floats",     "teacher",
      "temperature",   "teacher-weight"};
  return names;
}

}  // namespace lenet
