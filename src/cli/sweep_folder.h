// The folder of a sweep: what was asked, and what is done so far.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/file.h"
#include "cli/run_lock.h"

namespace lenet::cli {

/// sweep.json says which runs there are; runs.jsonl gets a line as each one ends. A sweep started
/// again in its folder finds there what is done; a last line that is not whole does not count.
class SweepFolder {
 public:
  using Json = nlohmann::ordered_json;

  /// plan: {"options": ..., "runs": [...]}. Throws Error: kUsage if the folder holds another sweep
  /// or another process writes there, kIo, kBadInput.
  SweepFolder(const std::filesystem::path& path, const Json& plan);

  /// Notes that the runs train on the data of this data_sha256(). Throws Error (kBadInput) if those
  /// that have ended did on other data, kIo.
  void set_data(const std::string& sha256);

  /// Results by run.
  const std::map<std::int64_t, Json>& results() const { return results_; }

  void add(std::int64_t run, const Json& result);  ///< Throws Error (kIo).

  const std::filesystem::path& path() const { return path_; }

 private:
  void read_results(std::int64_t runs);

  std::filesystem::path path_;
  RunLock lock_;
  Json plan_;  ///< sweep.json
  std::map<std::int64_t, Json> results_;
  std::optional<LineFile> file_;  ///< runs.jsonl
};

}  // namespace lenet::cli
