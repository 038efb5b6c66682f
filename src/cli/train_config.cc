#include "cli/train_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "cli/options.h"
#include "cli/recipes.h"
#include "cli/run_record.h"
#include "cli/unread_options.h"
#include "lenet/error.h"
#include "run/json_document.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

/// "batch-size" as a key: "batch_size".
std::string key_of(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

/// A JSON value as an argument.
std::string argument_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& element : value) text += (text.empty() ? "" : ",") + argument_text(element);
  return text;
}

/// The words that give a switch this value.
std::string switch_word(const std::string& name, const std::string& text,
                        const std::string& where) {
  if (text == "true") return "--" + name;
  if (text == "false") return "--no-" + name;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: --{}: found '{:.60}', want true or false", where, name, text));
}

/// Throws Error: kIo, kBadInput.
Json read_config(const std::string& path) {
  constexpr std::int64_t kMostBytes =
      std::int64_t{64} * 1024 * 1024;  // the run.json of many epochs
  std::string why = "a JSON list or value";
  Json document = parse_json(read_file(path, kMostBytes), &why);
  if (!document.is_object()) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: {}; want a JSON object of options", path, why));
  }
  return document;
}

/// What run.json says beside the options, and options that are the default there.
bool only_informs(const std::string& key, const Json& value) {
  static const std::vector<std::string> names = {
      "lenet",   "started",   "images",       "input_shape",   "simd",        "result", "diverged",
      "changed", kDataSha256, kWeightsSha256, "normalization", "class_names", kNetwork};
  const bool usual = key == "weights" && value == "";
  return usual || std::ranges::find(names, key) != names.end();
}

}  // namespace

void declare(const Command& command, LayeredOptions& options) {
  declare(command, options.given);
  command.option("--recipe", &options.recipe, "Options to start from: chapter, fast or best")
      .check(one_of(recipe_names()));
  command
      .option("--config", &options.config,
              "JSON file of options, such as the run.json of a run; those given here win")
      .check(given_path());
}

LayeredResult layered(const Command& command, const LayeredOptions& options) {
  LayeredResult result{.options = {}, .given = Json::object()};
  TrainOptions& o = result.options;
  o.usual_batch_size = true;
  const auto look_for_batch_size = [&](const Json& given) {
    if (given.contains("batch_size")) o.usual_batch_size = false;
  };
  if (!options.recipe.empty()) read_options(recipe(options.recipe), "recipe " + options.recipe, o);
  if (!options.config.empty()) {
    const Json file = read_config(options.config);
    const bool is_record = file.contains("lenet");  // of all options, most of which nobody gave
    read_options(is_record ? run_options(file) : file, options.config, o);
    if (!is_record) look_for_batch_size(file);
    if (!is_record) result.given = unread(file, o);
  }
  const Json on_command_line = given_options(command);
  read_options(on_command_line, "command line", o);
  look_for_batch_size(on_command_line);
  result.given.update(on_command_line);
  return result;
}

std::string option_name(std::string key) {
  std::ranges::replace(key, '_', '-');
  return key;
}

Json options_document(const TrainOptions& o) {
  Json document = {{"data", data_path(o.common)},
                   {"model", o.model.value_or(kUsualModel)},
                   {"weights", o.weights},
                   {"epochs", o.epochs},
                   {"batch_size", o.batch_size},
                   {"lr", o.lr},
                   {"seed", o.seed},
                   {"shuffle", o.shuffle},
                   {"threads", o.common.threads},
                   {"device", o.common.device},
                   {"optimizer", o.optimizer},
                   {"momentum", o.momentum},
                   {"dampening", o.dampening},
                   {"nesterov", o.nesterov},
                   {"weight_decay", o.weight_decay},
                   {"betas", o.betas},
                   {"eps", o.eps},
                   {"clip_norm", o.clip_norm},
                   {"ema", o.ema},
                   {"on_nan", o.on_nan},
                   {"schedule", o.schedule},
                   {"warmup", o.warmup},
                   {"step_epochs", o.step_epochs},
                   {"gamma", o.gamma},
                   {"min_lr", o.min_lr},
                   {"pct_start", o.pct_start},
                   {"div_factor", o.div_factor},
                   {"final_div_factor", o.final_div_factor},
                   {"anneal", o.anneal},
                   {"label_smoothing", o.label_smoothing},
                   {"augment", o.augment},
                   {"normalize", o.normalize},
                   {"holdout", o.holdout},
                   {"keep_best", o.keep_best},
                   {"patience", o.patience}};
  if (o.weights_by != TrainOptions().weights_by) document["weights_by"] = o.weights_by;
  if (o.new_head) document["new_head"] = true;
  if (!o.freeze.empty()) document["freeze"] = o.freeze;
  if (o.max_steps) document["max_steps"] = *o.max_steps;
  if (!o.common.size.empty()) document["size"] = o.common.size;
  if (o.common.test_split != 0) document["test_split"] = o.common.test_split;
  if (!o.common.split.empty()) document["split"] = o.common.split;
  if (o.common.transpose) document["transpose"] = true;
  if (o.common.skip_broken) document["skip_broken"] = true;
  return document;
}

void read_options(const Json& document, const std::string& where, TrainOptions& options) {
  const Command all;
  declare(all, options);
  std::vector<std::string> words;
  for (const auto& [key, value] : document.items()) {
    if (key == "threads" && value == 0) continue;  // all CPUs, which no number says
    const std::string name = option_name(key), text = argument_text(value);
    const Argument* option = all.find("--" + name);
    if (!option) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: --{}: no such option{}, see lenet train --help", where, name,
                              all.likely("--" + name)));
    }
    if (option->value.empty()) {
      words.push_back(switch_word(name, text, where));
    } else if (text.empty()) {  // "--name=" would take what follows for its value
      words.insert(words.end(), {"--" + name, text});
    } else {
      words.push_back("--" + name + "=" + text);
    }
  }
  try {
    all.parse(words);
  } catch (const Error& e) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: {}", where, e.what()));
  }
}

Json run_options(const Json& run) {
  Json options = Json::object();
  for (const auto& [key, value] : run.items()) {
    if (!only_informs(key, value)) options[key] = value;
  }
  return options;
}

Json given_options(const Command& command) {
  TrainOptions ignored;
  const Command known;
  declare(known, ignored);
  Json given = Json::object();
  for (const auto& [name, values] : command.given()) {
    if (known.find("--" + name)) given[key_of(name)] = values;
  }
  return given;
}

}  // namespace lenet::cli
