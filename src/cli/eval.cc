#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/file.h"
#include "base/plural.h"
#include "base/require.h"
#include "cli/class_scores.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/row_scores.h"
#include "cli/run_display.h"
#include "lenet/device.h"
#include "lenet/image.h"
#include "lenet/scores.h"
#include "lenet/timer.h"
#include "lenet/trainer.h"
#include "run/json_document.h"
#include "run/judged_files.h"
#include "run/metric_keys.h"
#include "run/model_data.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct EvalOptions {
  CommonOptions common;
  ModelOptions model;
  bool confusion = false;
  std::string wrong, predictions, curves;  ///< files to write
  std::int64_t wrong_images = 40;
  double threshold = 0;  ///< 0: none

  /// Whether they need the outputs for each image.
  bool by_image() const {
    return threshold > 0 || !wrong.empty() || !predictions.empty() || !curves.empty();
  }
};

struct Figures {
  Metrics metrics;
  double rate;  ///< images a second
  std::optional<ClassScores> classes = {};
  std::optional<ScoredRows> rows = {};    ///< of targets that are no classes
  std::optional<Interval> interval = {};  ///< of the metric
};

Json document_of(const ModelOnData& on, const Figures& f, const std::vector<std::string>& names) {
  Json document = {{"data", on.data},
                   {"loss", f.metrics.loss()},
                   {title_key(*f.metrics.metric), f.metrics.metric_mean()},
                   {"examples", f.metrics.examples},
                   {"examples_per_sec", f.rate},
                   {"per_class_accuracy", Json::array()}};
  if (f.interval) {
    document[title_key(*f.metrics.metric) + "_interval"] = {f.interval->low, f.interval->high};
  }
  if (f.classes) add_scores(*f.classes, document);
  if (f.rows) add_scores(*f.rows, document);
  if (!on.model.origin.data_sha256.empty()) document["same_data"] = !on.other_data;
  if (!names.empty()) document["class_names"] = names;
  return document;
}

void print(const ModelOnData& on, const Figures& f, bool confusion) {
  fmt::print("evaluated on {}: {}\n", on.data, on.images_title());
  fmt::print("{}", on.other_data_line());
  fmt::print("loss {:.3f}, {} {:.4f}", f.metrics.loss(), f.metrics.metric->title,
             f.metrics.metric_mean());
  if (f.interval) fmt::print(" ± {:.4f}", f.interval->half());
  fmt::print(" on {} images, {:.1f} examples/sec\n", f.metrics.examples, f.rate);
  if (f.classes) print_scores(*f.classes);
  if (f.classes && confusion) print_confusion(*f.classes);
  if (f.rows) print_scores(*f.rows);
}

/// Refuses what the targets have not, and files that would replace what is read or each other.
void check(const EvalOptions& o, const ModelOnData& on) {
  const std::int64_t outputs = element_count(on.model.net.output_shape());
  const Dataset& images = on.images();
  if (!o.curves.empty()) require_classes(images, "--curves");
  if (o.confusion) require_classes(images, "--confusion");
  if (o.threshold > 0) require_classes(images, "--threshold");
  require(o.curves.empty() || outputs == 2,
          fmt::format("--curves: of two classes, and the model has {}", outputs));
  require(!o.confusion || outputs <= kMostShownClasses,
          fmt::format("--confusion: a matrix of {}, want at most {}; --json has what was taken for "
                      "what",
                      class_count(outputs), kMostShownClasses));
  FilesRead read = {.data = on.read, .files = {saved_model_file(o.model.path)}};
  for (const auto& [option, file, ending] : {std::tuple("--wrong", o.wrong, ".png"),
                                             {"--predictions", o.predictions, ".csv"},
                                             {"--curves", o.curves, ".svg"}}) {
    if (!file.empty()) require_output(option, file, {ending}, read);
  }
}

