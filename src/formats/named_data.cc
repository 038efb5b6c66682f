#include "formats/named_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEmnist =
    "EMNIST's IDX files (gzip.zip) from "
    "https://www.nist.gov/itl/products-and-services/emnist-dataset";

constexpr NamedData emnist(std::string_view name, std::string_view split) {
  return {.name = name, .folder = "emnist", .split = split, .transpose = true, .from = kEmnist};
}

constexpr std::array<NamedData, 12> kNamedData = {{
    {.name = "mnist",
     .folder = {},
     .from = "its four files from https://storage.googleapis.com/cvdf-datasets/mnist/"},
    {.name = "kmnist",
     .folder = {},
     .from = "its four IDX or .npz files from http://codh.rois.ac.jp/kmnist/"},
    {.name = "k49",
     .folder = {},
     .from = "its four .npz files from http://codh.rois.ac.jp/kmnist/"},
    {.name = "qmnist",
     .folder = {},
     .from = "its IDX files of train and test from https://github.com/facebookresearch/qmnist"},
    emnist("emnist-balanced", "balanced"),
    emnist("emnist-byclass", "byclass"),
    emnist("emnist-bymerge", "bymerge"),
    emnist("emnist-digits", "digits"),
    emnist("emnist-letters", "letters"),
    emnist("emnist-mnist", "mnist"),
    {.name = "cifar10",
     .folder = "cifar-10-batches-bin",
     .from = "the binary version from https://www.cs.toronto.edu/~kriz/cifar.html"},
    {.name = "cifar100",
     .folder = "cifar-100-binary",
     .from = "the binary version from https://www.cs.toronto.edu/~kriz/cifar.html"},
}};

}  // namespace

const NamedData* named_data(std::string_view name) {
  const auto found = std::ranges::find(kNamedData, name, &NamedData::name);
  return found == kNamedData.end() ? nullptr : &*found;
}

std::vector<std::string> data_names() {
  std::vector<std::string> names = {"fashion-mnist"};
  for (const NamedData& data : kNamedData) names.emplace_back(data.name);
  return names;
}

fs::path shared_folder(std::string_view name) { return fs::path("/usr/share/datasets") / name; }

fs::path cache_folder(std::string_view name) {
  const fs::path sub = fs::path("lenet") / name;
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  if (xdg && fs::path(xdg).is_absolute()) {  // the XDG specification: a relative one is ignored
    return fs::path(xdg) / sub;
  }
  const char* home = std::getenv("HOME");
  return home && *home ? fs::path(home) / ".cache" / sub : fs::path();
}

fs::path find_named_data(const NamedData& data) {
  std::string looked_in;
  for (const std::string_view name : {data.name, data.folder}) {
    if (name.empty()) continue;
    for (const fs::path& folder : {shared_folder(name), cache_folder(name)}) {
      if (folder.empty()) continue;
      std::error_code ignored;  // what cannot be looked at counts as absent
      if (fs::is_directory(folder, ignored)) return folder;
      looked_in += "\n  " + folder.string();
    }
  }
  throw Error(ErrorKind::kIo, fmt::format("{}: no such path, and not found in{}\nPut there {}",
                                          data.name, looked_in, data.from));
}

}  // namespace lenet
