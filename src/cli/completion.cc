#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/escape.h"
#include "cli/options.h"
#include "run/option_words.h"

namespace lenet::cli {
namespace {

/// "--data --epochs ..." of a command or of the program.
std::string option_words(const Command& app) {
  std::vector<std::string> words;
  for (const Argument& a : app.arguments()) {
    words.insert(words.end(), a.names.begin(), a.names.end());
  }
  return fmt::format("{}", fmt::join(words, " "));
}

std::string command_words(const Command& app) {
  std::vector<std::string> words;
  for (const Command& command : app.commands()) words.push_back(command.name());
  return fmt::format("{}", fmt::join(words, " "));
}

/// What is no option is the name of a file.
std::string bash(const Command& app) {
  std::string cases;
  for (const Command& command : app.commands()) {
    cases += fmt::format("    {}) words='{}' ;;\n", command.name(), option_words(command));
  }
  return fmt::format(R"(# bash completion for lenet
_lenet() {{
  local words current=${{COMP_WORDS[COMP_CWORD]}}
  case ${{COMP_WORDS[1]}} in
{}  esac
  if ((COMP_CWORD == 1)); then words='{} {}'; fi
  if ((COMP_CWORD == 1)) || [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}}
complete -o default -F _lenet lenet
)",
                     cases, command_words(app), option_words(app));
}

std::string zsh_options(const Command& command) {
  std::string lines;
  for (const Argument& a : command.arguments()) {
    const std::string help = escaped(a.help, "\\[]:");
    const std::string value = a.value.empty() ? "" : ":" + a.value + ":_files";
    for (const std::string& name : a.names) {
      lines +=
          fmt::format(" \\\n        {}", shell_quoted(fmt::format("{}[{}]{}", name, help, value)));
    }
  }
  return lines + " \\\n        '*:file:_files'";
}

std::string zsh(const Command& app) {
  std::string commands, cases;
  for (const Command& command : app.commands()) {
    const std::string help = escaped(command.description(), "\\:");
    commands += fmt::format("    {}\n", shell_quoted(command.name() + ":" + help));
    cases += fmt::format("    {})\n      _arguments{} ;;\n", command.name(), zsh_options(command));
  }
  return fmt::format(R"(#compdef lenet
_lenet() {{
  local -a commands=(
{}  )
  if ((CURRENT == 2)); then
    _describe command commands
    compadd -- {}
    return
  fi
  shift words
  ((CURRENT--))
  case $words[1] in
{}  esac
}}
_lenet "$@"
)",
                     commands, option_words(app), cases);
}

std::string fish_option(const Argument& a, const std::string& condition) {
  std::string line = fmt::format("complete -c lenet -n '{}'", condition);
  for (const std::string& name : a.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!a.value.empty()) line += " -r";
  return fmt::format("{} -d '{}'\n", line, escaped(a.help, "\\'"));
}

std::string fish(const Command& app) {
  std::string text = "# fish completion for lenet\n";
  for (const Argument& a : app.arguments()) {
    text += fish_option(a, "__fish_use_subcommand");
  }
  for (const Command& command : app.commands()) {
    text += fmt::format("complete -c lenet -f -n '__fish_use_subcommand' -a {} -d '{}'\n",
                        command.name(), escaped(command.description(), "\\'"));
    for (const Argument& a : command.arguments()) {
      if (a.names.empty()) continue;
      text += fish_option(a, "__fish_seen_subcommand_from " + command.name());
    }
  }
  return text;
}

using Completions = std::string (*)(const Command& app);

constexpr Word<Completions> kShells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

}  // namespace

void add_completion(const Command& app) {
  auto shell = std::make_shared<std::string>();
  const Command command = app.add_command("completion", "Print a shell's completions of lenet");
  command.option("SHELL", shell.get(), "bash, zsh or fish")
      .required()
      .check(one_of(words_of(kShells)));
  command.runs([&app, shell] { fmt::print("{}", meaning_of(kShells, *shell)(app)); });
}

}  // namespace lenet::cli
