#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/require.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/page_options.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "lenet/error.h"
#include "page/run_finder.h"
#include "run/event_log.h"
#include "run/run_folder.h"
#include "run/run_history.h"

namespace lenet::cli {
namespace {

struct BoardCommand {
  std::vector<std::string> folders = {"runs"};
  bool open = false, tensorboard = false;
  PageArguments page;
};

/// Writes TensorBoard's events into the folders of runs that have ended and have none.
void write_all_events(const std::vector<std::filesystem::path>& roots) {
  for (const std::filesystem::path& root : roots) {
    const std::vector<std::filesystem::path> folders = find_runs(root);
    require(!folders.empty(), fmt::format("{}: no run in there", root.string()));
    for (const std::filesystem::path& folder : folders) {
      const RunHistory run = read_run(folder);
      const char* const why = run.state == RunState::kDamaged   ? run.why.c_str()
                              : run.state == RunState::kRunning ? "it goes on"
                              : has_events(folder)              ? "it has its events already"
                                                                : nullptr;
      if (!why) write_events(run);
      say(stderr, "{}: {}\n", printable(folder.string()),
          why ? "left out: " + printable(why) : "written");
    }
  }
}

void run_command(const BoardCommand& c) {
  constexpr std::chrono::milliseconds kPause{100};
  std::vector<std::filesystem::path> roots;
  for (const std::string& named : c.folders) roots.push_back(folder_of_run(named));
  if (c.tensorboard) return write_all_events(roots);
  auto finder = std::make_shared<RunFinder>(std::move(roots), say_note);
  std::vector<std::unique_ptr<PageRun>> runs = finder->find();
  require(!runs.empty(), fmt::format("{}: no run and no sweep in there", c.folders.front()));
  const SignalRequests signals;
  const PageServer server(c.page, std::move(runs), [finder] { return finder->find(); });
  announce_page(server, c.page);
  std::optional<Browser> browser;
  if (c.open) browser.emplace(server.url());
  while (SignalRequests::stop() == 0) {
    if (!server.serves())
      throw Error(ErrorKind::kFailed, "the page has ended by a fault of its own");
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

void add_board(const Command& app) {
  auto c = std::make_shared<BoardCommand>();
  const Command command = app.add_command(
      "board", "A page of runs side by side, those that go on among them, until Ctrl-C");
  command.option("RUNS", &c->folders, "Folders of runs, of sweeps, or of folders of runs")
      .show_default();
  command.flag("--open", c->open, "Open it in a browser");
  command.flag("--tensorboard", c->tensorboard,
               "Write TensorBoard's events into the runs' folders instead, where they have none");
  add_page_address(command, c->page);
  command.runs([c] { run_command(*c); });
}

}  // namespace lenet::cli
