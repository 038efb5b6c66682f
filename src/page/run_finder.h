// The runs below some folders, as they come.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lenet/load_data.h"
#include "page/page_run.h"

namespace lenet {

class RunFinder {
 public:
  /// Folders of runs, of sweeps, or of folders of runs. note: takes why one of them cannot be read,
  /// once.
  RunFinder(std::vector<std::filesystem::path> roots, Note note)
      : roots_(std::move(roots)), note_(std::move(note)) {}

  /// Those that it has not found before, the results of sweeps among them. Throws the Error of the
  /// first root if none of them can be read.
  std::vector<std::unique_ptr<PageRun>> find();

 private:
  void find_below(const std::filesystem::path& root, std::vector<std::unique_ptr<PageRun>>& runs);
  void find_results(const std::filesystem::path& sweep,
                    std::vector<std::unique_ptr<PageRun>>& runs);

  std::vector<std::filesystem::path> roots_;
  Note note_;
  std::set<std::string> told_;
  std::set<std::filesystem::path> known_;
  std::map<std::filesystem::path, std::set<std::int64_t>> results_;  ///< of each sweep
};

}  // namespace lenet
