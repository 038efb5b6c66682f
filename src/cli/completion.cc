#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "cli/commands.h"
#include "cli/describe.h"
#include "cli/options.h"

namespace lenet::cli {
namespace {

/// "--data --epochs ..." of a command or of the program.
std::string option_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::Option* option : app.get_options()) {
    for (std::string& name : names_of(*option)) words.push_back(std::move(name));
  }
  return fmt::format("{}", fmt::join(words, " "));
}

std::string command_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* command : commands_of(app)) words.push_back(command->get_name());
  return fmt::format("{}", fmt::join(words, " "));
}

/// Text between single quotes in bash and zsh.
std::string quoted(const std::string& text) {
  std::string inside;
  for (const char c : text) inside += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "'" + inside + "'";
}

/// What is no option is the name of a file.
std::string bash(const CLI::App& app) {
  std::string cases;
  for (const CLI::App* command : commands_of(app)) {
    cases += fmt::format("    {}) words='{}' ;;\n", command->get_name(), option_words(*command));
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

std::string zsh_options(const CLI::App& command) {
  std::string lines;
  for (const CLI::Option* option : command.get_options()) {
    const std::string help = escaped(option->get_description(), "\\[]:");
    const std::string value = takes_value(*option) ? ":" + option->get_type_name() + ":_files" : "";
    for (const std::string& name : names_of(*option)) {
      lines += fmt::format(" \\\n        {}", quoted(fmt::format("{}[{}]{}", name, help, value)));
    }
  }
  return lines + " \\\n        '*:file:_files'";
}

std::string zsh(const CLI::App& app) {
  std::string commands, cases;
  for (const CLI::App* command : commands_of(app)) {
    const std::string help = escaped(command->get_description(), "\\:");
    commands += fmt::format("    {}\n", quoted(command->get_name() + ":" + help));
    cases +=
        fmt::format("    {})\n      _arguments{} ;;\n", command->get_name(), zsh_options(*command));
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

std::string fish_option(const CLI::Option& option, const std::string& condition) {
  std::string line = fmt::format("complete -c lenet -n '{}'", condition);
  for (const std::string& name : option.get_snames()) line += " -s " + name;
  for (const std::string& name : option.get_lnames()) line += " -l " + name;
  if (takes_value(option)) line += " -r";
  return fmt::format("{} -d '{}'\n", line, escaped(option.get_description(), "\\'"));
}

std::string fish(const CLI::App& app) {
  std::string text = "# fish completion for lenet\n";
  for (const CLI::Option* option : app.get_options()) {
    text += fish_option(*option, "__fish_use_subcommand");
  }
  for (const CLI::App* command : commands_of(app)) {
    text += fmt::format("complete -c lenet -f -n '__fish_use_subcommand' -a {} -d '{}'\n",
                        command->get_name(), escaped(command->get_description(), "\\'"));
    for (const CLI::Option* option : command->get_options()) {
      if (!option->nonpositional()) continue;
      text += fish_option(*option, "__fish_seen_subcommand_from " + command->get_name());
    }
  }
  return text;
}

}  // namespace

void add_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "Print a shell's completions of lenet");
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(one_of({"bash", "zsh", "fish"}));
  command->callback([&app, shell] {
    fmt::print("{}", *shell == "bash" ? bash(app) : *shell == "zsh" ? zsh(app) : fish(app));
  });
}

}  // namespace lenet::cli