/// What the outputs are worth beside their loss. judged: none without outputs.
ClassScores class_scores(const Dataset& images, const Evaluation& evaluation,
                         const JudgedImages* judged, std::int64_t outputs,
                         const EvalOptions& options, const std::vector<std::string>& names) {
  constexpr std::int64_t kTop = 5;
  ClassScores scores = {.confusion = {images.labels(), evaluation.predicted, outputs},
                        .names = names};
  if (!judged || images.size() == 0) return scores;
  if (outputs > kTop) scores.top5 = top_k_accuracy_score(judged->outputs, images.labels(), kTop);
  if (outputs == 2) scores.two_classes = two_classes(*judged);
  if (options.threshold > 0) scores.coverage = coverage_of(*judged, options.threshold);
  return scores;
}

void write_files(const EvalOptions& o, const JudgedImages& judged) {
  if (!o.wrong.empty()) write_png(o.wrong, mistakes_sheet(judged, o.wrong_images));
  if (!o.predictions.empty()) write_predictions(o.predictions, judged, o.threshold);
}

void run_eval(const EvalOptions& options) {
  const Device device = parse_device(options.common.device);
  const ModelOnData on =
      open_model_on_data(options.model, options.common, load_settings(options.common.threads));
  const Sequential& net = on.model.net;
  const Dataset& images = on.images();
  check(options, on);
  const std::int64_t outputs = element_count(net.output_shape());
  const std::optional<LossFunction> loss = on.model.origin.loss;
  const bool on_cpu = device.kind == Device::Kind::kCpu;
  Timer timer;
  const Evaluation evaluation = on_cpu ? evaluate(net, images, options.common.threads, loss)
                                       : evaluate(net, images, device, loss);
  const double rate = static_cast<double>(images.size()) / timer.stop();
  // A card has no second pass that gives outputs of bytes; large networks would wait for the CPU's.
  const bool scored = !images.has_classes() || on_cpu || options.by_image();
  const std::vector<float> all =
      scored ? forward(net, images, options.common.threads) : std::vector<float>();
  const JudgedImages judged = {
      .images = images,
      .outputs = {all, outputs},
      .loss = loss.value_or(usual_loss(images.has_classes())),
      .names = on.model.class_names.empty() ? images.class_names() : on.model.class_names};
  Figures figures = {.metrics = evaluation.metrics, .rate = rate};
  if (images.has_classes()) {
    figures.classes = class_scores(images, evaluation, scored ? &judged : nullptr, outputs, options,
                                   judged.names);
    const ConfusionMatrix& of = figures.classes->confusion;
    figures.interval = confidence_interval(of.right(), of.examples());
  } else {
    figures.interval = metric_interval(judged);
    figures.rows = {judged.outputs, images.rows(), judged.loss, judged.names};
  }
  write_files(options, judged);
  if (!options.curves.empty()) {
    require(figures.classes->two_classes.has_value(), "--curves: outputs that are not finite");
    write_file(options.curves, curves_svg(*figures.classes->two_classes));
  }
  if (options.common.json) {
    fmt::print("{}", json_text(document_of(on, figures, judged.names)));
  } else {
    print(on, figures, options.confusion);
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
  command.flag("--confusion", options->confusion, "Print how often each class was taken for which");
  const Option wrong =
      command
          .option("--wrong", &options->wrong,
                  "Draw the worst mistakes into this PNG, with what they are and what was said")
          .check(given_path());
  command.option("--wrong-images", &options->wrong_images, "How many of them")
      .check(whole_number(1, 10'000))
      .show_default()
      .needs(wrong);
  command
      .option("--predictions", &options->predictions,
              "Write a row an image into this CSV: its class, the one said, all probabilities")
      .check(given_path());
  command
      .option("--curves", &options->curves,
              "Draw the ROC and the precision-recall curve of two classes into this SVG")
      .check(given_path());
  command
      .option("--threshold", &options->threshold,
              "Say \"none of these\" where the likeliest class has a probability below; prints how "
              "many images are left, and how many of them are right")
      .check(share());
  add_json(command, options->common.json);
  command.runs([options] { run_eval(*options); });
}

}  // namespace lenet::cli
