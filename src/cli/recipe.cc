// lenet recipe: all options of a recipe, and its network.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands.h"
#include "run/json_document.h"
#include "run/option_checks.h"
#include "run/recipes.h"

namespace lenet::cli {
void add_recipe(const Command& app) {
  auto name = std::make_shared<std::string>();
  const Command command = app.add_command(
      "recipe", "Print a recipe's options and network as a file that train --config takes");
  command.option("NAME", name.get(), choice_of(recipe_names()))
      .required()
      .check(one_of(recipe_names()));
  command.runs([name] { fmt::print("{}", json_text(whole_recipe(*name))); });
}

}  // namespace lenet::cli
