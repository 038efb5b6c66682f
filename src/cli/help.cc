// What --help prints.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/lines.h"
#include "cli/command_line.h"

namespace lenet::cli {
namespace {

constexpr std::size_t kColumns = 100, kIndent = 26;

/// `start`, and `text` beside it from column kIndent on.
std::string wrapped(const std::string& start, const std::string& text) {
  const std::string margin = "\n" + std::string(kIndent, ' ');
  const bool fits = start.size() + 2 <= kIndent;
  return fmt::format("{:<{}}{}{}\n", start, fits ? kIndent : 0, fits ? "" : margin,
                     fmt::join(lines_of(text, kColumns - kIndent), margin));
}

std::string entry(const Argument& a) {
  const bool has_value = !a.names.empty() && !a.value.empty();
  const std::string start =
      has_value ? fmt::format("  {} {}", a.title(), a.value) : fmt::format("  {}", a.title());
  return wrapped(start, a.initial.empty() ? a.help : fmt::format("{} [{}]", a.help, a.initial));
}

std::string usage(const Command& command) {
  if (!command.commands().empty())
    return fmt::format("Usage: {} COMMAND [options]\n", command.name());
  std::string text = fmt::format("Usage: lenet {} [options]", command.name());
  for (const Argument& a : command.arguments()) {
    if (a.names.empty()) text += fmt::format(fmt::runtime(a.required ? " {}" : " [{}]"), a.label);
  }
  return text + "\n";
}

/// Every group under its heading, in the order in which they are first declared.
std::string options(const std::deque<Argument>& arguments) {
  std::vector<std::string> groups;
  for (const Argument& a : arguments) {
    if (std::ranges::find(groups, a.group) == groups.end()) groups.push_back(a.group);
  }
  std::string text;
  for (const std::string& group : groups) {
    text += fmt::format("\n{}:\n", group);
    for (const Argument& a : arguments) text += a.group == group ? entry(a) : "";
  }
  return text;
}

}  // namespace

std::string Command::help() const {
  std::string text = fmt::format("{}\n\n{}{}", fmt::join(lines_of(description(), kColumns), "\n"),
                                 usage(*this), options(arguments()));
  if (!commands().empty()) text += "\nCommands:\n";
  for (const Command& command : commands()) {
    text += wrapped("  " + command.name(), command.description());
  }
  return footer().empty() ? text : fmt::format("{}\n{}\n", text, footer());
}

}  // namespace lenet::cli
