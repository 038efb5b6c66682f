#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/escape.h"
#include "run/option_page.h"

namespace lenet::cli {
namespace {

/// Text as roff prints it: a leading dot or quote would be a request, a bare dash a hyphen.
std::string roff(const std::string& text) {
  const std::string safe = escaped(text, "\\-");
  return safe.starts_with('.') || safe.starts_with('\'') ? "\\&" + safe : safe;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }

/// "--lr FLOAT=0.9" and what it means.
std::string roff_entry(const Argument& a) {
  std::vector<std::string> names;
  for (const std::string& name : a.names) names.push_back(bold(name));
  if (names.empty()) names.push_back(bold(a.label));
  std::string value;
  if (!a.names.empty() && !a.value.empty()) value = " \\fI" + roff(a.value) + "\\fR";
  if (!a.initial.empty()) value += "=" + roff(a.initial);
  return fmt::format(".TP\n{}{}\n{}\n", fmt::join(names, ", "), value, roff(a.help));
}

std::string section(const Command& command) {
  std::string arguments;
  for (const Argument& a : command.arguments()) {
    if (a.names.empty()) arguments += " \\fI" + roff(a.label) + "\\fR";
  }
  std::string text = fmt::format(".SS {}\n.B lenet {}\n[options]{}\n.PP\n{}\n", command.name(),
                                 command.name(), arguments, roff(command.description()));
  for (const Argument& a : command.arguments()) text += roff_entry(a);
  return text;
}

/// What the library reads of the environment.
constexpr const char* kEnvironment = R"(.SH ENVIRONMENT
.TP
.B LENET_DATA
The folder of the data set where \-\-data is not given.
.TP
.B LENET_SIMD
The instruction set to use in place of the best: avx512, avx2, ssse3 or neon.
.TP
.B NO_COLOR
If set, no colours in the terminal.
.TP
.B SSL_CERT_FILE
Certificates to trust in a download, in place of the system's.
.TP
.B XDG_CACHE_HOME
Downloads are kept below lenet there, else in ~/.cache.
)";

std::string manual(const Command& app) {
  std::string text = fmt::format(
      ".TH LENET 1 \"\" \"lenet {}\" \"User Commands\"\n.SH NAME\nlenet \\- train, inspect and "
      "ship "
      "small convolutional networks\n.SH SYNOPSIS\n.B lenet\n.I command\n[options]\n.SH "
      "DESCRIPTION\n{}\n",
      LENET_VERSION, roff(app.description()));
  for (const Argument& a : app.arguments()) text += roff_entry(a);
  text += ".SH COMMANDS\n";
  for (const Command& command : app.commands()) text += section(command);
  text += kEnvironment;
  text += ".SH NOTES\n";
  for (const char c : roff(app.footer())) text += c == '\n' ? "\n.PP\n" : std::string(1, c);
  return text + '\n';
}

}  // namespace

void add_manual(const Command& app) {
  auto options = std::make_shared<bool>(false);
  const Command command = app.add_command("manual", "Print the manual page, for man");
  command.flag("--options", *options,
               "Print docs/options.md, on the options of a run, in its place");
  command.runs([&app, options] { fmt::print("{}", *options ? option_page() : manual(app)); });
}

}  // namespace lenet::cli
