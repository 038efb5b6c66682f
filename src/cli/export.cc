#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "base/require.h"
#include "cli/commands.h"
#include "cli/export_c.h"
#include "cli/model_argument.h"
#include "cli/options.h"

namespace lenet::cli {
namespace {

struct ExportOptions {
  ModelOptions model;
  std::string format, output;
  ExportCOptions c;
};

/// --format, or what the output's extension says.
std::string format_of(const ExportOptions& options) {
  if (!options.format.empty()) return options.format;
  const std::string extension = std::filesystem::path(options.output).extension().string();
  if (extension == ".c") return "c";
  throw Error(ErrorKind::kUsage,
              fmt::format("-o {}: no format is known by this extension, want model.c or --format",
                          options.output));
}

void run_export(const ExportOptions& options) {
  format_of(options);  // c is the one there is
  export_c_file(open_model(options.model), options.output, options.c);
}

}  // namespace

void add_export(CLI::App& app) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command =
      app.add_subcommand("export", "Write a saved model as code that runs without lenet");
  add_model(*command, options->model);
  command->add_option("-o,--out", options->output, "The file to write: model.c")
      ->required()
      ->check(given_path());
  command->add_option("--format", options->format, "c. Default: what the extension of --out says")
      ->check(one_of({"c"}));
  add_export_c(*command, options->c);
  command->callback([options] { run_export(*options); });
}

}  // namespace lenet::cli
