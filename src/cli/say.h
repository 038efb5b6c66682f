// What a command tells while it works.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace lenet::cli {

/// Prints and flushes. That nobody can read it (a closed pipe, a full disk) is no error; results go
/// through fmt::print.
template <class... T>
void say(std::FILE* to, fmt::format_string<T...> text, T&&... values) {
  const std::string line = fmt::format(text, std::forward<T>(values)...);
  std::fwrite(line.data(), 1, line.size(), to);
  std::fflush(to);
}

/// "lenet: ..." on stderr.
inline void say_note(const std::string& note) { say(stderr, "lenet: {}\n", note); }

}  // namespace lenet::cli
