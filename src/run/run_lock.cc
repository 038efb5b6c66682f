#include "run/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

#include "lenet/error.h"

namespace lenet {
namespace {

/// The first line of a small file, "" if there is none.
std::string line_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line.substr(0, 100);
}

/// Whether the open file is the one of this name still.
bool is_named(int fd, const std::filesystem::path& path) {
  struct stat opened {
  }, named{};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/// Takes the lock of the open file; 0, or the error. A signal only interrupts it, and is_locked()
/// holds it for a moment.
int take_lock(int fd) {
  constexpr int kTries = 20;
  constexpr std::chrono::milliseconds kPause{5};
  for (int tries = 1;;) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return 0;
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK || tries++ == kTries) return errno;
    std::this_thread::sleep_for(kPause);
  }
}

/// A network's file system, or a mount of one, may have no locks at all. Runs go on there, and only
/// their user keeps two of them out of one folder.
bool is_without_locks(int error) {
  return error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP;
}

/// Opens the file and takes its lock, which the kernel frees when its owner is gone.
int lock(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot create: {}", path.string(), std::strerror(errno)));
  }
  const int error = take_lock(fd);
  if (error == 0 || is_without_locks(error)) return fd;
  ::close(fd);
  if (error != EWOULDBLOCK) {
    throw Error(ErrorKind::kIo, fmt::format("{}: cannot lock: {}; choose a folder on another disk",
                                            path.string(), std::strerror(error)));
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: another run writes into this folder ({}); wait for it, or choose "
                          "another --out",
                          path.parent_path().string(), line_of(path)));
}

}  // namespace

RunLock::RunLock(const std::filesystem::path& folder) : path_(folder / "lock"), fd_(lock(path_)) {
  while (!is_named(fd_, path_)) {  // its owner has ended in between, and removed it
    ::close(fd_);
    fd_ = lock(path_);
  }
  const std::string owner =
      fmt::format("process {}, boot {}\n", ::getpid(), line_of("/proc/sys/kernel/random/boot_id"));
  if (::ftruncate(fd_, 0) != 0 ||
      ::pwrite(fd_, owner.data(), owner.size(), 0) != std::ssize(owner)) {
    // Only for the message to others.
  }
}

bool is_locked(const std::filesystem::path& folder) {
  const int fd = ::open((folder / "lock").c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return false;
  const bool held = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return held;
}

RunLock::~RunLock() {
  ::unlink(path_.c_str());
  ::close(fd_);
}

}  // namespace lenet
