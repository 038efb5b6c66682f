#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <string>

#include "base/sha256.h"
#include "data/fashion_mnist_files.h"
#include "data/formats.h"
#include "data/idx.h"
#include "lenet/dataset.h"
#include "lenet/error.h"
#include "lenet/fashion_mnist.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

/// Two files that belong together; empty if there are none.
struct PartPaths {
  fs::path images, labels;
};

struct FolderPaths {
  PartPaths train, test;
};

fs::path require_idx(const fs::path& dir, const std::string& name) {
  if (auto path = find_idx(dir, name)) return *path;
  throw Error(ErrorKind::kIo,
              fmt::format("{}: not found, nor with .gz (want four files named as MNIST's)",
                          (dir / name).string()));
}

PartPaths mnist_paths(const fs::path& dir, const std::string& name) {
  return {require_idx(dir, name + "-images-idx3-ubyte"),
          require_idx(dir, name + "-labels-idx1-ubyte")};
}

FolderPaths mnist_paths(const fs::path& dir) {
  return {mnist_paths(dir, "train"), mnist_paths(dir, "t10k")};
}

bool holds_mnist_name(const fs::path& dir) {
  return std::ranges::any_of(kFashionMnistFiles, [&](const FashionMnistFile& file) {
    return find_idx(dir, file.name).has_value();
  });
}

/// The file's place among the four, of any name: the header tells images from labels.
fs::path& place_of(const fs::path& path, std::int64_t dimensions, FolderPaths& paths) {
  const std::string name = path.filename().string();
  const auto says = [&](const char* word) { return name.find(word) != std::string::npos; };
  const bool test = says("t10k") || says("test");
  if (!test && !says("train")) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: an IDX file with neither train, t10k nor test in its name",
                            path.string()));
  }
  PartPaths& part = test ? paths.test : paths.train;
  return dimensions == 1 ? part.labels : part.images;
}

/// A plain file is preferred to the same with .gz.
FolderPaths any_paths(const fs::path& dir) {
  FolderPaths paths;
  for (const fs::path& path : visible_files(dir)) {
    const auto dimensions = idx_dimensions(path);
    if (!dimensions) continue;
    fs::path& place = place_of(path, *dimensions, paths);
    if (place.empty()) {
      place = path;
    } else if (path != place.string() + ".gz") {
      throw Error(
          ErrorKind::kBadInput,
          fmt::format("{}: as {}, IDX {} to {}; want one such file in the folder", path.string(),
                      place.filename().string(), *dimensions == 1 ? "labels" : "images",
                      &place == &paths.test.images || &place == &paths.test.labels ? "test on"
                                                                                   : "train on"));
    }
  }
  return paths;
}

void require_both(const PartPaths& part, const fs::path& dir, const char* name) {
  if (!part.images.empty() && !part.labels.empty()) return;
  throw Error(ErrorKind::kIo, fmt::format("{}: no IDX {} with {} in its name", dir.string(),
                                          part.images.empty() ? "images" : "labels", name));
}

/// Labels first: they are small, and what is wrong with them shows at once. Leaves their file in
/// `labels`.
Part read_part(const PartPaths& paths, Idx& labels) {
  labels = read_idx(paths.labels, 1);
  Idx images = read_idx(paths.images, 3);
  const auto bytes = labels.payload();
  Part part{.images_source = paths.images.string(),
            .labels_source = paths.labels.string(),
            .pixels = std::move(images.bytes),
            .offset = images.header_size(),
            .image_shape = {1, images.sizes[1], images.sizes[2]},
            .labels = {bytes.begin(), bytes.end()}};
  check_label_count(part, images.sizes[0]);
  return part;
}

/// Fashion-MNIST's, if the training labels have its SHA-256.
std::vector<std::string> known_class_names(const Idx& train_labels) {
  if (sha256(train_labels.all()) != kFashionMnistTrainLabels.sha256) return {};
  return {kFashionMnistLabels.begin(), kFashionMnistLabels.end()};
}

std::pair<Dataset, Dataset> load(const FolderPaths& paths, const LoadOptions& options) {
  std::future<Part> reading_test;
  if (!paths.test.images.empty()) {
    reading_test = std::async(std::launch::async, [&] {
      Idx labels;
      return read_part(paths.test, labels);
    });
  }
  Idx train_labels;
  Part train = read_part(paths.train, train_labels);
  std::optional<Part> test;
  if (reading_test.valid()) test = reading_test.get();
  std::vector<std::string> names = known_class_names(train_labels);
  return to_datasets(std::move(train), std::move(test), std::move(names), options);
}

}  // namespace

std::pair<Dataset, Dataset> load_idx_folder(const fs::path& dir) {
  return load(mnist_paths(dir), {});
}

bool is_idx_folder(const fs::path& dir) {
  return holds_mnist_name(dir) || std::ranges::any_of(visible_files(dir), [](const fs::path& path) {
           return idx_dimensions(path).has_value();
         });
}

std::pair<Dataset, Dataset> load_idx(const fs::path& dir, const LoadOptions& options) {
  const bool as_mnist = holds_mnist_name(dir);
  const FolderPaths paths = as_mnist && options.test_split == 0 ? mnist_paths(dir) : any_paths(dir);
  require_both(paths.train, dir, "train");
  if (!paths.test.images.empty() || !paths.test.labels.empty()) {
    require_both(paths.test, dir, "t10k or test");
  }
  return load(paths, options);
}

}  // namespace lenet
