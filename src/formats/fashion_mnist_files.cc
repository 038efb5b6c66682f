#include "formats/fashion_mnist_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <system_error>

#include "base/file.h"
#include "base/sha256.h"
#include "formats/gzip.h"
#include "formats/https.h"
#include "formats/idx.h"
#include "formats/named_data.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

bool holds_all_files(const fs::path& dir) {
  return std::all_of(
      kFashionMnistFiles.begin(), kFashionMnistFiles.end(),
      [&](const FashionMnistFile& file) { return find_idx(dir, file.name).has_value(); });
}

void check_mirrors(const std::vector<std::string>& mirrors) {
  for (const std::string& mirror : mirrors) {
    if (mirror.starts_with("https://")) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("mirror {}: want one that starts with https://", mirror));
  }
}

/// Throws Error (kBadInput), starting with `source`, unless `gz` unpacks to what `file` describes.
void verify(const FashionMnistFile& file, std::string_view gz, const std::string& source) {
  const auto size = static_cast<std::size_t>(file.size);
  const auto bytes = std::make_unique_for_overwrite<std::uint8_t[]>(size);
  gunzip(gz, {bytes.get(), size}, source);
  const std::string found = sha256({bytes.get(), size});
  if (found == file.sha256) return;
  throw Error(ErrorKind::kBadInput, fmt::format("{}: SHA-256 {} unpacked, want {}; not stored",
                                                source, found, file.sha256));
}

/// The verified .gz of `file` from `mirror`; nothing, and one more failure, if that has none.
std::optional<std::string> fetch(const FashionMnistFile& file, const std::string& mirror,
                                 const FashionMnistOptions& options,
                                 std::vector<std::string>& failures) {
  const std::string name = fmt::format("{}.gz", file.name);
  const std::string url = mirror + (mirror.ends_with('/') ? "" : "/") + name;
  TransferProgress progress;
  if (options.progress) {
    progress = [&](std::int64_t bytes, std::int64_t total) {
      options.progress(name, bytes, total);
    };
  }
  Fetched fetched = fetch_https(url, file.size, progress);
  if (!fetched.failure.empty()) {
    failures.push_back(fetched.failure);
    return std::nullopt;
  }
  try {
    verify(file, fetched.content, url);
  } catch (const Error& error) {
    failures.push_back(error.what());
    return std::nullopt;
  }
  return std::move(fetched.content);
}

/// Fetches what `cache` lacks; a mirror that failed once is not asked again. Returns whether the
/// cache is whole now.
bool download_missing(const fs::path& cache, const FashionMnistOptions& options,
                      std::vector<std::string>& failures) {
  std::error_code error;
  fs::create_directories(cache, error);
  if (error) {
    failures.push_back(fmt::format("{}: cannot create: {}", cache.string(), error.message()));
    return false;
  }
  auto mirror = options.mirrors.begin();
  for (const FashionMnistFile& file : kFashionMnistFiles) {
    if (find_idx(cache, file.name)) continue;
    std::optional<std::string> gz;
    while (!gz && mirror != options.mirrors.end()) {
      gz = fetch(file, *mirror, options, failures);
      if (!gz) ++mirror;
    }
    if (!gz) return false;
    write_file(cache / fmt::format("{}.gz", file.name), *gz);
  }
  return true;
}

}  // namespace

FashionMnistPlaces standard_places() {
  constexpr std::string_view kName = "fashion-mnist";
  return {.shared = {shared_folder(kName)}, .cache = cache_folder(kName)};
}

fs::path find_or_download(const FashionMnistPlaces& places, const FashionMnistOptions& options) {
  check_mirrors(options.mirrors);
  std::vector<fs::path> looked_in = places.shared;
  if (!places.cache.empty()) looked_in.push_back(places.cache);
  for (const fs::path& dir : looked_in) {
    if (holds_all_files(dir)) return dir;
  }
  std::vector<std::string> failures;
  if (!places.cache.empty() && !options.mirrors.empty() &&
      download_missing(places.cache, options, failures)) {
    return places.cache;
  }
  std::string message = "Fashion-MNIST not found in";
  for (const fs::path& dir : looked_in) message += "\n  " + dir.string();
  if (!failures.empty()) message += "\nnor could it be downloaded";
  for (const std::string& failure : failures) message += "\n  " + failure;
  throw Error(ErrorKind::kIo, message + "\nInstall it: sudo apt install dataset-fashion-mnist");
}

}  // namespace lenet
