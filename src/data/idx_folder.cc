#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <string>

#include "base/sha256.h"
#include "data/fashion_mnist_files.h"
#include "data/idx.h"
#include "lenet/dataset.h"
#include "lenet/error.h"
#include "lenet/fashion_mnist.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void bad_folder(const fs::path& path, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", path.string(), what));
}

/// Images and labels that belong together.
struct Part {
  fs::path images_path, labels_path;
  Idx images, labels;
};

fs::path require_idx(const fs::path& dir, const std::string& name) {
  if (auto path = find_idx(dir, name)) return *path;
  throw Error(ErrorKind::kIo,
              fmt::format("{}: not found, nor with .gz (want four files named as MNIST's)",
                          (dir / name).string()));
}

/// Labels first: they are small, and what is wrong with them shows at once.
Part read_part(const fs::path& dir, const std::string& name) {
  Part part;
  part.images_path = require_idx(dir, name + "-images-idx3-ubyte");
  part.labels_path = require_idx(dir, name + "-labels-idx1-ubyte");
  part.labels = read_idx(part.labels_path, 1);
  part.images = read_idx(part.images_path, 3);
  if (part.images.sizes[0] != part.labels.sizes[0]) {
    bad_folder(part.labels_path,
               fmt::format("{} labels, want {}, one for each image of {}", part.labels.sizes[0],
                           part.images.sizes[0], part.images_path.filename().string()));
  }
  return part;
}

Shape image_shape(const Part& part) { return {1, part.images.sizes[1], part.images.sizes[2]}; }

void check_test_part(const Part& train, const Part& test, std::int64_t classes) {
  if (image_shape(test) != image_shape(train)) {
    bad_folder(test.images_path,
               fmt::format("images of {}, want {} as in {}", to_string(image_shape(test)),
                           to_string(image_shape(train)), train.images_path.filename().string()));
  }
  const auto labels = test.labels.payload();
  const auto unknown = std::find_if(labels.begin(), labels.end(),
                                    [=](std::uint8_t label) { return label >= classes; });
  if (unknown != labels.end()) {
    bad_folder(
        test.labels_path,
        fmt::format("label {} at image {}, want at most {}, the largest of {}", *unknown,
                    unknown - labels.begin(), classes - 1, train.labels_path.filename().string()));
  }
}

std::vector<std::string> known_class_names(const Idx& train_labels) {
  if (sha256(train_labels.all()) != kFashionMnistTrainLabels.sha256) return {};
  return {kFashionMnistLabels.begin(), kFashionMnistLabels.end()};
}

Dataset to_dataset(Part part, std::int64_t classes, std::vector<std::string> class_names) {
  const auto labels = part.labels.payload();
  return Dataset(std::move(part.images.bytes), part.images.header_size(), image_shape(part),
                 {labels.begin(), labels.end()}, classes, std::move(class_names));
}

}  // namespace

std::pair<Dataset, Dataset> load_idx_folder(const fs::path& dir) {
  auto reading_test = std::async(std::launch::async, read_part, dir, "t10k");
  Part train = read_part(dir, "train");
  Part test = reading_test.get();

  const auto train_labels = train.labels.payload();
  const std::int64_t classes = 1 + *std::max_element(train_labels.begin(), train_labels.end());
  check_test_part(train, test, classes);
  const std::vector<std::string> names = known_class_names(train.labels);
  return {to_dataset(std::move(train), classes, names),
          to_dataset(std::move(test), classes, names)};
}

}  // namespace lenet
