#include "cli/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "lenet/error.h"

namespace lenet::cli {
namespace {

/// The first line of a small file, "" if there is none.
std::string line_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line.substr(0, 100);
}

}  // namespace

RunLock::RunLock(const std::filesystem::path& folder) : path_(folder / "lock") {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd_ < 0) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot create: {}", path_.string(), std::strerror(errno)));
  }
  // The kernel frees it when its owner is gone, however it ended.
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(fd_);
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: another run writes into this folder ({}); wait for it, or choose "
                            "another --out",
                            folder.string(), line_of(path_)));
  }
  const std::string owner =
      fmt::format("process {}, boot {}\n", ::getpid(), line_of("/proc/sys/kernel/random/boot_id"));
  if (::ftruncate(fd_, 0) != 0 ||
      ::pwrite(fd_, owner.data(), owner.size(), 0) != std::ssize(owner)) {
    // Only for the message to others.
  }
}

RunLock::~RunLock() {
  ::unlink(path_.c_str());
  ::close(fd_);
}

}  // namespace lenet::cli
