#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/train_config.h"
#include "cli/training_run.h"
#include "lenet/error.h"
#include "lenet/simd.h"
#include "run/json_document.h"
#include "run/run_folder.h"

namespace lenet::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct ReproduceCommand {
  std::string folder, out;
  bool force = false;
  CommonOptions common;
};

constexpr std::int64_t kMostBytes = 1 << 30;

/// run.json of a run that has ended.
Json read_run(const fs::path& folder) {
  const fs::path file = folder / "run.json";
  Json run = parse_json(read_file(file, kMostBytes));
  if (!run.is_object() || !run.contains("result") || !run["result"].contains("sha256")) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: want the record of a run that has ended, with the SHA-256 of its "
                            "weights; a run that was stopped goes on with lenet train --resume",
                            file.string()));
  }
  return run;
}

struct Comparison {
  std::string what, before, now;
  bool same() const { return before == now; }
};

/// The text of a value; "nothing" if there is none of that name.
std::string text_of(const Json& object, const std::string& name) {
  if (!object.contains(name)) return "nothing";
  return object[name].is_string() ? object[name].get<std::string>() : object[name].dump();
}

std::vector<Comparison> compare(const Json& before, const Json& now, const fs::path& then_folder,
                                const fs::path& now_folder) {
  std::vector<Comparison> all;
  for (const char* weights : {"sha256", "averaged_sha256"}) {
    if (!before.contains(weights) && !now.contains(weights)) continue;
    all.push_back({weights == std::string("sha256") ? "weights" : "averaged weights",
                   text_of(before, weights), text_of(now, weights)});
  }
  for (const char* figure : {"loss", "train_acc", "test_acc", "holdout_acc", "averaged_acc",
                             "best_epoch", "early_stop"}) {
    if (!before.contains(figure) && !now.contains(figure)) continue;
    all.push_back({figure, text_of(before, figure), text_of(now, figure)});
  }
  all.push_back({"epochs", text_of(before, "epochs"), text_of(now, "epochs")});
  all.push_back({"metrics.jsonl", read_file(then_folder / "metrics.jsonl", kMostBytes),
                 read_file(now_folder / "metrics.jsonl", kMostBytes)});
  return all;
}

/// What the two runs do not share and could be the reason.
std::vector<std::string> differences(const Json& run) {
  std::vector<std::string> all;
  if (const std::string version = text_of(run, "lenet"); version != LENET_VERSION) {
    all.push_back(fmt::format("it was made by lenet {}, this is {}", version, LENET_VERSION));
  }
  if (const std::string simd = text_of(run, "simd"); simd != simd_target()) {
    all.push_back(fmt::format("its SIMD target was {}, this one is {}", simd, simd_target()));
  }
  if (run.contains("changed")) {
    all.push_back(fmt::format("options were changed while it ran: {}", run["changed"].dump()));
  }
  return all;
}

void print_comparison(const std::vector<Comparison>& all) {
  const auto is_short = [](const std::string& text) {
    return text.size() <= 64 && text.find('\n') == std::string::npos;
  };
  for (const Comparison& c : all) {
    std::string values;
    if (is_short(c.before) && is_short(c.now)) {
      values = c.same() ? c.before : fmt::format("{}, now {}", c.before, c.now);
    }
    fmt::print("{:<17}  {:<7}  {}\n", c.what, c.same() ? "same" : "differs", values);
  }
}

void run_reproduce(const ReproduceCommand& c) {
  const fs::path folder = folder_of_run(c.folder);
  const Json run = read_run(folder);
  RunRequest request;
  request.out = c.out.empty() ? folder.string() + "-reproduced" : c.out;
  request.force = c.force;
  request.announce = false;
  request.record = &run;
  read_options(run_options(run), (folder / "run.json").string(), request.options);
  request.options.common.threads = c.common.threads;
  if (!c.common.path.empty()) request.options.common.path = c.common.path;
  const RunOutcome outcome = train_run(request);
  const std::vector<Comparison> all =
      compare(run["result"], outcome.result, folder, outcome.folder);
  const bool same = std::ranges::all_of(all, &Comparison::same);
  if (c.common.json) {
    Json document = {{"same", same}, {"out", outcome.folder.string()}};
    for (const Comparison& x : all) document["compared"][x.what] = x.same();
    fmt::print("{}", json_text(document));
  } else {
    print_comparison(all);
  }
  if (same) return;
  const std::vector<std::string> reasons = differences(run);
  throw Error(ErrorKind::kFailed,
              fmt::format("{} is not what {} holds{}{}", outcome.folder.string(), folder.string(),
                          reasons.empty() ? "" : ": ", fmt::join(reasons, "; ")));
}

}  // namespace

void add_reproduce(const Command& app) {
  auto c = std::make_shared<ReproduceCommand>();
  const Command command = app.add_command(
      "reproduce", "Repeat a run from its run.json, and compare weights and metrics");
  command.option("RUN", &c->folder, "Folder of a run that has ended")
      .required()
      .check(given_path());
  command.option("--out", &c->out, "Folder of the new run. Default: RUN-reproduced")
      .check(given_path());
  command.flag("--force", c->force, "Take an --out that holds a run already");
  command
      .option("--data", &c->common.path,
              "Where the data of the run lies now. Default: where it lay then")
      .check(given_path());
  add_threads(command, c->common.threads);
  add_json(command, c->common.json);
  command.runs([c] { run_reproduce(*c); });
}

}  // namespace lenet::cli
