// What a name stands for: a path, a data set below it, or a data set that has this name.
#pragma once

#include <filesystem>

#include "lenet/load_data.h"

namespace lenet {

struct DataSource {
  std::filesystem::path path;
  DataFormat format;
  LoadOptions options;  ///< as given, with what a data set of this name wants
};

/// The path itself if it holds data; the only data in the folders of a folder and in theirs, as
/// torchvision's MNIST/raw; if there is nothing of that name, the named data set. A note says which
/// was taken. Throws Error as data_format() does.
DataSource data_source(const std::filesystem::path& path, const LoadOptions& options);

}  // namespace lenet
