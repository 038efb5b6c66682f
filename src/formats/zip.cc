#include "formats/zip.h"

#include <fmt/format.h>
#include <zip.h>

#include "formats/formats.h"
#include "formats/gzip.h"
#include "lenet/error.h"

namespace lenet {
namespace {

[[noreturn]] void bad_zip(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", name, what));
}

struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

/// Throws unless the directory's sizes can be true.
void check_sizes(const zip_stat_t& stat, std::int64_t archive, const std::string& name) {
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_INDEX;
  if ((stat.valid & kNeeded) != kNeeded) bad_zip(name, "no sizes in the archive's directory");
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    bad_zip(name, fmt::format("compression method {}, want stored or deflated, as np.savez and "
                              "np.savez_compressed write",
                              stat.comp_method));
  }
  const bool packed = stat.comp_method == ZIP_CM_DEFLATE;
  const auto most = static_cast<zip_uint64_t>(kMostDataBytes);
  if (stat.size > most || stat.comp_size > static_cast<zip_uint64_t>(archive) ||
      stat.size >
          static_cast<zip_uint64_t>(max_gunzip_size(static_cast<std::int64_t>(stat.comp_size)))) {
    bad_zip(
        name,
        fmt::format("{} bytes {} {}, more than 4 GiB, than these can hold or than the archive has",
                    stat.size, packed ? "deflated to" : "stored in", stat.comp_size));
  }
}

}  // namespace

void ZipArchive::Close::operator()(zip* archive) const { zip_discard(archive); }

ZipArchive::ZipArchive(std::string_view bytes, std::string name)
    : name_(std::move(name)), size_(std::ssize(bytes)) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source) archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
  const std::string why = archive_ ? "" : zip_error_strerror(&error);
  if (source && !archive_) zip_source_free(source);
  zip_error_fini(&error);
  if (!archive_) bad_zip(name_, fmt::format("no .npz that can be read: {}", why));
}

std::vector<std::string> ZipArchive::names() const {
  std::vector<std::string> names;
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* const name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
    if (name) names.emplace_back(name);
  }
  return names;
}

ZipFile ZipArchive::read(const std::string& file) const {
  const std::string name = fmt::format("{}: {}", name_, file);
  zip_stat_t stat;
  if (zip_stat(archive_.get(), file.c_str(), 0, &stat) != 0) return {};
  check_sizes(stat, size_, name);
  const std::unique_ptr<zip_file_t, CloseFile> opened(
      zip_fopen_index(archive_.get(), stat.index, 0));
  if (!opened) bad_zip(name, zip_strerror(archive_.get()));
  ZipFile result{std::make_unique_for_overwrite<std::uint8_t[]>(stat.size),
                 static_cast<std::int64_t>(stat.size)};
  std::int64_t done = 0;
  while (done < result.size) {
    const zip_int64_t n = zip_fread(opened.get(), result.bytes.get() + done,
                                    static_cast<zip_uint64_t>(result.size - done));
    if (n < 0) bad_zip(name, zip_file_strerror(opened.get()));
    if (n == 0) bad_zip(name, fmt::format("ends after {} of {} bytes", done, result.size));
    done += n;
  }
  char after = 0;  // the read at the end tests the checksum
  if (zip_fread(opened.get(), &after, 1) != 0) {
    bad_zip(name, "broken: longer than the directory says, or a wrong checksum");
  }
  return result;
}

}  // namespace lenet
