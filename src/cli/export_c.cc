#include "cli/export_c.h"

#include <fmt/format.h>

#include <cmath>

#include "lenet/c_export.h"
#include "lenet/quantize.h"
#include "lenet/trainer.h"

namespace lenet::cli {
namespace {

/// "accuracy 0.8912 float, 0.8905 int8: 0.0007 lost".
void print_accuracy(double before, double after) {
  fmt::print("accuracy {:.4f} float, {:.4f} int8: {:.4f} {}\n", before, after,
             std::abs(before - after), after > before ? "gained" : "lost");
}

void export_int8(const Model& model, const std::string& path, const ExportCOptions& options) {
  const auto [train, test] = load_data(options.common);
  const QuantizedNetwork quantized(model.net, train, options.calibrate);
  export_c(path, model, quantized, {.name = options.name});
  print_accuracy(evaluate_accuracy(model.net, test, options.common.threads),
                 evaluate_accuracy(quantized, test, options.common.threads));
}

}  // namespace

void add_export_c(const Command& command, ExportCOptions& options) {
  command.option("--name", &options.name,
                 "What all names in the C begin with. Default: the stem of --out");
  const Option int8 = command.flag(
      "--int8", options.int8,
      "Integers of 8 bits in place of floats; prints the accuracy of both on the test set");
  command
      .option("--calibrate", &options.calibrate,
              "Training images that tell the range of each activation")
      .show_default()
      .check(whole_number(1, kMostCount))
      .needs(int8);
  add_data(command, options.common);
  add_threads(command, options.common);
}

void export_c_file(const Model& model, const std::string& path, const ExportCOptions& options) {
  if (options.int8) {
    export_int8(model, path, options);
  } else {
    export_c(path, model, {.name = options.name});
  }
}

}  // namespace lenet::cli
