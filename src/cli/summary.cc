#include "lenet/summary.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/options.h"
#include "run/model_argument.h"

namespace lenet::cli {
namespace {

struct SummaryOptions {
  std::string model = "lenet";
  std::optional<std::string> input;
  bool d2l = false;
};

void run_summary(const SummaryOptions& options) {
  Sequential net = parse_model_argument(options.model).net;
  Generator generator;
  build_for(options.input, net, generator);
  fmt::print("{}", options.d2l ? summary_d2l(net) : summary_table(net));
}

}  // namespace

void add_summary(const Command& app) {
  auto options = std::make_shared<SummaryOptions>();
  const Command command =
      app.add_command("summary", "The table of a network's shapes, parameters and multiply-adds");
  command
      .option("MODEL", &options->model,
              "Preset (lenet), text file, saved model, a run's folder or the model text itself")
      .show_default();
  command.option("--input", &options->input, "Shape of an image; a saved model has its own")
      .default_text("1x28x28");
  command.flag("--d2l", options->d2l, "The lines of the book's chapter in place of the table");
  command.runs([options] { run_summary(*options); });
}

}  // namespace lenet::cli
