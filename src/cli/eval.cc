#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run_display.h"
#include "lenet/device.h"
#include "lenet/timer.h"
#include "lenet/trainer.h"
#include "run/class_accuracy.h"
#include "run/json_document.h"
#include "run/model_data.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct EvalOptions {
  CommonOptions common;
  ModelOptions model;
};

std::string class_name(const std::vector<std::string>& names, std::size_t k) {
  return k < names.size() ? names[k] : fmt::format("class {}", k);
}

struct Figures {
  Metrics metrics;
  double rate;  ///< images a second
  ClassAccuracy per_class;
  std::vector<std::string> names;  ///< of the classes, where known
};

Json document_of(const ModelOnData& on, const Figures& f) {
  Json per_class = Json::array();
  for (const std::optional<double>& accuracy : f.per_class) {
    per_class.push_back(accuracy ? Json(*accuracy) : Json());
  }
  Json document = {{"data", on.data},
                   {"loss", f.metrics.loss()},
                   {std::string(f.metrics.metric->title), f.metrics.metric_mean()},
                   {"examples", f.metrics.examples},
                   {"examples_per_sec", f.rate},
                   {"per_class_accuracy", per_class}};
  if (!on.model.data_sha256.empty()) document["same_data"] = !on.other_data;
  if (!f.names.empty()) document["class_names"] = f.names;
  return document;
}

void print(const ModelOnData& on, const Figures& f) {
  fmt::print("evaluated on {}: {}\n", on.data, on.images_title());
  fmt::print("{}", on.other_data_line());
  fmt::print("loss {:.3f}, {} {:.4f} on {} images, {:.1f} examples/sec\n", f.metrics.loss(),
             f.metrics.metric->title, f.metrics.metric_mean(), f.metrics.examples, f.rate);
  std::size_t width = 12;
  for (const std::string& name : f.names) width = std::max(width, name.size());
  for (std::size_t k = 0; k < f.per_class.size(); ++k) {
    const std::optional<double> accuracy = f.per_class[k];
    fmt::print("  {:<{}} {}\n", class_name(f.names, k), width,
               accuracy ? fmt::format("{:.3f}", *accuracy) : "-");
  }
}

void run_eval(const EvalOptions& options) {
  const Device device = parse_device(options.common.device);
  const ModelOnData on =
      open_model_on_data(options.model, options.common, load_settings(options.common.threads));
  const Dataset& images = on.images();
  Timer timer;
  const Evaluation evaluation = device.kind == Device::Kind::kCpu
                                    ? evaluate(on.model.net, images, options.common.threads)
                                    : evaluate(on.model.net, images, device);
  const Figures figures = {
      .metrics = evaluation.metrics,
      .rate = static_cast<double>(images.size()) / timer.stop(),
      .per_class =
          per_class_accuracy(evaluation, images, element_count(on.model.net.output_shape())),
      .names = on.model.class_names.empty() ? images.class_names() : on.model.class_names};
  if (options.common.json) {
    fmt::print("{}", json_text(document_of(on, figures)));
  } else {
    print(on, figures);
  }
}

}  // namespace

void add_eval(const Command& app) {
  auto options = std::make_shared<EvalOptions>();
  const Command command =
      app.add_command("eval", "Loss and accuracy of a saved model on the test set");
  add_model(command, options->model);
  add_data(command, options->common, kOwnData);
  add_threads(command, options->common.threads);
  add_device(command, options->common.device);
  add_json(command, options->common.json);
  command.runs([options] { run_eval(*options); });
}

}  // namespace lenet::cli
