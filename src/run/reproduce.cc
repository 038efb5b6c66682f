#include "run/reproduce.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "lenet/error.h"
#include "lenet/simd.h"
#include "run/json_document.h"
#include "run/metric_keys.h"
#include "run/run_folder.h"
#include "run/run_options.h"
#include "run/run_request.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostRunBytes = 1 << 30;

/// run.json of a run that has ended.
Json read_run(const fs::path& folder) {
  const fs::path file = folder / "run.json";
  Json run = parse_json(read_file(file, kMostRunBytes));
  if (!run.is_object() || !run.contains("result") || !run["result"].contains("sha256")) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: want the record of a run that has ended, with the SHA-256 of its "
                            "weights; a run that was stopped goes on with lenet train --resume",
                            file.string()));
  }
  return run;
}

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
  std::vector<std::string> figures = {"loss"};
  figures.insert(figures.end(), metric_keys().begin(), metric_keys().end());
  figures.insert(figures.end(), {"best_epoch", "early_stop"});
  for (const std::string& figure : figures) {
    if (!before.contains(figure) && !now.contains(figure)) continue;
    all.push_back({figure, text_of(before, figure), text_of(now, figure)});
  }
  all.push_back({"epochs", text_of(before, "epochs"), text_of(now, "epochs")});
  all.push_back({"metrics.jsonl", read_file(then_folder / "metrics.jsonl", kMostRunBytes),
                 read_file(now_folder / "metrics.jsonl", kMostRunBytes)});
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

}  // namespace

bool Reproduction::same() const { return std::ranges::all_of(compared, &Comparison::same); }

Reproduction reproduce_run(const fs::path& named, const std::string& data, int threads,
                           RunSettings settings) {
  const fs::path folder = folder_of_run(named);
  const Json run = read_run(folder);
  if (settings.out.empty()) settings.out = folder.string() + "-reproduced";
  RunRequest request{.options = {}, .settings = complete(settings), .record = &run};
  read_options(run_options(run), (folder / "run.json").string(), request.options);
  request.options.fit.threads = threads;
  if (!data.empty()) request.options.data.path = data;
  const TrainedRun again = train_run(request);
  Reproduction r{.folder = folder, .out = again.folder, .stopped = again.report.stopped};
  if (r.stopped) return r;
  r.compared = compare(run["result"], parse_json(again.result), folder, again.folder);
  r.reasons = differences(run);
  return r;
}

}  // namespace lenet
