#include "page/report.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/require.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/say.h"
#include "page/run_finder.h"
#include "run/run_folder.h"

namespace lenet::cli {
namespace {

struct ReportCommand {
  std::vector<std::string> folders;
  std::string out;
};

void run_command(const ReportCommand& c) {
  constexpr std::size_t kMost = 100;
  require_output("--out", c.out, {".html"}, {});
  std::vector<std::filesystem::path> roots;
  for (const std::string& named : c.folders) roots.push_back(folder_of_run(named));
  std::vector<std::unique_ptr<PageRun>> runs = RunFinder(std::move(roots), say_note).find();
  require(!runs.empty(), fmt::format("{}: no run and no sweep in there", c.folders.front()));
  require(runs.size() <= kMost, fmt::format("{} runs: a report has room for {}; lenet board shows "
                                            "any number",
                                            runs.size(), kMost));
  write_file(c.out, report_html(runs, say_note));
}

}  // namespace

void add_report(const Command& app) {
  auto c = std::make_shared<ReportCommand>();
  const Command command =
      app.add_command("report", "Write what lenet board shows of runs into one HTML file");
  command.option("RUNS", &c->folders, "Folders of runs, of sweeps, or of folders of runs")
      .required();
  command.option("-o,--out", &c->out, "The file").check(given_path()).required();
  command.runs([c] { run_command(*c); });
}

}  // namespace lenet::cli
