// lenet recipe: all options of a recipe, and its network.
#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/recipes.h"
#include "cli/run_record.h"
#include "cli/train_config.h"
#include "run/json_document.h"
#include "run/model_argument.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

/// As run.json says them, less what is the reader's: the data, and where to run.
Json all_options(const std::string& name) {
  TrainOptions options;
  read_options(recipe(name), "recipe " + name, options);
  Json document = options_document(options);
  for (const char* key : {"data", "weights", "threads", "device"}) document.erase(key);
  Json all = {{"lenet", LENET_VERSION},
              {kNetwork, parse_model_argument(document.at("model")).net.text()}};
  all.update(document);
  return all;
}

}  // namespace

void add_recipe(const Command& app) {
  auto name = std::make_shared<std::string>();
  const Command command = app.add_command(
      "recipe", "Print a recipe's options and network as a file that train --config takes");
  command.option("NAME", name.get(), "chapter, fast or best")
      .required()
      .check(one_of(recipe_names()));
  command.runs([name] { fmt::print("{}", json_text(all_options(*name))); });
}

}  // namespace lenet::cli
