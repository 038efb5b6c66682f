#include <filesystem>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/model_argument.h"
#include "cli/options.h"
#include "lenet/error.h"
#include "lenet/onnx.h"

namespace lenet::cli {
namespace {

struct ExportOptions {
  ModelOptions model;
  std::string out, format;
  bool softmax = false;
};

/// --format, or what the file's extension says.
std::string format_of(const ExportOptions& o) {
  if (!o.format.empty()) return o.format;
  const std::string extension = std::filesystem::path(o.out).extension().string();
  if (extension == ".onnx") return "onnx";
  throw Error(ErrorKind::kUsage,
              "--output " + o.out + ": want a name that ends in .onnx, or --format");
}

void run_export(const ExportOptions& o) {
  const std::string format = format_of(o);
  const Model model = open_model(o.model);
  if (format == "onnx") save_onnx(o.out, model, {.softmax = o.softmax});
}

}  // namespace

void add_export(CLI::App& app) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "Write a saved model in another format: ONNX");
  add_model(*command, options->model);
  command->add_option("-o,--output", options->out, "The file to write, as in model.onnx")
      ->required()
      ->check(given_path());
  command->add_option("--format", options->format, "onnx. Default: by the extension of --output")
      ->check(one_of({"onnx"}));
  command->add_flag("--softmax", options->softmax, "ONNX: end with the softmax, in probabilities");
  command->callback([options] { run_export(*options); });
}

}  // namespace lenet::cli
