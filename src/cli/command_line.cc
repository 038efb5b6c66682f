#include "cli/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>

#include "base/closest.h"
#include "lenet/error.h"

namespace lenet::cli {
namespace {

using Words = std::vector<std::string>;

/// What CLI11 says of the number of values.
std::string in_plain_words(const std::string& what) {
  const std::string name = what.substr(0, what.find(':'));
  if (what.ends_with("missing")) return name + ": a value is missing";
  if (what.starts_with(name + ": At Most 1 ")) return name + ": given more than once";
  return what;
}

/// "--shuffle,!--no-shuffle" as its names.
Words split_names(const std::string& names) {
  Words result;
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    result.push_back(names.substr(begin, end - begin));
    std::erase(result.back(), '!');
    begin = end + 1;
  }
  return result;
}

}  // namespace

struct Command::State {
  std::shared_ptr<CLI::App> owned;  ///< of a program; a command belongs to it
  CLI::App* app;
  std::string group = "Options";
  std::deque<Argument> arguments;  ///< whose addresses stay
  std::vector<Command> commands;
};

std::string Argument::title() const {
  return names.empty() ? label : fmt::format("{}", fmt::join(names, ", "));
}

Option::Option(CLI::Option& option, Argument& argument, const OptionValue& value)
    : option_(&option), argument_(&argument), value_(value) {}

Option Option::required() {
  option_->required();
  argument_->required = true;
  return *this;
}

Option Option::check(const Check& check) {
  option_->check(CLI::Validator([check](const std::string& word) { return check(word); }, ""));
  return *this;
}

Option Option::show_default() { return default_text(text_of(value_)); }

Option Option::default_text(const std::string& text) {
  argument_->initial = text;
  return *this;
}

Option Option::needs(const Option& other) {
  option_->needs(other.option_);
  return *this;
}

Option Option::excludes(const std::vector<std::string>& names) {
  for (const std::string& name : names) option_->excludes(name);
  return *this;
}

Option Option::split_at_commas() {
  option_->delimiter(',');
  return *this;
}

Option Option::one_at_a_time() {
  option_->allow_extra_args(false);
  return *this;
}

Command::Command(std::shared_ptr<State> state) : state_(std::move(state)) {}

Command::Command(const std::string& name, const std::string& description, const std::string& footer)
    : state_(std::make_shared<State>()) {
  state_->owned = std::make_shared<CLI::App>();
  state_->app = state_->owned.get();
  state_->app->name(name);
  state_->app->description(description);
  state_->app->footer(footer);
  state_->app->require_subcommand(1);
  add_help();
}

Command Command::add_command(const std::string& name, const std::string& description) const {
  auto state = std::make_shared<State>();
  state->app = state_->app->add_subcommand(name, description);
  Command command(state);
  command.add_help();
  state_->commands.push_back(command);
  return command;
}

void Command::add_help() const {
  state_->app->set_help_flag("-h,--help");
  state_->arguments.push_back(
      {.names = {"-h", "--help"}, .help = "Print this help and exit", .group = state_->group});
}

Option Command::declare(CLI::Option& option, Argument argument, const OptionValue& value) const {
  argument.group = state_->group;
  state_->arguments.push_back(std::move(argument));
  return {option, state_->arguments.back(), value};
}

Option Command::option(const std::string& names, const OptionValue& value,
                       const std::string& help) const {
  CLI::Option* option = state_->app->add_option(names, CLI::callback_t(value.read), help);
  option->expected(value.words > 0 ? value.words : CLI::detail::expected_max_vector_size);
  Argument argument{.help = help};
  argument.value = value.type;
  if (names.starts_with('-')) {
    argument.names = split_names(names);
  } else {
    argument.label = names;
  }
  return declare(*option, std::move(argument), value);
}

Option Command::option_or_flag(const std::string& names, const OptionValue& value,
                               const std::string& alone, const std::string& help) const {
  OptionValue or_alone = value;
  or_alone.read = [read = value.read, alone](const Words& words) {
    const bool none = words.empty() || words.front().empty();
    return read(none ? Words{alone} : words);
  };
  const Option option = this->option(names, or_alone, help);
  option.option_->expected(0, 1);
  return {*option.option_, *option.argument_, value};
}

