#include "run/recipes.h"

#include "run/model_argument.h"
#include "run/option_words.h"
#include "run/record_keys.h"
#include "run/run_options.h"

namespace lenet {

using Json = nlohmann::ordered_json;

namespace {

Json chapter() { return Json::object(); }  // its options are the defaults

/// What the others have in common.
Json one_cycle(const char* model, int epochs, double lr) {
  return {{"model", model},       {"epochs", epochs},
          {"batch_size", 64},     {"lr", lr},
          {"momentum", 0.9},      {"nesterov", true},
          {"weight_decay", 5e-4}, {"schedule", "onecycle"},
          {"normalize", true},    {"label_smoothing", 0.05}};
}

Json fast() { return one_cycle("fast", 3, 0.08); }

Json good() { return one_cycle("good", 5, 0.1); }

Json best() {
  Json options = one_cycle("best", 30, 0.1);
  options["augment"] = "flip";
  return options;
}

/// one_cycle() by Muon (Jordan 2024).
Json muon(const char* model, int epochs, double lr, double weight_decay, const char* augment) {
  Json options = one_cycle(model, epochs, lr);
  options.update({{"optimizer", "muon"},
                  {"momentum", 0.95},
                  {"weight_decay", weight_decay},
                  {"augment", augment}});
  return options;
}

/// What the chapter's shape can learn.
Json lenet_relu() {
  Json options = muon("lenet-relu", 30, 0.005, 0.1, "flip,shift=1");
  options["batch_size"] = 128;
  return options;
}

/// For CIFAR-10 and its like.
Json resnet8() {
  Json options = muon("resnet8", 24, 0.02, 0.02, "flip,shift=2");
  options["label_smoothing"] = 0;
  return options;
}

constexpr Word<Json (*)()> kRecipes[] = {{"chapter", chapter}, {"fast", fast},
                                         {"good", good},       {"lenet-relu", lenet_relu},
                                         {"best", best},       {"resnet8", resnet8}};

}  // namespace

const std::vector<std::string>& recipe_names() {
  static const std::vector<std::string> names = words_of(kRecipes);
  return names;
}

Json recipe(const std::string& name) { return meaning_of(kRecipes, name)(); }

Json whole_recipe(const std::string& name) {
  RunOptions options;
  read_options(recipe(name), "recipe " + name, options);
  Json document = options_document(options);
  for (const char* key : {"data", "weights", "threads", "device"}) document.erase(key);
  Json all = {{"lenet", LENET_VERSION},
              {kNetwork, parse_model_argument(document.at("model")).net.text()}};
  all.update(document);
  return all;
}

}  // namespace lenet
