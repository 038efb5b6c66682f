#include "cli/browser.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "cli/say.h"

extern char** environ;

namespace lenet::cli {
namespace {

/// A page that leads to the address, which is made of letters, digits, ":", "/" and ".".
std::string redirect_to(const std::string& url) {
  return fmt::format(
      "<!doctype html><title>lenet</title><meta charset=\"utf-8\">"
      "<meta http-equiv=\"refresh\" content=\"0; url={0}\"><a href=\"{0}\">lenet</a>\n",
      url);
}

/// The user's own folder for what lives as long as a session; else one for temporary files.
std::filesystem::path folder() {
  const char* own = std::getenv("XDG_RUNTIME_DIR");
  std::error_code ignored;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(ignored);
  return own && std::filesystem::is_directory(own, ignored) ? own : temporary;
}

/// A new file of this user alone; "" if it cannot be made.
std::string private_file(const std::string& text) {
  std::string path = (folder() / "lenet-page-XXXXXX.html").string();
  const int fd = ::mkstemps(path.data(), 5);
  if (fd < 0) return "";
  const bool whole = ::write(fd, text.data(), text.size()) == std::ssize(text);
  ::close(fd);
  return whole ? path : "";
}

}  // namespace

Browser::Browser(const std::string& url) : file_(private_file(redirect_to(url))) {
  std::string program = "xdg-open", argument = file_;
  char* const arguments[] = {program.data(), argument.data(), nullptr};
  // In a session of its own: Ctrl-C is for lenet, and so are the signals that it ignores.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
  sigset_t all;
  ::sigfillset(&all);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
    ::posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_WRONLY, 0);
  pid_t process = 0;
  const bool opened = !file_.empty() && ::posix_spawnp(&process, "xdg-open", &files, &attributes,
                                                       arguments, environ) == 0;
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (!opened) {
    say_note("cannot open a browser (want xdg-open); open the address above in one");
  }
}

Browser::~Browser() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

}  // namespace lenet::cli
