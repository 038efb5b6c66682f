// One run a folder at a time.
#pragma once

#include <filesystem>

namespace lenet {

/// Holds the file "lock" of a folder until its end, or the end of the process, however that comes.
class RunLock {
 public:
  /// Throws Error: kUsage if another process holds it, naming that; kIo if it cannot be made or
  /// locked, but for a file system that has no locks.
  explicit RunLock(const std::filesystem::path& folder);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  std::filesystem::path path_;
  int fd_;
};

/// Whether somebody holds the lock of a folder. Makes no file and waits for nobody.
bool is_locked(const std::filesystem::path& folder);

}  // namespace lenet
