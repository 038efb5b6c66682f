#include "cli/recipes.h"

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/option_words.h"
#include "cli/options.h"

namespace lenet::cli {

using Json = nlohmann::ordered_json;

namespace {

Json chapter() { return Json::object(); }  // its options are the defaults

Json fast() {
  return {
      {"model", "lenet-relu"}, {"epochs", 4},      {"batch_size", 64},     {"lr", 0.05},
      {"momentum", 0.9},       {"nesterov", true}, {"weight_decay", 5e-4}, {"schedule", "onecycle"},
      {"normalize", true}};
}

Json best() {
  return {{"model", "best"},      {"epochs", 30},
          {"batch_size", 64},     {"lr", 0.1},
          {"momentum", 0.9},      {"nesterov", true},
          {"weight_decay", 5e-4}, {"schedule", "onecycle"},
          {"normalize", true},    {"label_smoothing", 0.05},
          {"augment", "flip"}};
}

constexpr Word<Json (*)()> kRecipes[] = {{"chapter", chapter}, {"fast", fast}, {"best", best}};

}  // namespace

const std::vector<std::string>& recipe_names() {
  static const std::vector<std::string> names = words_of(kRecipes);
  return names;
}

Json recipe(const std::string& name) { return meaning_of(kRecipes, name)(); }

void add_recipe(const Command& app) {
  auto name = std::make_shared<std::string>();
  const Command command =
      app.add_command("recipe", "Print a recipe's options as a file that train --config takes");
  command.option("NAME", name.get(), "chapter, fast or best")
      .required()
      .check(one_of(recipe_names()));
  command.runs([name] { fmt::print("{}", json_text(recipe(*name))); });
}

}  // namespace lenet::cli
