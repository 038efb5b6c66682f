#include "lenet/summary.h"

#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/model_argument.h"
#include "cli/options.h"

namespace lenet::cli {
namespace {

struct SummaryOptions {
  std::string model = "lenet";
  std::string input = "1x28x28";
  bool d2l = false;
};

void run_summary(const SummaryOptions& options) {
  Sequential net;
  if (is_saved_model(options.model)) {
    net = read_saved_model(options.model).net;
  } else {
    net = parse_model_argument(options.model).net;
    Generator generator;
    net.build(parse_input_shape(options.input), generator);
  }
  fmt::print("{}", options.d2l ? summary_d2l(net) : summary_table(net));
}

}  // namespace

void add_summary(CLI::App& app) {
  auto options = std::make_shared<SummaryOptions>();
  CLI::App* command = app.add_subcommand(
      "summary", "The table of a network's shapes, parameters and multiply-adds");
  command
      ->add_option("model", options->model,
                   "Preset (lenet), text file, saved model or the model text itself")
      ->capture_default_str();
  command->add_option("--input", options->input, "Shape of an image; a saved model has its own")
      ->capture_default_str();
  command->add_flag("--d2l", options->d2l, "The lines of the book's chapter in place of the table");
  command->callback([options] { run_summary(*options); });
}

}  // namespace lenet::cli
