#include "cli/export_c.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/run_display.h"
#include "lenet/c_export.h"
#include "lenet/quantize.h"
#include "lenet/scores.h"
#include "lenet/trainer.h"
#include "run/model_data.h"

namespace lenet::cli {
namespace {

/// "accuracy 0.8912 float, 0.8905 int8: 0.0007 lost".
void print_metric(const Metric& metric, double before, double after) {
  fmt::print("{} {:.4f} float, {:.4f} int8: {:.4f} {}\n", metric.title, before, after,
             std::abs(before - after), better(metric, after, before) ? "gained" : "lost");
}

/// The metric of the loss that the network was trained with, from its outputs.
double metric_of(const ModelOrigin& origin, FloatRows outputs, const Dataset& data) {
  if (data.has_classes()) return top_k_accuracy_score(outputs, data.labels(), 1);
  if (origin.loss == LossFunction::kBce) return label_accuracy(outputs, data.rows());
  double sum = 0;
  for (std::int64_t k = 0; k < outputs.width; ++k) {
    sum += mean_absolute_error(outputs, data.rows(), k);
  }
  return sum / static_cast<double>(outputs.width);
}

void export_int8(const ModelOptions& model, const std::string& path,
                 const ExportCOptions& options) {
  const ModelOnData on =
      open_model_on_data(model, options.common, load_settings(options.common.threads));
  const QuantizedNetwork quantized(on.model.net, on.train, options.calibrate);
  export_c(path, on.model, quantized, {.name = options.name});
  fmt::print("calibrated on {}: {} images; evaluated on {}\n", on.data,
             std::min(options.calibrate, on.train.size()), on.images_title());
  fmt::print("{}", on.other_data_line());
  const int threads = options.common.threads;
  const Metrics before = evaluate(on.model.net, on.images(), threads, on.model.origin.loss).metrics;
  const std::vector<float> outputs = forward(quantized, on.images(), threads);
  const FloatRows rows(outputs, element_count(on.model.net.output_shape()));
  print_metric(*before.metric, before.metric_mean(), metric_of(on.model.origin, rows, on.images()));
}

}  // namespace

void add_export_c(const Command& command, ExportCOptions& options) {
  command.option("--name", &options.name,
                 "What all names in the C begin with. Default: the stem of --out");
  const Option int8 = command.flag("--int8", options.int8,
                                   "Integers of 8 bits in place of floats; prints the accuracy or "
                                   "the error of both on the test set");
  command
      .option("--calibrate", &options.calibrate,
              "Training images that tell the range of each activation")
      .show_default()
      .check(whole_number(1, kMostCount))
      .needs(int8);
  add_data(command, options.common, kOwnData);
  add_threads(command, options.common.threads);
}

void export_c_file(const ModelOptions& model, const std::string& path,
                   const ExportCOptions& options) {
  if (options.int8) {
    export_int8(model, path, options);
  } else {
    export_c(path, open_model(model), {.name = options.name});
  }
}

}  // namespace lenet::cli
