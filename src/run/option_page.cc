#include "run/option_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "base/lines.h"
#include "run/option_table.h"

namespace lenet {
namespace {

constexpr const char* kStart = R"(# Options of a run

Written by `lenet manual --options`, from the table that the program reads its options by; a test
compares the two. Each option has its name on the command line, the member of `RunOptions`
(`lenet/run.h`) that it sets, what it does, and its default. In a JSON file of options
(`--config`), in run.json and as an axis of `lenet sweep` its name is without the first dashes, with
`_` for `-`. An option that nothing reads, as `--gamma` without `--schedule step`, is refused.
)";

std::string names_of(const RunOption& o) {
  if (!o.value.flag) return fmt::format("`--{} {}`", o.name, o.value.type);
  return o.only_on ? fmt::format("`--{}`", o.name) : fmt::format("`--{0}`, `--no-{0}`", o.name);
}

/// What is behind the help: the default, and what reads the option.
std::string conditions_of(const RunOption& o) {
  std::string text;
  const std::string usual = *o.default_text ? o.default_text : text_of(o.value);
  if (o.value.flag) {
    text += fmt::format(" Default: {}.", *o.value.flag ? "on" : "off");
  } else if (o.show_default && !usual.empty()) {
    text += fmt::format(" Default: `{}`.", usual);
  }
  for (const OptionReader& r : o.readers) {
    text += fmt::format(" Read with `--{}`: {}.", r.option, r.wanted);
  }
  return text;
}

std::string entry(const RunOption& o) {
  std::string text = fmt::format("- {} (`{}`): {}", names_of(o), o.member, o.help);
  if (!text.ends_with('.')) text += '.';
  return fmt::format("{}\n", fmt::join(lines_of(text + conditions_of(o), 98), "\n  "));
}

}  // namespace

std::string option_page() {
  RunOptions usual;
  const std::vector<RunOption> table = option_table(usual);
  std::string page = kStart;
  for (const std::string& group : option_groups()) {
    page += fmt::format("\n## {}\n\n", group);
    for (const RunOption& o : table) {
      if (o.group == group) page += entry(o);
    }
  }
  return page;
}

}  // namespace lenet
