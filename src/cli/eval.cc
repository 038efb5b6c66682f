#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/model_argument.h"
#include "cli/options.h"
#include "lenet/device.h"
#include "lenet/model_file.h"
#include "lenet/timer.h"
#include "lenet/trainer.h"

namespace lenet::cli {
namespace {

struct EvalOptions {
  CommonOptions common;
  ModelOptions model;
};

/// The share of each class' images that are classified right; NaN for a class without images.
std::vector<double> per_class_accuracy(const Evaluation& evaluation, const Dataset& data) {
  std::vector<double> right(static_cast<std::size_t>(data.classes())), all(right.size());
  for (std::size_t i = 0; i < evaluation.predicted.size(); ++i) {
    const std::uint8_t label = data.labels()[i];
    ++all[label];
    right[label] += evaluation.predicted[i] == label;
  }
  for (std::size_t k = 0; k < right.size(); ++k) right[k] /= all[k];
  return right;
}

void run_eval(const EvalOptions& options) {
  const Device device = parse_device(options.common.device);
  const Model model = open_model(options.model);
  const auto [train, test] = load_data(options.common);
  Timer timer;
  const Evaluation evaluation = device.kind == Device::Kind::kCpu
                                    ? evaluate(model.net, test, options.common.threads)
                                    : evaluate(model.net, test, device);
  const double rate = static_cast<double>(test.size()) / timer.stop();
  const std::vector<double> per_class = per_class_accuracy(evaluation, test);
  const Metrics& m = evaluation.metrics;
  if (options.common.json) {
    const nlohmann::ordered_json document = {{"loss", m.loss()},
                                             {"accuracy", m.accuracy()},
                                             {"examples", m.examples},
                                             {"examples_per_sec", rate},
                                             {"per_class_accuracy", per_class}};
    fmt::print("{}", json_text(document));
    return;
  }
  fmt::print("loss {:.3f}, accuracy {:.4f} on {} images, {:.1f} examples/sec\n", m.loss(),
             m.accuracy(), m.examples, rate);
  const std::vector<std::string>& names =
      model.class_names.empty() ? test.class_names() : model.class_names;
  for (std::size_t k = 0; k < per_class.size(); ++k) {
    fmt::print("  {:<12} {:.3f}\n", k < names.size() ? names[k] : fmt::format("class {}", k),
               per_class[k]);
  }
}

}  // namespace

void add_eval(const Command& app) {
  auto options = std::make_shared<EvalOptions>();
  const Command command =
      app.add_command("eval", "Loss and accuracy of a saved model on the test set");
  add_model(command, options->model);
  add_data(command, options->common);
  add_threads(command, options->common);
  add_device(command, options->common);
  add_json(command, options->common);
  command.runs([options] { run_eval(*options); });
}

}  // namespace lenet::cli
