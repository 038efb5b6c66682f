#include "cli/recipes.h"

#include "cli/options.h"
#include "run/option_words.h"

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

}  // namespace lenet::cli
