#include "run/sweep_folder.h"

#include <fmt/format.h>

#include "lenet/error.h"
#include "run/json_document.h"
#include "run/out_folder.h"
#include "run/record_keys.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostSweepBytes = std::int64_t{256} * 1024 * 1024;

const fs::path& without_run(const fs::path& path) {
  if (!holds_run(path)) return path;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: holds a run; choose another --out for the sweep", path.string()));
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
  read_results(std::ssize(plan["runs"]));
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

void SweepFolder::read_results(std::int64_t runs) {
  std::error_code error;
  if (!fs::exists(path_ / "runs.jsonl", error)) return;
  const std::string text = read_file(path_ / "runs.jsonl", kMostSweepBytes);
  for (std::size_t first = 0; first < text.size();) {
    const std::size_t end = text.find('\n', first);
    if (end == std::string::npos) break;  // cut off while it was written
    const Json line = parse_json(text.substr(first, end - first));
    const bool good = line.is_object() && line.contains("run") && line["run"].is_number_integer() &&
                      line["run"] >= 0 && line["run"] < runs;
    if (!good) {
      throw Error(ErrorKind::kBadInput,
                  fmt::format("{}: a line that is no result of this sweep: {:.80}",
                              (path_ / "runs.jsonl").string(), text.substr(first, end - first)));
    }
    results_[line["run"].get<std::int64_t>()] = line;
    first = end + 1;
  }
}

void SweepFolder::add(std::int64_t run, const Json& result) {
  Json line = {{"run", run}};
  line.update(result);
  file_->add(line.dump() + '\n');
  results_[run] = line;
}

}  // namespace lenet
