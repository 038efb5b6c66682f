#include "run/run_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/closest.h"
#include "lenet/error.h"
#include "lenet/split.h"
#include "run/data_options.h"
#include "run/option_table.h"
#include "run/record_keys.h"
#include "train/fit_options.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;
using Words = OptionValue::Words;

/// A JSON value in the words of the command line.
Words words_in(const Json& value) {
  if (value.is_string()) return {value.get<std::string>()};
  if (!value.is_array()) return {value.dump()};
  Words words;
  for (const Json& element : value) {
    const Words more = words_in(element);
    words.insert(words.end(), more.begin(), more.end());
  }
  return words;
}

Words split_at_commas(const Words& words) {
  Words parts;
  for (const std::string& word : words) {
    for (std::size_t begin = 0; begin <= word.size();) {
      const std::size_t end = std::min(word.find(',', begin), word.size());
      parts.push_back(word.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return parts;
}

/// What is wrong with the words of an option; "" if nothing is.
std::string fault_in(const RunOption& option, const Words& words) {
  for (const std::string& word : words) {
    const std::string why = option.check ? option.check(word) : "";
    if (!why.empty()) return why;
  }
  if (option.value.read(words)) return "";
  return fmt::format("found '{:.60}', want {}", fmt::join(words, ","),
                     option.value.flag ? "true or false" : option.value.type);
}

void read_option(const RunOption& option, const Json& value, const std::string& where) {
  Words words = words_in(value);
  if (option.commas) {
    words = split_at_commas(words);
  } else if (words.size() > 1) {
    words = {fmt::format("{}", fmt::join(words, ","))};
  }
  const std::string why = fault_in(option, words);
  if (why.empty()) return;
  throw Error(ErrorKind::kUsage, fmt::format("{}: --{}: {}", where, option.name, why));
}

[[noreturn]] void refuse_name(const std::string& name, const std::vector<RunOption>& table,
                              const std::string& where) {
  std::vector<std::string> names;
  for (const RunOption& option : table) names.push_back(std::string("--") + option.name);
  const std::string likely = closest("--" + name, names);
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: --{}: no such option{}, see lenet train --help", where, name,
                          likely.empty() ? "" : fmt::format("; did you mean {}?", likely)));
}

/// What run.json says beside the options, and options that are the default there.
bool only_informs(const std::string& key, const Json& value) {
  static const std::vector<std::string> names = {
      "lenet",        "name",          "note",        "started", "images",    "input_shape",
      "simd",         "result",        "diverged",    "changed", kDataSha256, kWeightsSha256,
      kTeacherSha256, "normalization", "class_names", kNetwork};
  const bool usual = key == "weights" && value == "";
  return usual || std::ranges::find(names, key) != names.end();
}

/// The values of a table; with `all`, those too that are not set.
Json document_of(const std::vector<RunOption>& table) {
  Json document = Json::object();
  for (const RunOption& option : table) {
    const Json value = option.value.json();
    document[option_key(option.name)] = value.is_null() ? Json(option.default_text) : value;
  }
  return document;
}

/// That of options that nobody set.
const Json& usual_document() {
  static const Json document = [] {
    RunOptions usual;
    return document_of(option_table(usual));
  }();
  return document;
}

}  // namespace

Json options_document(const RunOptions& options) {
  RunOptions copy = options;
  copy.data.path = data_path(options.data);
  const std::vector<RunOption> table = option_table(copy);
  const Json all = document_of(table);
  Json document = Json::object(), set = Json::object();
  for (const RunOption& option : table) {
    const std::string key = option_key(option.name);
    if (!option.if_set) {
      document[key] = all[key];
    } else if (all[key] != usual_document()[key]) {
      set[key] = all[key];
    }
  }
  document.update(set);
  return document;
}

void read_options(const Json& document, const std::string& where, RunOptions& options) {
  const std::vector<RunOption> table = option_table(options);
  for (const auto& [key, value] : document.items()) {
    if (key == "threads" && value == 0) continue;  // all CPUs, which no number says
    const std::string name = option_name(key);
    const auto option = std::ranges::find(table, name, &RunOption::name);
    if (option == table.end()) refuse_name(name, table, where);
    read_option(*option, value, where);
  }
}

Json run_options(const Json& run) {
  Json options = Json::object();
  for (const auto& [key, value] : run.items()) {
    if (!only_informs(key, value)) options[key] = value;
  }
  return options;
}

bool fall_to_data(const Dataset& train, RunOptions& o) {
  if (!o.lower_batch_size) return false;
  const std::int64_t images =
      o.fit.holdout == 0 ? train.size()
                         : std::ssize(stratified_split(train, o.fit.holdout, o.fit.seed).train);
  if (o.fit.batch_size <= images) return false;
  o.fit.batch_size = images;
  return true;
}

bool settle_loss(const Dataset& train, RunOptions& o) {
  if (o.fit.loss || train.has_classes()) return false;
  const bool labels =
      std::ranges::all_of(train.rows().values, [](float t) { return t == 0 || t == 1; });
  o.fit.loss = labels ? LossFunction::kBce : LossFunction::kMse;
  return true;
}

std::string loss_text(const Dataset& train, LossFunction loss) {
  const std::int64_t width = train.outputs();
  const char* what = loss == LossFunction::kBce ? "label" : "number";
  return fmt::format("targets: {} {}{} an image, loss {}; --loss names another", width, what,
                     width == 1 ? "" : "s", to_string(loss));
}

FitOptions fit_options(const RunOptions& o) {
  FitOptions fit = o.fit;
  // What a card does not do is done on the CPU, unless a card is asked for.
  const bool cpu_alone = fit.augmentation.on_cpu() || !o.teacher.empty() ||
                         fit.optimizer.kind == Optimizer::Kind::kMuon;
  fit.device = o.device == "auto" && cpu_alone ? Device() : parse_device(o.device);
  check_options(fit);
  return fit;
}

}  // namespace lenet
