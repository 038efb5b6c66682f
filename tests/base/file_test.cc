#include "base/file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <limits>

#include "lenet/error.h"

namespace {

int error_of_folders = 0;  ///< with which to flush a folder fails

}  // namespace

/// In place of the C library's.
extern "C" int fsync(int fd) {
  struct stat info {};
  if (error_of_folders != 0 && fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    errno = error_of_folders;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fsync, fd));
}

namespace lenet {
namespace {

namespace fs = std::filesystem;

class File : public testing::Test {
 protected:
  File() { fs::create_directories(dir_); }
  ~File() override { fs::remove_all(dir_); }

  std::ptrdiff_t entries() const {
    return std::distance(fs::directory_iterator(dir_), fs::directory_iterator());
  }

  const fs::path dir_ = fs::temp_directory_path() / ("lenet_file_test_" + std::to_string(getpid()));
};

TEST_F(File, ReadsBackWhatWasWritten) {
  const std::string bytes("a\0b\nc", 5);
  write_file(dir_ / "f", bytes);
  EXPECT_EQ(read_file(dir_ / "f", 100), bytes);
  EXPECT_EQ(entries(), 1);
}

TEST_F(File, LeavesNothingWithoutCommit) {
  {
    AtomicFile file(dir_ / "f");
    file.write("half");
    EXPECT_FALSE(fs::exists(dir_ / "f"));
  }
  EXPECT_EQ(entries(), 0);
}

TEST_F(File, FollowsALinkAndReplacesNoDeviceOrPipe) {
  const fs::path link = dir_ / "link", pipe = dir_ / "pipe";
  fs::create_symlink("f", link);
  write_file(link, "first");
  write_file(link, "second");
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(read_file(dir_ / "f", 100), "second");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  try {
    write_file(pipe, "x");
    ADD_FAILURE() << "the pipe was replaced";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("a device or a pipe"), std::string::npos) << e.what();
  }
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(File, RefusesWhatIsTooLargeMissingOrAFolder) {
  write_file(dir_ / "f", "12345");
  EXPECT_THROW(read_file(dir_ / "f", 4), Error);
  EXPECT_THROW(read_file(dir_ / "none", 4), Error);
  EXPECT_THROW(read_file(dir_, 1 << 20), Error);
}

TEST_F(File, LinesThatCouldNotBeWrittenGoInFrontOfTheNext) {
  struct rlimit old {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  LineFile file(dir_ / "lines", "one\n");
  const struct rlimit small { 6, old.rlim_max };
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THROW(file.add("two\n"), Error);
  EXPECT_THROW(file.add("three\n"), Error);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, handler);
  file.add("four\n");
  EXPECT_EQ(read_file(dir_ / "lines", 100), "one\ntwo\nthree\nfour\n");
}

TEST_F(File, SaysThatThereIsNoRoom) {
  require_room(dir_, 1);
  try {
    require_room(dir_, std::numeric_limits<std::int64_t>::max());
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kIo);
    EXPECT_NE(std::string(e.what()).find("9223372036854775807"), std::string::npos) << e.what();
  }
}

TEST_F(File, NamesThePathThatCannotBeWritten) {
  try {
    write_file(dir_ / "no" / "f", "x");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kIo);
    EXPECT_NE(std::string(e.what()).find((dir_ / "no" / "f").string()), std::string::npos);
  }
}

/// The message of a write to `path` where to flush a folder fails with `error`; "" if it is none.
std::string message_where_folders_fail(const fs::path& path, int error) {
  error_of_folders = error;
  std::string message;
  try {
    write_file(path, "x");
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kIo);
    message = e.what();
  }
  error_of_folders = 0;
  return message;
}

TEST_F(File, SaysThatItsFolderCannotBeFlushed) {
  EXPECT_EQ(message_where_folders_fail(dir_ / "f", EIO),
            (dir_ / "f").string() + ": cannot flush its folder: Input/output error");
  EXPECT_EQ(entries(), 1);
}

TEST_F(File, IsWrittenWhereFoldersCannotBeFlushedAtAll) {
  EXPECT_EQ(message_where_folders_fail(dir_ / "f", EINVAL), "");
  EXPECT_EQ(read_file(dir_ / "f", 100), "x");
}

}  // namespace
}  // namespace lenet
