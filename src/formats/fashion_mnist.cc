#include "lenet/fashion_mnist.h"

#include <fmt/format.h>

#include <cstdlib>

#include "formats/fashion_mnist_files.h"
#include "lenet/error.h"
#include "lenet/load_data.h"

namespace lenet {

std::vector<std::string> get_fashion_mnist_labels(std::span<const Label> labels) {
  std::vector<std::string> names;
  names.reserve(labels.size());
  for (const Label label : labels) {
    if (label >= kFashionMnistLabels.size()) {
      throw Error(ErrorKind::kBadInput, fmt::format("label {}, want at most 9", label));
    }
    names.emplace_back(kFashionMnistLabels[label]);
  }
  return names;
}

std::pair<Dataset, Dataset> load_data_fashion_mnist(const FashionMnistOptions& options) {
  if (!options.dir.empty()) return load_idx_folder(options.dir);
  if (const char* dir = std::getenv("LENET_DATA"); dir && *dir) {
    try {
      return load_idx_folder(dir);
    } catch (const Error& error) {
      throw Error(error.kind(), fmt::format("{} (the folder is $LENET_DATA)", error.what()));
    }
  }
  return load_idx_folder(find_or_download(standard_places(), options));
}

}  // namespace lenet
