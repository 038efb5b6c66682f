#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/number_text.h"
#include "base/require.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "plot/text.h"
#include "run/json_document.h"
#include "run/metric_keys.h"
#include "run/option_table.h"
#include "run/run_folder.h"
#include "run/run_history.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct RunsCommand {
  std::string folder = "runs";
  std::string sort = "started";
  bool reverse = false, json = false;
  std::vector<std::string> filters;
};

/// What is said of a run, under the names by which it is sorted and filtered; its options last.
Json document_of(const RunHistory& run) {
  Json document = {{"folder", run.folder.string()},
                   {"name", run.name},
                   {"started", run.started},
                   {"network", run.model},
                   {"data", run.data},
                   {"epochs", run.epochs},
                   {"epochs_done", run.epochs_done},
                   {"metric", metric_key("test", *run.metric)},
                   {"best", json_of(run.best)},
                   {"last", json_of(run.last)},
                   {"seconds", json_of(run.seconds)},
                   {"state", to_string(run.state)}};
  if (!run.note.empty()) document["note"] = run.note;
  if (!run.why.empty()) document["why"] = run.why;
  document["options"] = run.options;
  return document;
}

/// The value of a column or an option; null if there is none.
Json value_in(const Json& document, const std::string& key) {
  const Json& options = document.at("options");
  const std::string own = option_key(key);
  if (document.contains(own) && own != "options") return document.at(own);
  return options.contains(own) ? options.at(own) : Json();
}

std::string word_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Whether a text is a pattern's, in which * stands for any characters.
bool matches(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == pattern.npos) return pattern == text;
  const std::string_view before = pattern.substr(0, star), after = pattern.substr(star + 1);
  if (!text.starts_with(before)) return false;
  for (std::size_t i = before.size(); i <= text.size(); ++i) {
    if (matches(after, text.substr(i))) return true;
  }
  return false;
}

/// KEY=VALUE, where the value may have a few *.
struct Filter {
  std::string key, value;

  explicit Filter(const std::string& text) {
    const std::size_t equals = text.find('=');
    require(equals != text.npos && equals > 0,
            fmt::format("--filter {}: want KEY=VALUE, as in state=finished or lr=0.1", text));
    key = text.substr(0, equals);
    value = text.substr(equals + 1);
    require(std::ranges::count(value, '*') <= 3,
            fmt::format("--filter {}: want at most three *", text));
  }

  bool takes(const Json& document) const {
    const Json found = value_in(document, key);
    if (found.is_null()) return false;
    const std::optional<double> number = number_in<double>(value);
    return found.is_number() && number ? found.get<double>() == *number
                                       : matches(value, word_of(found));
  }
};

/// What a value is sorted by: numbers by size and in front, all else by its letters.
struct SortKey {
  int kind = 2;  ///< 0: a number, 1: a text, 2: nothing, which comes last whatever the direction
  double number = 0;
  std::string text = {};
  std::string metric = {};  ///< of a figure: figures of different metrics are not compared

  SortKey(const Json& run, const std::string& key) {
    const Json value = value_in(run, key);
    if (key == "best" || key == "last") metric = run.at("metric");
    if (value.is_null()) return;
    kind = value.is_number() ? 0 : 1;
    if (value.is_number()) number = value.get<double>();
    if (!value.is_number()) text = word_of(value);
  }
};

void sort(const RunsCommand& c, std::vector<Json>& runs) {
  std::vector<std::pair<SortKey, std::size_t>> keys;
  for (std::size_t i = 0; i < runs.size(); ++i) keys.emplace_back(SortKey(runs[i], c.sort), i);
  std::ranges::stable_sort(keys, [&](const auto& a, const auto& b) {
    const SortKey &x = a.first, &y = b.first;
    if (x.metric != y.metric) return x.metric < y.metric;
    if (x.kind != y.kind) return x.kind < y.kind;
    const bool falls = (!x.metric.empty() && larger_is_better(x.metric)) != c.reverse;
    const auto below = [](const SortKey& p, const SortKey& q) {
      return std::tie(p.number, p.text) < std::tie(q.number, q.text);
    };
    return falls ? below(y, x) : below(x, y);
  });
  std::vector<Json> sorted;
  for (const auto& [key, i] : keys) sorted.push_back(std::move(runs[i]));
  runs = std::move(sorted);
}

