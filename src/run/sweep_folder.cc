#include "run/sweep_folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "lenet/error.h"
#include "run/json_document.h"
#include "run/out_folder.h"
#include "run/record_keys.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostSweepBytes = std::int64_t{256} * 1024 * 1024;

const fs::path& without_run(const fs::path& path) {
  if (!holds_run(path)) return path;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: holds a run; choose another --out for the sweep", path.string()));
}

/// Whether it is of one of so many runs, and says what that was given.
bool is_result(const Json& line, std::int64_t runs) {
  if (!line.is_object() || !line.contains("run") || !line["run"].is_number_integer()) return false;
  const auto options = line.find("options");
  if (line.contains("error") && !line["error"].is_string()) return false;
  return line["run"] >= 0 && line["run"] < runs && options != line.end() && options->is_object() &&
         std::ranges::all_of(*options, [](const Json& value) { return value.is_string(); });
}

/// The lines of runs.jsonl, for a sweep of so many runs.
std::map<std::int64_t, Json> results_in(const fs::path& folder, std::int64_t runs) {
  std::map<std::int64_t, Json> results;
  const fs::path file = folder / "runs.jsonl";
  std::error_code error;
  if (!fs::exists(file, error)) return results;
  const std::string text = read_file(file, kMostSweepBytes);
  for (std::size_t first = 0; first < text.size();) {
    const std::size_t end = text.find('\n', first);
    if (end == std::string::npos) break;  // cut off while it was written
    const Json line = parse_json(text.substr(first, end - first));
    if (!is_result(line, runs)) {
      throw Error(ErrorKind::kBadInput,
                  fmt::format("{}: a line that is no result of this sweep: {:.80}", file.string(),
                              text.substr(first, end - first)));
    }
    results[line["run"].get<std::int64_t>()] = line;
    first = end + 1;
  }
  return results;
}

}  // namespace

SweepFolder::SweepFolder(const fs::path& path, const Json& plan)
    : path_(without_run(path)), folder_(path_), lock_(path_), plan_(plan) {
  if (!holds_sweep(path)) return;
  plan_ = parse_json(read_file(path / kSweepFile, kMostSweepBytes));
  Json held = plan_;
  if (held.is_object()) held.erase(kDataSha256);
  if (nlohmann::json(held) != nlohmann::json(plan)) {  // in any order
    throw Error(ErrorKind::kUsage, fmt::format("{} holds another sweep: give the options of that "
                                               "one, or another --out",
                                               path.string()));
  }
  results_ = results_in(path, std::ssize(plan["runs"]));
}

void SweepFolder::begin(const std::string& sha256) {
  if (plan_.value(kDataSha256, Json(sha256)) != sha256 && !results_.empty()) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: the data is not that of the runs that have ended; want the same "
                            "data, or another --out",
                            path_.string()));
  }
  plan_[kDataSha256] = sha256;
  write_file(path_ / kSweepFile, json_text(plan_));
  std::string lines;
  for (const auto& [run, result] : results_) lines += result.dump() + '\n';
  file_.emplace(path_ / "runs.jsonl", lines);
}

std::map<std::int64_t, Json> read_sweep(const fs::path& folder) {
  const Json plan = parse_json(read_file(folder / kSweepFile, kMostSweepBytes));
  const bool good = plan.is_object() && plan.contains("runs") && plan["runs"].is_array();
  if (!good) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: no plan of a sweep", (folder / kSweepFile).string()));
  }
  return results_in(folder, std::ssize(plan["runs"]));
}

void SweepFolder::add(std::int64_t run, const Json& result) {
  Json line = {{"run", run}};
  line.update(result);
  file_->add(line.dump() + '\n');
  results_[run] = line;
}

}  // namespace lenet
