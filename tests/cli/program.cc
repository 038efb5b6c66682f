#include "cli/program.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace lenet {
namespace {

constexpr unsigned kMostSeconds = 120;

int checked(int result, const char* what) {
  if (result < 0) throw std::runtime_error(what);
  return result;
}

/// Everything up to the end; a terminal's end is an error.
std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t n = 0; (n = ::read(fd, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return text;
}

std::string read_from_start(int fd) {
  ::lseek(fd, 0, SEEK_SET);
  return read_all(fd);
}

std::vector<std::string> environment(const Surroundings& surroundings) {
  std::vector<std::string> result;
  for (const char* name : {"PATH", "HOME"}) {
    if (const char* value = std::getenv(name)) result.push_back(std::string(name) + "=" + value);
  }
  for (const auto& [name, value] : surroundings.variables) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Outcome run_program(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  std::vector<std::string> words = {LENET_CLI};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment(surroundings);
  const std::vector<char*> argv = pointers(words), envp = pointers(variables);

  const int out = surroundings.output_file
                      ? checked(::open(surroundings.output_file->c_str(), O_WRONLY), "open")
                      : checked(::memfd_create("out", 0), "memfd_create");
  int terminal = -1, err = -1;
  if (surroundings.terminal) {
    const winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    checked(::openpty(&terminal, &err, nullptr, nullptr, &size), "openpty");
  } else {
    err = checked(::memfd_create("err", 0), "memfd_create");
  }

  const pid_t child = checked(::fork(), "fork");
  if (child == 0) {
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    if (surroundings.largest_file) {
      const rlimit limit{*surroundings.largest_file, *surroundings.largest_file};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      ::signal(SIGXFSZ, SIG_IGN);
    }
    ::alarm(kMostSeconds);
    if (::chdir(surroundings.folder.c_str()) == 0) ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  Outcome outcome{};
  if (surroundings.terminal) {
    ::close(err);
    outcome.err = read_all(terminal);
    ::close(terminal);
  }
  int status = 0;
  checked(::waitpid(child, &status, 0), "waitpid");
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (!surroundings.terminal) {
    outcome.err = read_from_start(err);
    ::close(err);
  }
  if (!surroundings.output_file) outcome.out = read_from_start(out);
  ::close(out);
  return outcome;
}

}  // namespace lenet
