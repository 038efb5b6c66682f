// Fashion-MNIST: 70,000 grey images of clothes, 28x28, in 10 classes (MIT licence).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// The name of label i at i.
inline constexpr std::array<std::string_view, 10> kFashionMnistLabels = {
    "t-shirt", "trouser", "pullover", "dress", "coat",
    "sandal",  "shirt",   "sneaker",  "bag",   "ankle boot"};

/// The name of each label. Throws Error (kBadInput) for a label above 9.
std::vector<std::string> get_fashion_mnist_labels(std::span<const Label> labels);

struct FashionMnistOptions {
  /// A folder for load_idx_folder. If given, nothing else is looked at.
  std::filesystem::path dir = {};

  /// https:// folders that hold the four .gz files, tried in this order. None: no download.
  std::vector<std::string> mirrors = {
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
      "https://fashion-mnist.s3.eu-central-1.amazonaws.com/"};

  /// Called many times a second while a file is downloaded, on the calling thread, with the file's
  /// name, the bytes so far and their total (0 while unknown). May throw to stop.
  std::function<void(std::string_view name, std::int64_t bytes, std::int64_t total)> progress = {};
};

/// The training and the test set: `auto [train, test] = load_data_fashion_mnist();`
///
/// Taken from options.dir; else from $LENET_DATA if that is set; else from the first that holds
/// all four files of /usr/share/datasets/fashion-mnist (Debian's dataset-fashion-mnist) and
/// $XDG_CACHE_HOME/lenet/fashion-mnist (or ~/.cache/...). Else what the cache lacks (30 MB in all)
/// is downloaded into it, and kept only if its SHA-256 is right. $SSL_CERT_FILE names certificates
/// to trust in place of the system's.
///
/// Throws Error: kIo if the files are not found and cannot be downloaded, kUsage for a mirror that
/// is not https://, and what load_idx_folder throws.
std::pair<Dataset, Dataset> load_data_fashion_mnist(const FashionMnistOptions& options = {});

}  // namespace lenet
