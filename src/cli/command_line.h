// The program's commands and their options. CLI11 parses them; command_line.cc alone sees it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "run/option_checks.h"
#include "run/option_value.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace lenet::cli {

/// What the help, the manual page and the completions say of an option or a positional argument.
struct Argument {
  std::vector<std::string> names = {};  ///< "-o", "--out"; none for a positional argument
  std::string label = "";               ///< "MODEL" of a positional argument
  std::string value = "";               ///< what it takes, "TEXT"; empty for a flag
  std::string initial = "";             ///< the value without it; empty: none, or said by `help`
  std::string help = "", group = "";
  bool required = false;

  /// All names, or the label.
  std::string title() const;
};

/// A declared option, to say more about it.
class Option {
 public:
  Option(CLI::Option& option, Argument& argument, const OptionValue& value);

  Option required();
  Option check(const Check& check);
  Option show_default();                         ///< the value that it has now
  Option default_text(const std::string& text);  ///< what stands for no value
  Option needs(const Option& other);
  Option excludes(const std::vector<std::string>& names);
  Option split_at_commas();
  Option one_at_a_time();  ///< of several values, each behind the option's name

 private:
  friend class Command;
  CLI::Option* option_;
  Argument* argument_;
  const OptionValue& value_;
};

/// A command, or the program that has them. A handle: copies are the same command.
class Command {
 public:
  /// The program. Its help ends with `footer`.
  Command(const std::string& name, const std::string& description, const std::string& footer);

  Command add_command(const std::string& name, const std::string& description) const;

  /// "--lr", "-o,--out" or, for a positional argument, "MODEL"; what the value refers to must
  /// outlive the command.
  Option option(const std::string& names, const OptionValue& value, const std::string& help) const;
  /// One that needs no value, and then has that of this word: --page, --page=open.
  Option option_or_flag(const std::string& names, const OptionValue& value,
                        const std::string& alone, const std::string& help) const;
  Option flag(const std::string& names, bool& value, const std::string& help) const;
  /// "--name,!--no-name". It takes no value as in --no-name=1, which CLI11 reads with std::stoll.
  Option switch_flag(const std::string& names, bool& value, const std::string& help) const;
  void version_flag(const std::string& text) const;

  /// The heading in the help of what is declared from here on.
  void group(const std::string& name) const;
  /// What it does once its options are read.
  void runs(const std::function<void()>& action) const;

  /// Reads the program's arguments and runs the command that they name; false if they asked for
  /// help or version, which it prints. Throws Error (kUsage), and what the command throws.
  bool parse(int argc, const char* const* argv) const;

  /// "; did you mean --epochs?" for a name that is near to an option's; else "".
  std::string likely(const std::string& name) const;

  std::string name() const;
  std::string description() const;
  std::string footer() const;
  const std::vector<Command>& commands() const;
  const std::deque<Argument>& arguments() const;
  /// The names, without dashes, and the values of the options that parse() met.
  std::vector<std::pair<std::string, std::vector<std::string>>> given() const;

  /// What --help prints: at most 100 columns.
  std::string help() const;

 private:
  struct State;
  explicit Command(std::shared_ptr<State> state);
  void add_help() const;
  const Command* met() const;
  std::string unexpected() const;
  std::string wrong_usage(const std::string& what) const;
  Option declare(CLI::Option& option, Argument argument, const OptionValue& value) const;

  std::shared_ptr<State> state_;
};

}  // namespace lenet::cli
