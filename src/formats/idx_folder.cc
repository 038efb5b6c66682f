#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <string>

#include "base/sha256.h"
#include "formats/fashion_mnist_files.h"
#include "formats/formats.h"
#include "formats/idx.h"
#include "formats/idx_layout.h"
#include "formats/split_names.h"
#include "lenet/error.h"
#include "lenet/fashion_mnist.h"
#include "lenet/load_data.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

fs::path require_idx(const fs::path& dir, const std::string& name) {
  if (auto path = find_idx(dir, name)) return *path;
  throw Error(ErrorKind::kIo,
              fmt::format("{}: not found, nor with .gz (want four files named as MNIST's)",
                          (dir / name).string()));
}

IdxPair mnist_paths(const fs::path& dir, const std::string& name) {
  return {require_idx(dir, name + "-images-idx3-ubyte"),
          require_idx(dir, name + "-labels-idx1-ubyte")};
}

/// Labels first: they are small, and what is wrong with them shows at once. Leaves their file in
/// `labels`.
Part read_part(const IdxPair& paths, Idx& labels) {
  labels = read_idx(paths.labels, IdxContent::kLabels);
  Idx images = read_idx(paths.images, IdxContent::kImages);
  Part part{.images_source = paths.images.string(),
            .labels_source = paths.labels.string(),
            .pixels = std::move(images.bytes),
            .offset = images.header_size(),
            .image_shape = {1, images.sizes[1], images.sizes[2]},
            .labels = to_labels(idx_labels(labels), paths.labels.string())};
  check_label_count(part, images.sizes[0]);
  return part;
}

/// Fashion-MNIST's, if the training labels have its SHA-256.
std::vector<std::string> known_class_names(const Idx& train_labels) {
  if (sha256(train_labels.all()) != kFashionMnistTrainLabels.sha256) return {};
  return {kFashionMnistLabels.begin(), kFashionMnistLabels.end()};
}

std::pair<Dataset, Dataset> load(const IdxPair& train_files, const IdxPair& test_files,
                                 const LoadOptions& options) {
  std::future<Part> reading_test;
  if (!test_files.images.empty()) {
    reading_test = std::async(std::launch::async, [&] {
      Idx labels;
      return read_part(test_files, labels);
    });
  }
  Idx train_labels;
  Part train = read_part(train_files, train_labels);
  std::optional<Part> test;
  if (reading_test.valid()) test = reading_test.get();
  std::vector<std::string> names = known_class_names(train_labels);
  return to_datasets(std::move(train), std::move(test), std::move(names), options);
}

}  // namespace

std::pair<Dataset, Dataset> load_idx_folder(const fs::path& dir) {
  const IdxPair train = mnist_paths(dir, "train");
  return load(train, mnist_paths(dir, "t10k"), {});
}

bool is_idx_folder(const fs::path& dir) { return !idx_files(dir).empty(); }

std::pair<Dataset, Dataset> load_idx(const fs::path& dir, const LoadOptions& options) {
  Subsets<IdxPair> files = idx_layout(dir, options);
  note_emnist({files.train.images}, options);
  if (!files.validation.images.empty() &&
      judges_validation(files.validation.images.string(), !files.test.images.empty(),
                        options.note)) {
    files.test = files.validation;
  }
  return load(files.train, files.test, options);
}

}  // namespace lenet
