#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run_display.h"
#include "lenet/animator.h"
#include "plot/live.h"
#include "run/json_document.h"
#include "run/lr_search.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct FindLrCommand {
  ConfiguredOptions run;
  LrRange range;
  std::string out;
  bool json = false;
};

/// The loss over the logarithm of the rate, as far as it is not far above where it began.
Animator figure_of(const LrCurve& curve) {
  double least = curve.points.front().loss;
  for (const auto& [lr, loss] : curve.points) least = std::min(least, loss);
  const double first = curve.points.front().loss, margin = 0.1 * (first - least);
  Animator figure(
      {.xlabel = "log10 of the rate",
       .xlim = AxisLimits{std::log10(curve.points.front().lr), std::log10(curve.points.back().lr)},
       .ylim = AxisLimits{least - margin, first + 3 * margin},
       .series = {{"loss", 0x1f77b4, LineStyle::kSolid}}});
  for (const auto& [lr, loss] : curve.points) figure.add(std::log10(lr), {loss});
  return figure;
}

Json document_of(const LrCurve& curve) {
  Json points = Json::array();
  for (const auto& [lr, loss] : curve.points) points.push_back({{"lr", lr}, {"loss", loss}});
  return {{"lr", curve.steepest}, {"lr_of_least_loss", curve.least}, {"points", points}};
}

void run_command(const Command& command, const FindLrCommand& c) {
  if (!c.out.empty()) require_output("--out", c.out, {".svg"}, {.data = c.run.given.data});
  RunDisplay display(false);
  const LrCurve curve = search_lr(configured(c.run.recipe, c.run.config, given_options(command)),
                                  display.settings(), c.range);
  if (const int signal = SignalRequests::stop()) throw Stopped{signal};
  const Animator figure = figure_of(curve);
  if (!c.out.empty()) write_file(c.out, figure.svg());
  if (c.json) return fmt::print("{}", json_text(document_of(curve)));
  fmt::print("{}{} steps, from the rate {:g} to {:.3g}\n",
             figure.terminal({.columns = 78, .glyphs = *live_options(stdout).glyphs}),
             curve.points.size(), curve.points.front().lr, curve.points.back().lr);
  fmt::print("suggested: --lr {:.2g}, where the loss falls fastest; it is least at {:.2g}\n",
             curve.steepest, curve.least);
}

}  // namespace

void add_find_lr(const Command& app) {
  auto c = std::make_shared<FindLrCommand>();
  const Command command = app.add_command(
      "find-lr", "A learning rate, from a short training in which the rate rises (Smith 2017)");
  command.option("--from", &c->range.from, "The first rate").check(positive_float()).show_default();
  command.option("--to", &c->range.to, "The last one").check(positive_float()).show_default();
  command
      .option("--steps", &c->range.steps,
              "Steps between them; it ends before where the loss is four times its least")
      .check(whole_number(10, 1'000'000))
      .show_default();
  command.option("-o,--out", &c->out, "Write the curve as SVG").check(given_path());
  add_json(command, c->json);
  declare(command, c->run, lr_search_options());
  command.runs([c, command] { run_command(command, *c); });
}

}  // namespace lenet::cli
