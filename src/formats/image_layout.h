// Where a folder has its image files, and what else it has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lenet/load_data.h"

namespace lenet {

/// "3 images in no class' folder", of those in the folder itself; "" if there are none.
std::string loose_images(const std::filesystem::path& dir);

/// Where the classes are, a folder each.
struct ImageLayout {
  std::filesystem::path train;
  std::optional<std::filesystem::path> test;
};

/// Of a folder with folders of classes, or with such folders for its subsets, as their names tell
/// by words: train and test, Training and Testing, seg_train and seg_test, also seg_train/seg_train
/// below. A validation set is the test set where there is none, and a lone test set is taken whole.
/// `note`, if any, is called for each folder that is not used. Throws Error: kIo, and kBadInput for
/// two folders of one subset and for subsets without a training set.
ImageLayout image_layout(const std::filesystem::path& dir, const Note& note);

/// Whether the ending is that of an image format that is read, in small or capital letters.
bool has_image_name(const std::filesystem::path& path);

/// Numbers of files that are no images, by their endings.
using LeftOut = std::map<std::string, std::int64_t>;

/// The image files below a folder, sorted; links to folders are not followed, and hidden files and
/// folders are passed over. Adds the others to `left_out`.
std::vector<std::filesystem::path> images_below(const std::filesystem::path& dir,
                                                LeftOut& left_out);

/// "18 files left out: 6 .heic, 12 .txt"; "" for none.
std::string to_string(const LeftOut& left_out);

}  // namespace lenet
