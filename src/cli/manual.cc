#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "cli/describe.h"

namespace lenet::cli {
namespace {

/// Text as roff prints it: a leading dot or quote would be a request, a bare dash a hyphen.
std::string roff(const std::string& text) {
  const std::string safe = escaped(text, "\\-");
  return safe.starts_with('.') || safe.starts_with('\'') ? "\\&" + safe : safe;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }

/// "--lr FLOAT=0.9" and what it means.
std::string entry(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : names_of(option)) names.push_back(bold(name));
  if (names.empty()) names.push_back(bold(option.get_name()));
  std::string value;
  if (takes_value(option) && option.nonpositional()) {
    value = " \\fI" + roff(option.get_type_name()) + "\\fR";
  }
  if (takes_value(option) && !option.get_default_str().empty()) {
    value += "=" + roff(option.get_default_str());
  }
  return fmt::format(".TP\n{}{}\n{}\n", fmt::join(names, ", "), value,
                     roff(option.get_description()));
}

std::string section(const CLI::App& command) {
  std::string arguments;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) arguments += " \\fI" + roff(option->get_name()) + "\\fR";
  }
  std::string text = fmt::format(".SS {}\n.B lenet {}\n[options]{}\n.PP\n{}\n", command.get_name(),
                                 command.get_name(), arguments, roff(command.get_description()));
  for (const CLI::Option* option : command.get_options()) text += entry(*option);
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

std::string manual(const CLI::App& app) {
  std::string text = fmt::format(
      ".TH LENET 1 \"\" \"lenet {}\" \"User Commands\"\n.SH NAME\nlenet \\- train, inspect and "
      "ship "
      "small convolutional networks\n.SH SYNOPSIS\n.B lenet\n.I command\n[options]\n.SH "
      "DESCRIPTION\n{}\n",
      LENET_VERSION, roff(app.get_description()));
  for (const CLI::Option* option : app.get_options()) text += entry(*option);
  text += ".SH COMMANDS\n";
  for (const CLI::App* command : commands_of(app)) text += section(*command);
  text += kEnvironment;
  text += ".SH NOTES\n";
  for (const char c : roff(app.get_footer())) text += c == '\n' ? "\n.PP\n" : std::string(1, c);
  return text + '\n';
}

}  // namespace

void add_manual(CLI::App& app) {
  CLI::App* command = app.add_subcommand("manual", "Print the manual page, for man");
  command->callback([&app] { fmt::print("{}", manual(app)); });
}

}  // namespace lenet::cli
