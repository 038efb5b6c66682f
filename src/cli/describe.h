// The program's commands and options as the manual page and the completions of shells name them.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace lenet::cli {

/// The commands, in the order of --help.
std::vector<const CLI::App*> commands_of(const CLI::App& app);

/// The names of an option with their dashes, "-h", "--help"; none for a positional argument.
std::vector<std::string> names_of(const CLI::Option& option);

bool takes_value(const CLI::Option& option);

/// `text` with each of `special` put behind a backslash.
std::string escaped(const std::string& text, const std::string& special);

}  // namespace lenet::cli
