// Which IDX files of a folder are the training and the test set.
#pragma once

#include <filesystem>
#include <vector>

#include "formats/subset.h"
#include "lenet/load_data.h"

namespace lenet {

/// Two files that belong together; empty if there are none.
struct IdxPair {
  std::filesystem::path images, labels;
};

/// The IDX files of a folder: its own, then those in a folder of their own name.
std::vector<std::filesystem::path> idx_files(const std::filesystem::path& dir);

/// By the words of the files' names, of the split that `options` name. The only pair is the
/// training set whatever its name. A plain file is preferred to the same with .gz, and both to the
/// same in a folder of its own name, as Kaggle unpacks it. A note names what is not used. Throws
/// Error: kIo if something is missing, kUsage if several files have one place.
Subsets<IdxPair> idx_layout(const std::filesystem::path& dir, const LoadOptions& options);

}  // namespace lenet
