// CIFAR-10 and CIFAR-100, binary version (cs.toronto.edu/~kriz/cifar.html): records of one or two
// label bytes and 3 x 32 x 32 pixels.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/file.h"
#include "formats/formats.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kImageBytes = std::int64_t{3} * 32 * 32;

/// CIFAR-100 has a coarse label before the fine one, which counts.
struct Layout {
  std::int64_t label_bytes;
  const char* names_file;
  std::vector<fs::path> train, test;
};

Layout find_layout(const fs::path& dir) {
  Layout layout{.label_bytes = 1, .names_file = "batches.meta.txt", .train = {}, .test = {}};
  for (const fs::path& path : visible_files(dir)) {
    const std::string name = path.filename().string();
    if (!name.ends_with(".bin")) continue;
    if (name.starts_with("data_batch")) layout.train.push_back(path);
    if (name.starts_with("test_batch")) layout.test.push_back(path);
  }
  if (!layout.train.empty() || !layout.test.empty()) return layout;
  layout = {2, "fine_label_names.txt", {}, {}};
  for (const char* name : {"train.bin", "test.bin"}) {
    std::error_code ignored;
    if (!fs::exists(dir / name, ignored)) continue;
    (std::string_view(name) == "train.bin" ? layout.train : layout.test).push_back(dir / name);
  }
  return layout;
}

void check_records(std::string_view bytes, std::int64_t record, const std::string& name) {
  if (!bytes.empty() && std::ssize(bytes) % record == 0) return;
  throw Error(ErrorKind::kBadInput,
              fmt::format("{}: {} bytes, want a multiple of {}, {} label and 3x32x32 pixels an "
                          "image (cut short?)",
                          name, bytes.size(), record, record == kImageBytes + 1 ? "a" : "two"));
}

Part read_part(const std::vector<fs::path>& paths, std::int64_t label_bytes) {
  std::string all;
  for (const fs::path& path : paths) {
    const std::string bytes = read_file(path, kMostDataBytes);
    check_records(bytes, label_bytes + kImageBytes, path.string());
    all += bytes;
  }
  return parse_cifar(all, label_bytes, paths.front().string());
}

/// One name a line.
std::vector<std::string> read_names(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return {};
  constexpr std::int64_t kMostBytes = std::int64_t{64} * 1024;
  std::istringstream lines(read_file(path, kMostBytes));
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  return names;
}

/// CIFAR-10 has five batches to train on.
void note_missing(const fs::path& dir, const Layout& layout, const LoadOptions& options) {
  constexpr std::ptrdiff_t kBatches = 5;
  const std::ptrdiff_t found = std::ssize(layout.train);
  if (!options.note || layout.label_bytes != 1 || found >= kBatches) return;
  options.note(
      fmt::format("{}: {} of CIFAR-10's {} data_batch files", dir.string(), found, kBatches));
}

}  // namespace

Part parse_cifar(std::string_view bytes, std::int64_t label_bytes, const std::string& name) {
  const std::int64_t record = label_bytes + kImageBytes;
  check_records(bytes, record, name);
  const auto images = bytes.size() / static_cast<std::size_t>(record);
  Part part;
  part.images_source = part.labels_source = name;
  part.image_shape = {3, 32, 32};
  part.pixels = std::make_unique_for_overwrite<std::uint8_t[]>(images * kImageBytes);
  std::uint8_t* out = part.pixels.get();
  for (auto at = bytes.begin(); at != bytes.end(); at += record) {
    part.labels.push_back(static_cast<std::uint8_t>(at[label_bytes - 1]));
    out = std::copy_n(at + label_bytes, kImageBytes, out);
  }
  return part;
}

bool is_cifar_folder(const fs::path& dir) {
  const Layout layout = find_layout(dir);
  return !layout.train.empty() || !layout.test.empty();
}

std::pair<Dataset, Dataset> load_cifar(const fs::path& dir, const LoadOptions& options) {
  const Layout layout = find_layout(dir);
  if (layout.train.empty()) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: no batch to train on, want {}", dir.string(),
                            layout.label_bytes == 1 ? "data_batch_1.bin and so on" : "train.bin"));
  }
  note_missing(dir, layout, options);
  std::optional<Part> test;
  if (!layout.test.empty()) test = read_part(layout.test, layout.label_bytes);
  return to_datasets(read_part(layout.train, layout.label_bytes), std::move(test),
                     read_names(dir / layout.names_file), options);
}

}  // namespace lenet
