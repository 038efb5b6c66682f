#include "run/reproduce.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run_display.h"
#include "lenet/error.h"
#include "run/json_document.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ReproduceCommand {
  std::string folder, out, data;
  bool force = false, json = false;
  int threads = 0;
};

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
  RunDisplay display(false);
  RunSettings settings = display.settings();
  settings.out = c.out;
  settings.force = c.force;
  const Reproduction r = reproduce_run(c.folder, c.data, c.threads, settings);
  if (r.stopped) display.end_stopped(r.out);
  if (c.json) {
    Json document = {{"same", r.same()}, {"out", r.out.string()}};
    for (const Comparison& x : r.compared) document["compared"][x.what] = x.same();
    fmt::print("{}", json_text(document));
  } else {
    print_comparison(r.compared);
  }
  if (r.same()) return;
  throw Error(ErrorKind::kFailed,
              fmt::format("{} is not what {} holds{}{}", r.out.string(), r.folder.string(),
                          r.reasons.empty() ? "" : ": ", fmt::join(r.reasons, "; ")));
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
      .option("--data", &c->data, "Where the data of the run lies now. Default: where it lay then")
      .check(given_path());
  add_threads(command, c->threads);
  add_json(command, c->json);
  command.runs([c] { run_reproduce(*c); });
}

}  // namespace lenet::cli
