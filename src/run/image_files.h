// Images out of files, as a network takes them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/load_data.h"
#include "lenet/shape.h"

namespace lenet {

/// Where an image is from: a file, and its place there if the file holds many.
struct ImageSource {
  std::string file;
  std::optional<std::int64_t> index;
};

struct ImageFilesOptions {
  Shape shape;             ///< that all images are brought to
  bool invert = false;     ///< dark drawings on light ground
  bool transpose = false;  ///< rows and columns of the images of IDX files
  bool floats = false;     ///< the files are .npy, each of one image or more of floats
};

/// Images one after another, and where they are from. They have no classes: every label is 0.
struct ImagesOfFiles {
  std::vector<ImageSource> sources;
  Dataset images;
  bool any_idx;  ///< one file at least was an IDX file
};

/// Reads image and IDX files, or .npy files of images of floats, as they are. `note` takes what is
/// damaged. Throws Error, also (kBadInput) for more images than fit a GiB.
ImagesOfFiles read_image_files(const std::vector<std::string>& files,
                               const ImageFilesOptions& options, const Note& note);

}  // namespace lenet
