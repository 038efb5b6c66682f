#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "lenet/error.h"

namespace lenet {
namespace {

[[noreturn]] void io_error(const std::string& doing, const std::filesystem::path& path, int code) {
  throw Error(ErrorKind::kIo, fmt::format("{}: {}: {}", path.string(), doing, std::strerror(code)));
}

/// Calls again what a signal has interrupted.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

int open_file(const std::filesystem::path& path, int flags) {
  return uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
}

/// Closes a descriptor at the end of its scope.
struct Descriptor {
  int fd;
  ~Descriptor() { ::close(fd); }
};

/// Flushes the name of a new file: 0, or the error. A folder that may not be read cannot be opened
/// for that (EACCES), and some file systems cannot flush folders (EINVAL); there it is left to
/// them.
int flush_folder(const std::filesystem::path& folder) {
  const Descriptor dir{open_file(folder, O_RDONLY | O_DIRECTORY)};
  if (dir.fd < 0) return errno == EACCES ? 0 : errno;
  if (uninterrupted([&] { return ::fsync(dir.fd); }) == 0 || errno == EINVAL) return 0;
  return errno;
}

/// The file that a link leads to, and no device or pipe, in whose place a rename would put a file,
/// nor a folder.
std::filesystem::path to_replace(std::filesystem::path path) {
  namespace fs = std::filesystem;
  constexpr int kMostLinks = 40;  // Linux'
  std::error_code ignored;        // what cannot be looked at fails when it is written
  const fs::file_type type = fs::status(path, ignored).type();
  if (type == fs::file_type::character || type == fs::file_type::block ||
      type == fs::file_type::fifo || type == fs::file_type::socket) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: a device or a pipe, want the name of a file", path.string()));
  }
  if (type == fs::file_type::directory) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: a folder, want the name of a file", path.string()));
  }
  for (int i = 0; i < kMostLinks && fs::is_symlink(path, ignored); ++i) {
    path = path.parent_path() / fs::read_symlink(path, ignored);
  }
  return path;
}

}  // namespace

std::string read_file(const std::filesystem::path& path, std::int64_t max_bytes) {
  const Descriptor file{open_file(path, O_RDONLY | O_NONBLOCK)};
  if (file.fd < 0) io_error("cannot open", path, errno);
  struct stat info {};
  if (::fstat(file.fd, &info) != 0) io_error("cannot read", path, errno);
  if (S_ISDIR(info.st_mode)) io_error("cannot read", path, EISDIR);
  if (!S_ISREG(info.st_mode)) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot read: a pipe or a device, want a file", path.string()));
  }
  if (info.st_size > max_bytes) {
    throw Error(ErrorKind::kBadInput, fmt::format("{}: {} bytes, want at most {}", path.string(),
                                                  info.st_size, max_bytes));
  }
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n =
        uninterrupted([&] { return ::read(file.fd, bytes.data() + done, bytes.size() - done); });
    if (n < 0) io_error("cannot read", path, errno);
    if (n == 0) break;  // the file shrank while it was read
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

void require_room(const std::filesystem::path& folder, std::int64_t bytes) {
  std::error_code unknown;  // a disk that does not tell shows when it is written
  const auto [capacity, free, room] = std::filesystem::space(folder, unknown);
  if (unknown || capacity == 0 || room >= static_cast<std::uintmax_t>(bytes)) return;
  throw Error(ErrorKind::kIo,
              fmt::format("{}: {} bytes free, want {} for what will be written there; make room, "
                          "or choose another folder",
                          folder.string(), room, bytes));
}

AtomicFile::AtomicFile(std::filesystem::path path) : path_(to_replace(path)) {
  static std::atomic<int> serial{0};
  do {  // a process that was killed may have left a file of this name
    partial_ = path_;
    partial_ += fmt::format(".{}-{}.partial", ::getpid(), serial++);
    fd_ = open_file(partial_, O_WRONLY | O_CREAT | O_EXCL);
  } while (fd_ < 0 && errno == EEXIST);
  if (fd_ < 0) fail("cannot create");
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(partial_.c_str());
}

void AtomicFile::fail(const std::string& doing) const {
  io_error(fmt::format("{} (after {} bytes)", doing, written_), path_, errno);
}

void AtomicFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = uninterrupted([&] { return ::write(fd_, bytes.data(), bytes.size()); });
    if (n < 0) fail("cannot write");
    written_ += n;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void AtomicFile::commit() {
  if (uninterrupted([&] { return ::fsync(fd_); }) != 0) fail("cannot flush");
  if (uninterrupted([&] { return ::rename(partial_.c_str(), path_.c_str()); }) != 0) {
    fail("cannot rename into place");
  }
  ::close(fd_);
  fd_ = -1;
  const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
  const int error = flush_folder(folder);  // the new name, too, outlives a power cut
  if (error != 0) io_error("cannot flush its folder", path_, error);
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

LineFile::LineFile(std::filesystem::path path, std::string_view lines)
    : path_(std::move(path)), size_(std::ssize(lines)) {
  write_file(path_, lines);
  fd_ = open_file(path_, O_WRONLY);
  if (fd_ < 0) io_error("cannot open", path_, errno);
}

LineFile::~LineFile() { ::close(fd_); }

void LineFile::add(std::string_view line) {
  kept_ += line;
  flush();
}

void LineFile::flush() {
  while (!kept_.empty()) {
    const ssize_t n =
        uninterrupted([&] { return ::pwrite(fd_, kept_.data(), kept_.size(), size_); });
    if (n < 0) io_error(fmt::format("cannot write (after {} bytes)", size_), path_, errno);
    size_ += n;
    kept_.erase(0, static_cast<std::size_t>(n));
  }
}

}  // namespace lenet
