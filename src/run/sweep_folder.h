// The folder of a sweep: what was asked, and what is done so far.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/file.h"
#include "run/out_folder.h"
#include "run/run_lock.h"

namespace lenet {

/// sweep.json says which runs there are; runs.jsonl gets a line as each one ends. A sweep started
/// again in its folder finds there what is done; a last line that is not whole does not count.
class SweepFolder {
 public:
  using Json = nlohmann::ordered_json;

  /// Writes nothing yet, and leaves no folder that is empty. plan: {"options": ..., "runs": [...]}.
  /// Throws Error: kUsage if the folder holds another sweep or a run, or another process writes
  /// there, kIo, kBadInput.
  SweepFolder(const std::filesystem::path& path, const Json& plan);

  /// Writes the plan and the results so far, for runs that train on the data of this data_sha256().
  /// Throws Error (kBadInput) if those that have ended did on other data, kIo.
  void begin(const std::string& sha256);

  /// Results by run.
  const std::map<std::int64_t, Json>& results() const { return results_; }

  void add(std::int64_t run, const Json& result);  ///< Once begun. Throws Error (kIo).

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  NewFolder folder_;
  RunLock lock_;
  Json plan_;  ///< sweep.json
  std::map<std::int64_t, Json> results_;
  std::optional<LineFile> file_;  ///< runs.jsonl
};

/// The results of a sweep so far, by run, which may go on meanwhile. Throws Error: kIo, kBadInput
/// for a folder that holds none.
std::map<std::int64_t, nlohmann::ordered_json> read_sweep(const std::filesystem::path& folder);

}  // namespace lenet
