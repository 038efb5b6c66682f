// Kills a program at a system call or fails the call, as strace -e inject= does, where strace may
// not trace. Preloaded; $INJECT is such an injection ("write:error=ENOSPC:when=3+",
// "fsync:signal=KILL:when=2"), $INJECT_TRACE a file that gets a line for each call.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>

namespace {

struct Injection {
  std::string call;
  int error = 0;  ///< 0: kill
  long first = 0, last = 0;
};

constexpr std::array<std::pair<const char*, int>, 8> kErrors = {{{"ENOSPC", ENOSPC},
                                                                 {"EIO", EIO},
                                                                 {"EDQUOT", EDQUOT},
                                                                 {"EINTR", EINTR},
                                                                 {"EINVAL", EINVAL},
                                                                 {"ENOLCK", ENOLCK},
                                                                 {"ENOSYS", ENOSYS},
                                                                 {"EOPNOTSUPP", EOPNOTSUPP}}};

Injection read_injection() {
  Injection injection;
  const char* text = std::getenv("INJECT");
  char call[16], what[16], value[16], when[24];
  if (!text || std::sscanf(text, "%15[^:]:%15[^=]=%15[^:]:when=%23s", call, what, value, when) != 4)
    return injection;
  injection.call = call;
  for (const auto& [name, number] : kErrors) {
    if (std::string_view(value) == name) injection.error = number;
  }
  char* end = nullptr;
  injection.first = injection.last = std::strtol(when, &end, 10);
  if (*end == '+') injection.last = std::numeric_limits<long>::max();
  if (*end == '.') injection.last = std::strtol(end + 2, nullptr, 10);
  return injection;
}

/// Whether this call fails, errno then being set. `count`: calls of that name so far.
bool fails(const char* call, std::atomic<long>& count) {
  static const Injection injection = read_injection();
  static const char* const trace = std::getenv("INJECT_TRACE");
  static std::FILE* const lines =
      trace ? std::fopen(trace, "we") : nullptr;  // stdio's calls are not seen
  if (lines) {
    std::fprintf(lines, "- %s(\n", call);
    std::fflush(lines);
  }
  const long n = ++count;
  if (injection.call != call || n < injection.first || n > injection.last) return false;
  if (injection.error == 0) std::raise(SIGKILL);
  errno = injection.error;
  return true;
}

template <class F>
F* real(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  static std::atomic<long> count;
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return fails("openat", count) ? -1 : real<int(const char*, int, ...)>("open")(path, flags, mode);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  static std::atomic<long> count;
  return fails("write", count) ? -1 : real<decltype(write)>("write")(fd, bytes, size);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  static std::atomic<long> count;
  return fails("pwrite64", count) ? -1 : real<decltype(pwrite)>("pwrite")(fd, bytes, size, at);
}

int fsync(int fd) {
  static std::atomic<long> count;
  return fails("fsync", count) ? -1 : real<decltype(fsync)>("fsync")(fd);
}

int flock(int fd, int operation) {
  static std::atomic<long> count;
  return fails("flock", count) ? -1 : real<decltype(flock)>("flock")(fd, operation);
}

int rename(const char* from, const char* to) {
  static std::atomic<long> count;
  return fails("rename", count) ? -1 : real<decltype(rename)>("rename")(from, to);
}

int close(int fd) {
  static std::atomic<long> count;
  return fails("close", count) ? -1 : real<decltype(close)>("close")(fd);
}

int mkdir(const char* path, mode_t mode) {
  static std::atomic<long> count;
  return fails("mkdir", count) ? -1 : real<decltype(mkdir)>("mkdir")(path, mode);
}

}  // extern "C"
