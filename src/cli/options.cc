#include "cli/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/require.h"
#include "base/text.h"
#include "run/option_checks.h"
#include "run/recipes.h"

namespace lenet::cli {

using Json = nlohmann::ordered_json;

Option declare(const Command& command, const RunOption& o) {
  const std::string name = std::string("--") + o.name;
  if (o.value.flag) {
    return o.only_on ? command.flag(name, *o.value.flag, o.help)
                     : command.switch_flag(fmt::format("{},!--no-{}", name, o.name), *o.value.flag,
                                           o.help);
  }
  Option option = command.option(name, o.value, o.help);
  if (o.check) option.check(o.check);
  if (o.commas) option.split_at_commas();
  if (*o.default_text) return option.default_text(o.default_text);
  return o.show_default ? option.show_default() : option;
}

void declare(const Command& command, ConfiguredOptions& options,
             const std::vector<std::string>& names) {
  const auto named = [&](const RunOption& o) {
    return names.empty() || std::ranges::find(names, o.name) != names.end();
  };
  const std::vector<RunOption> table = option_table(options.given);
  for (const std::string& group : option_groups()) {
    command.group(group);
    for (const RunOption& o : table) {
      if (o.group == group && named(o)) declare(command, o);
    }
  }
  command.option("--recipe", &options.recipe, "Options to start from: " + choice_of(recipe_names()))
      .check(one_of(recipe_names()));
  command
      .option("--config", &options.config,
              "JSON file of options, such as the run.json of a run; those given here win")
      .check(given_path());
}

Json given_options(const Command& command) {
  RunOptions unused;
  const std::vector<RunOption> table = option_table(unused);
  Json given = Json::object();
  for (const auto& [name, words] : command.given()) {
    const bool is_known = std::ranges::find(table, name, &RunOption::name) != table.end();
    if (is_known) given[option_key(name)] = words;
  }
  return given;
}

void add_data_options(const Command& command, DataOptions& options) {
  for (const RunOption& o : data_table(options, "")) {
    if (o.name != std::string("data")) declare(command, o);
  }
}

void add_data(const Command& command, DataOptions& options, const std::string& otherwise) {
  for (const RunOption& o : data_table(options, otherwise)) declare(command, o);
}

void add_model(const Command& command, ModelOptions& options) {
  command
      .option("MODEL", &options.path,
              "Saved model (model.safetensors), ONNX file, or the folder of a run")
      .required();
  const Option network =
      command.option("--model", &options.network,
                     "The network of a file of weights alone: preset, text file or model text");
  command
      .option("--input", &options.input,
              "Shape of an image, beside --model. Default: that of the file or of the data, else "
              "1x28x28")
      .needs(network);
  declare(command, weights_by_option(&options.weights_by)).needs(network);
}

void add_threads(const Command& command, int& threads) {
  declare(command, threads_option(&threads));
}

void add_device(const Command& command, std::string& device) {
  declare(command, device_option(&device));
}

void add_json(const Command& command, bool& json) {
  command.flag("--json", json, "Print one JSON document");
}

void add_plot_option(const Command& command, TerminalPlot& plot) {
  command
      .option("--plot", value_of_word(kPlots, &plot),
              "What the curves are drawn of in a terminal: auto (braille, blocks or letters, by "
              "terminal and locale), braille, block, ascii or none")
      .check(one_of(words_of(kPlots)))
      .show_default();
}

void require_other_file(const std::string& out, const std::filesystem::path& in) {
  std::error_code ignored;
  if (!std::filesystem::equivalent(out, in, ignored)) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: the file that is read; want another name for what is written", out));
}

namespace {

/// Whether the file is the data, or in its folder.
bool is_of_data(const std::filesystem::path& file, const DataOptions& data) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (data.path.empty() || !fs::exists(file, ignored)) return false;
  const fs::path below = fs::weakly_canonical(file, ignored)
                             .lexically_relative(fs::weakly_canonical(data.path, ignored));
  return !below.empty() && *below.begin() != "..";
}

}  // namespace

void require_output(const std::string& option, const std::string& path,
                    const std::vector<std::string>& endings, const FilesRead& read) {
  const std::string ending = lower_case(std::filesystem::path(path).extension().string());
  require(
      std::ranges::find(endings, ending) != endings.end(),
      fmt::format("{} {}: want a name that ends in {}", option, path, fmt::join(endings, " or ")));
  require(!is_of_data(path, read.data),
          fmt::format("{} {}: a file of the data; want another name", option, path));
  for (const std::filesystem::path& file : read.files) require_other_file(path, file);
}

}  // namespace lenet::cli
