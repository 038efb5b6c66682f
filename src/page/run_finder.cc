#include "page/run_finder.h"

#include <optional>

#include "lenet/error.h"
#include "page/folder_run.h"
#include "page/sweep_run.h"
#include "run/out_folder.h"
#include "run/sweep_folder.h"

namespace lenet {

std::vector<std::unique_ptr<PageRun>> RunFinder::find() {
  std::vector<std::unique_ptr<PageRun>> runs;
  std::optional<Error> first;
  std::size_t read = 0;
  for (const std::filesystem::path& root : roots_) {
    try {
      holds_sweep(root) ? find_results(root, runs) : find_below(root, runs);
      ++read;
    } catch (const Error& e) {
      if (!first) first = e;
      if (roots_.size() > 1 && told_.insert(e.what()).second) note_(e.what());
    }
  }
  if (read == 0 && first) throw *first;
  return runs;
}

void RunFinder::find_below(const std::filesystem::path& root,
                           std::vector<std::unique_ptr<PageRun>>& runs) {
  for (const std::filesystem::path& folder : lenet::find_runs(root)) {
    if (known_.insert(folder).second) runs.push_back(std::make_unique<FolderRun>(folder));
  }
}

void RunFinder::find_results(const std::filesystem::path& sweep,
                             std::vector<std::unique_ptr<PageRun>>& runs) {
  std::set<std::int64_t>& known = results_[sweep];
  for (const auto& [number, result] : read_sweep(sweep)) {
    if (known.insert(number).second)
      runs.push_back(std::make_unique<SweepRun>(sweep, number, result));
  }
}

}  // namespace lenet