Option Command::flag(const std::string& names, bool& value, const std::string& help) const {
  return declare(*state_->app->add_flag(names, value, help),
                 {.names = split_names(names), .help = help}, {});
}

Option Command::switch_flag(const std::string& names, bool& value, const std::string& help) const {
  CLI::Option* option = state_->app->add_flag(names, value, help);
  option->disable_flag_override();
  return declare(*option, {.names = split_names(names), .help = help}, {});
}

void Command::version_flag(const std::string& text) const {
  const std::string help = "Print version, compiler and instruction set, and exit";
  CLI::Option* option = state_->app->set_version_flag("--version", text);
  declare(*option, {.names = {"--version"}, .help = help}, {});
}

void Command::group(const std::string& name) const { state_->group = name; }

void Command::runs(const std::function<void()>& action) const { state_->app->callback(action); }

bool Command::parse(int argc, const char* const* argv) const {
  CLI::App& app = *state_->app;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const Command* command = met();
    fmt::print("{}", (command ? *command : *this).help());
    return false;
  } catch (const CLI::CallForVersion& version) {
    fmt::print("{}\n", version.what());
    return false;
  } catch (const CLI::ExtrasError& e) {
    const Command* command = met();
    throw Error(ErrorKind::kUsage, wrong_usage(command ? command->unexpected() : e.what()));
  } catch (const CLI::ParseError& e) {
    throw Error(ErrorKind::kUsage, wrong_usage(in_plain_words(e.what())));
  }
  return true;
}

/// The command that the arguments name; null if they name none.
const Command* Command::met() const {
  const std::vector<CLI::App*> met = state_->app->get_subcommands();
  const auto is_met = [&](const Command& c) { return !met.empty() && met[0] == c.state_->app; };
  const auto command = std::ranges::find_if(commands(), is_met);
  return command == commands().end() ? nullptr : &*command;
}

/// The first option that there is not or, if there are none, word that nothing takes.
std::string Command::unexpected() const {
  const Words rest = state_->app->remaining();
  const auto option =
      std::ranges::find_if(rest, [](const std::string& word) { return word.starts_with('-'); });
  if (option == rest.end()) return fmt::format("found '{}', which nothing takes", rest.at(0));
  const std::string name = option->substr(0, option->find('='));
  return fmt::format("no option {}{}", name, likely(name));
}

std::string Command::likely(const std::string& name) const {
  Words names;
  for (const Argument& a : arguments()) names.insert(names.end(), a.names.begin(), a.names.end());
  const std::string found = closest(name, names);
  return found.empty() ? "" : fmt::format("; did you mean {}?", found);
}

/// The message for arguments that CLI11 refused, as `what` says.
std::string Command::wrong_usage(const std::string& what) const {
  if (const Command* command = met()) {
    return fmt::format("{}\nRun lenet {} --help for the options.", what, command->name());
  }
  const Words rest = state_->app->remaining();
  if (rest.empty()) return what;
  Words names;
  for (const Command& command : commands()) names.push_back(command.name());
  return fmt::format("unknown command '{}', want {}\nRun lenet --help for the options.", rest[0],
                     fmt::join(names, ", "));
}

std::string Command::name() const { return state_->app->get_name(); }
std::string Command::description() const { return state_->app->get_description(); }
std::string Command::footer() const { return state_->app->get_footer(); }
const std::vector<Command>& Command::commands() const { return state_->commands; }
const std::deque<Argument>& Command::arguments() const { return state_->arguments; }

std::vector<std::pair<std::string, Words>> Command::given() const {
  std::vector<std::pair<std::string, Words>> result;
  for (const CLI::Option* option : std::as_const(*state_->app).get_options()) {
    if (option->count() > 0) result.emplace_back(option->get_single_name(), option->results());
  }
  return result;
}

}  // namespace lenet::cli
