#include "run/out_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

bool holds_run(const fs::path& folder) {
  return is_there(folder / kMetricsFile) || std::ranges::any_of(kWholeFiles, [&](const char* file) {
           return is_there(folder / file);
         });
}

bool holds_sweep(const fs::path& folder) { return is_there(folder / kSweepFile); }

fs::path existing_part(fs::path path) {
  while (path.has_relative_path() && !is_there(path)) path = path.parent_path();
  return path.empty() ? "." : path;
}

void create_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot create the folder: {}", path.string(), error.message()));
  }
  if (::access(path.c_str(), W_OK) != 0) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot write there: {}", path.string(), std::strerror(errno)));
  }
}

NewFolder::NewFolder(fs::path path) : path_(std::move(path)), was_there_(existing_part(path_)) {
  create_folder(path_);
}

NewFolder::~NewFolder() {
  std::error_code not_empty;
  fs::path path = path_;
  while (path.has_relative_path() && path != was_there_ && fs::remove(path, not_empty)) {
    path = path.parent_path();
  }
}

}  // namespace lenet