/// A column or an option of one run at least.
void require_known(const std::string& option, const std::string& key,
                   const std::vector<Json>& runs) {
  const auto has = [&](const Json& run) {
    const std::string own = option_key(key);
    return (run.contains(own) && own != "options") || run.at("options").contains(own) ||
           own == "note" || own == "why";
  };
  require(runs.empty() || std::ranges::any_of(runs, has),
          fmt::format("{} {}: neither a column nor an option of these runs", option, key));
}

/// A run in a table. folder: beside which the runs lie.
std::vector<std::string> row_of(const Json& run, const std::filesystem::path& folder) {
  const auto figure = [&](const char* key) {
    return run.at(key).is_null() ? "-" : fmt::format("{:.4f}", run.at(key).get<double>());
  };
  std::string when = run.at("started");
  if (when.size() == 20) when = when.substr(0, 10) + " " + when.substr(11, 5);
  const std::filesystem::path path = run.at("folder").get<std::string>();
  const std::string name = run.at("name");
  return {printable(path == folder ? path.string() : path.lexically_relative(folder).string()),
          name == path.filename() ? "" : printable(name),
          printable(when),
          printable(run.at("network")),
          printable(run.at("data")),
          fmt::format("{:.0f}/{}", std::floor(run.at("epochs_done").get<double>()),
                      run.at("epochs").get<std::int64_t>()),
          figure("best"),
          figure("last"),
          run.at("state"),
          printable(run.contains("why") ? run.at("why") : run.value("note", Json("")))};
}

void print(const std::vector<Json>& runs, const std::filesystem::path& folder) {
  constexpr int kMost[] = {40, 24, 16, 24, 24, 11, 8, 8, 13, 60};
  std::vector<std::vector<std::string>> rows = {{"folder", "name", "started (UTC)", "network",
                                                 "data", "epochs", "best", "last", "state",
                                                 "note"}};
  for (const Json& run : runs) rows.push_back(row_of(run, folder));
  std::vector<int> widths(std::size(kMost));
  std::vector<bool> used(std::size(kMost));  // a column without a word is left out
  for (auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      used[i] = used[i] || (&row != &rows.front() && !row[i].empty());
      const auto all = static_cast<int>(row[i].size());
      row[i] = cut_to_width(row[i], kMost[i]);
      if (static_cast<int>(row[i].size()) < all) row[i] += "…";
      widths[i] = std::max(widths[i], terminal_width(row[i]));
    }
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!used[i]) continue;
      line += row[i] +
              std::string(static_cast<std::size_t>(widths[i] - terminal_width(row[i]) + 2), ' ');
    }
    line.resize(line.find_last_not_of(' ') + 1);
    fmt::print("{}\n", line);
  }
}

void run_command(const RunsCommand& c) {
  const std::vector<Filter> filters(c.filters.begin(), c.filters.end());
  const std::filesystem::path root = folder_of_run(c.folder);
  std::vector<Json> runs;
  for (const std::filesystem::path& folder : find_runs(root)) {
    runs.push_back(document_of(read_run_summary(folder)));
  }
  require_known("--sort", c.sort, runs);
  for (const Filter& f : filters) require_known("--filter", f.key, runs);
  std::erase_if(runs, [&](const Json& run) {
    return !std::ranges::all_of(filters, [&](const Filter& f) { return f.takes(run); });
  });
  sort(c, runs);
  if (c.json) {
    fmt::print("{}", json_text(Json(runs)));
  } else if (runs.empty()) {
    fmt::print("no runs{} in {}\n", filters.empty() ? "" : " that --filter takes",
               printable(c.folder));
  } else {
    print(runs, root);
  }
}

}  // namespace

void add_runs(const Command& app) {
  auto c = std::make_shared<RunsCommand>();
  const Command command = app.add_command("runs", "List the runs of a folder");
  command.option("FOLDER", &c->folder, "Where they are, at most four folders deep")
      .check(given_path())
      .show_default();
  command
      .option("--sort", &c->sort,
              "A column (name, started, network, data, epochs, best, last, seconds, state) or an "
              "option of train, as lr; of best and last the best first")
      .show_default();
  command.flag("--reverse", c->reverse, "The other way round");
  command
      .option("--filter", &c->filters,
              "KEY=VALUE: those alone where a column or an option has this value, in which * "
              "stands for any characters; again for another one")
      .one_at_a_time();
  add_json(command, c->json);
  command.runs([c] { run_command(*c); });
}

}  // namespace lenet::cli
