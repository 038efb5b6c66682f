#include "cli/program.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

/// Everything that a file holds; nothing for a pipe. Leaves the place where the program writes.
std::string read_file_of(int fd) {
  struct stat info {};
  std::string text(::fstat(fd, &info) == 0 ? static_cast<std::size_t>(info.st_size) : 0, '\0');
  const ssize_t n = ::pread(fd, text.data(), text.size(), 0);
  text.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return text;
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

RunningProgram::RunningProgram(const std::vector<std::string>& arguments,
                               const Surroundings& surroundings)
    : out_is_read_(!surroundings.output_file && !surroundings.closed_pipe) {
  if (surroundings.closed_pipe) {
    std::array<int, 2> ends{};
    checked(::pipe(ends.data()), "pipe");
    ::close(ends[0]);
    out_ = ends[1];
    err_ = checked(::dup(out_), "dup");
  } else {
    out_ = surroundings.output_file
               ? checked(::open(surroundings.output_file->c_str(), O_WRONLY), "open")
               : checked(::memfd_create("out", 0), "memfd_create");
  }
  if (surroundings.terminal) {
    const winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    checked(::openpty(&terminal_, &err_, nullptr, nullptr, &size), "openpty");
  } else if (err_ < 0) {
    err_ = checked(::memfd_create("err", 0), "memfd_create");
  }
  child_ = checked(::fork(), "fork");
  if (child_ == 0) become(arguments, surroundings);
  if (terminal_ >= 0) {
    ::close(err_);
    err_ = -1;
  }
}

RunningProgram::~RunningProgram() {
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  for (const int fd : {out_, err_, terminal_}) {
    if (fd >= 0) ::close(fd);
  }
}

void RunningProgram::become(const std::vector<std::string>& arguments,
                            const Surroundings& surroundings) const {
  std::vector<std::string> words = {LENET_CLI};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment(surroundings);
  const std::vector<char*> argv = pointers(words), envp = pointers(variables);
  ::dup2(out_, STDOUT_FILENO);
  ::dup2(err_, STDERR_FILENO);
  if (surroundings.largest_file) {
    const rlimit limit{*surroundings.largest_file, *surroundings.largest_file};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, SIG_IGN);
  }
  ::alarm(kMostSeconds);
  if (::chdir(surroundings.folder.c_str()) == 0) ::execve(argv[0], argv.data(), envp.data());
  ::_exit(127);
}

void RunningProgram::send(int signal) const { ::kill(child_, signal); }

std::string RunningProgram::err_so_far() const { return read_file_of(err_); }

Outcome RunningProgram::wait() {
  Outcome outcome{};
  if (terminal_ >= 0) outcome.err = read_all(terminal_);
  int status = 0;
  checked(::waitpid(child_, &status, 0), "waitpid");
  child_ = -1;
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (terminal_ < 0) outcome.err = read_file_of(err_);
  if (out_is_read_) outcome.out = read_file_of(out_);
  return outcome;
}

Outcome run_program(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  return RunningProgram(arguments, surroundings).wait();
}

}  // namespace lenet
