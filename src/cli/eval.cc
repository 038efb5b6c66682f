#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/row_scores.h"
#include "cli/run_display.h"
#include "lenet/confusion_matrix.h"
#include "lenet/device.h"
#include "lenet/scores.h"
#include "lenet/timer.h"
#include "lenet/trainer.h"
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
  double rate;                                    ///< images a second
  std::vector<float> outputs;                     ///< a row an image
  std::vector<std::string> names;                 ///< of the outputs, where known
  std::optional<ConfusionMatrix> confusion = {};  ///< of the outputs; none without classes
  std::optional<double> top5 = {};                ///< of more than five classes
  std::optional<ScoredRows> rows = {};            ///< of targets that are no classes
};

Json accuracies(const ConfusionMatrix& confusion) {
  Json accuracies = Json::array();
  for (std::int64_t k = 0; k < confusion.classes(); ++k) {
    const std::optional<double> recall = confusion.recall(k);
    accuracies.push_back(recall ? Json(*recall) : Json());
  }
  return accuracies;
}

Json counts(const ConfusionMatrix& confusion) {
  Json counts = Json::array();
  for (const auto& [pair, count] : confusion.counts()) {
    counts.push_back({pair.first, pair.second, count});
  }
  return counts;
}

/// "label_accuracy" of its title.
std::string key_of(const Metric& metric) {
  std::string key(metric.title);
  std::ranges::replace(key, ' ', '_');
  return key;
}

Json document_of(const ModelOnData& on, const Figures& f) {
  Json document = {{"data", on.data},
                   {"loss", f.metrics.loss()},
                   {key_of(*f.metrics.metric), f.metrics.metric_mean()},
                   {"examples", f.metrics.examples},
                   {"examples_per_sec", f.rate},
                   {"per_class_accuracy", f.confusion ? accuracies(*f.confusion) : Json::array()}};
  if (f.confusion) {
    document["balanced_accuracy"] = f.confusion->balanced_accuracy();
    document["macro_f1"] = f.confusion->macro_f1();
    if (f.top5) document["top5_accuracy"] = *f.top5;
    document["confusion"] = counts(*f.confusion);
  }
  if (f.rows) add_scores(*f.rows, document);
  if (!on.model.origin.data_sha256.empty()) document["same_data"] = !on.other_data;
  if (!f.names.empty()) document["class_names"] = f.names;
  return document;
}

void print(const ConfusionMatrix& confusion, const std::optional<double>& top5,
           const std::vector<std::string>& names) {
  fmt::print("balanced accuracy {:.4f}, macro F1 {:.4f}{}\n", confusion.balanced_accuracy(),
             confusion.macro_f1(), top5 ? fmt::format(", top-5 {:.4f}", *top5) : "");
  std::size_t width = 12;
  for (const std::string& name : names) width = std::max(width, name.size());
  for (std::int64_t k = 0; k < confusion.classes(); ++k) {
    const std::optional<double> accuracy = confusion.recall(k);
    fmt::print("  {:<{}} {}\n", class_name(names, static_cast<std::size_t>(k)), width,
               accuracy ? fmt::format("{:.3f}", *accuracy) : "-");
  }
}

void print(const ModelOnData& on, const Figures& f) {
  fmt::print("evaluated on {}: {}\n", on.data, on.images_title());
  fmt::print("{}", on.other_data_line());
  fmt::print("loss {:.3f}, {} {:.4f} on {} images, {:.1f} examples/sec\n", f.metrics.loss(),
             f.metrics.metric->title, f.metrics.metric_mean(), f.metrics.examples, f.rate);
  if (f.confusion) print(*f.confusion, f.top5, f.names);
  if (f.rows) print_scores(*f.rows);
}

/// What the outputs are worth beside their loss.
void add_scores(const Dataset& images, const Evaluation& evaluation, const FloatRows& outputs,
                std::optional<LossFunction> loss, Figures& figures) {
  if (!images.has_classes()) {
    figures.rows = {outputs, images.rows(), loss.value_or(usual_loss(false)), figures.names};
    return;
  }
  constexpr std::int64_t kTop = 5;
  figures.confusion.emplace(images.labels(), evaluation.predicted, outputs.width);
  if (outputs.width > kTop && outputs.size() > 0) {
    figures.top5 = top_k_accuracy_score(outputs, images.labels(), kTop);
  }
}

void run_eval(const EvalOptions& options) {
  const Device device = parse_device(options.common.device);
  const ModelOnData on =
      open_model_on_data(options.model, options.common, load_settings(options.common.threads));
  const Dataset& images = on.images();
  const std::optional<LossFunction> loss = on.model.origin.loss;
  Timer timer;
  const Evaluation evaluation = device.kind == Device::Kind::kCpu
                                    ? evaluate(on.model.net, images, options.common.threads, loss)
                                    : evaluate(on.model.net, images, device, loss);
  const double rate = static_cast<double>(images.size()) / timer.stop();
  const std::int64_t outputs = element_count(on.model.net.output_shape());
  // A card has no second pass that gives outputs of bytes; large networks would wait for the CPU's.
  const bool scored = !images.has_classes() || device.kind == Device::Kind::kCpu;
  Figures figures = {
      .metrics = evaluation.metrics,
      .rate = rate,
      .outputs =
          scored ? forward(on.model.net, images, options.common.threads) : std::vector<float>(),
      .names = on.model.class_names.empty() ? images.class_names() : on.model.class_names};
  add_scores(images, evaluation, {figures.outputs, outputs}, loss, figures);
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
