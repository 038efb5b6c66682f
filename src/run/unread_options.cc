#include "run/unread_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lenet/error.h"
#include "run/option_table.h"
#include "run/run_options.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

/// What keeps the option of this key from being read, if anything does.
std::optional<OptionReader> missing_reader(const std::string& key,
                                           const std::vector<RunOption>& table,
                                           const RunOptions& options) {
  const auto option = std::ranges::find(table, option_name(key), &RunOption::name);
  if (option == table.end()) return {};
  const auto reads = [&](const OptionReader& r) { return r.reads(options); };
  const auto found = std::ranges::find_if_not(option->readers, reads);
  return found == option->readers.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

Json unread(const Json& given, const RunOptions& options) {
  RunOptions copy = options;
  const std::vector<RunOption> table = option_table(copy);
  Json left = Json::object();
  for (const auto& [key, value] : given.items()) {
    if (missing_reader(key, table, options)) left[key] = value;
  }
  return left;
}

void require_read(const Json& given, const RunOptions& options) {
  const Json left = unread(given, options);
  if (left.empty()) return;
  const std::string name = option_name(left.begin().key());
  RunOptions copy = options;
  const OptionReader reader = *missing_reader(name, option_table(copy), options);
  const Json value = options_document(options)[option_key(reader.option)];
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  const std::string found = text.empty() ? fmt::format("without --{}", reader.option)
                                         : fmt::format("with --{} {}", reader.option, text);
  throw Error(ErrorKind::kUsage,
              fmt::format("--{0}: no effect {1}; want --{2} {3}, or leave --{0} out", name, found,
                          reader.option, reader.wanted));
}

}  // namespace lenet
