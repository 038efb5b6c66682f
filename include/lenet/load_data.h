// A user's own images, from a file or a folder of any format that lenet knows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/export.h"
#include "lenet/shape.h"

namespace LENET_PUBLIC lenet {

/// What a path holds; its content tells.
enum class DataFormat {
  kIdx,     ///< a folder of IDX files: MNIST and its like
  kCifar,   ///< a folder of CIFAR-10's or CIFAR-100's binary batches
  kCsv,     ///< a file, or a folder with train.csv: a label and the pixels of a grey image a row
  kNpz,     ///< a file, or a folder with one or with .npy files: x_train, y_train and perhaps
            ///< x_test, y_test, by these or other usual names (docs/data.md)
  kImages,  ///< a folder with a folder of image files a class (image.h), or two such folders,
            ///< train/ and test/
};

/// "IDX files" and the like.
std::string_view to_string(DataFormat format);

/// Of what load_data() takes; looks at names and first bytes only. Throws Error: kIo if there is
/// nothing or it cannot be read, kBadInput if it is none of the formats.
DataFormat data_format(const std::filesystem::path& path);

/// Whether LoadOptions::targets says that each image is its own target.
bool is_input(const std::vector<std::string>& targets);

/// Takes a sentence for what is left out or doubtful in data that is taken all the same.
using Note = std::function<void(const std::string& sentence)>;

/// Takes how many of `all` image files have been read, on the thread that loads them.
using ReadingProgress = std::function<void(std::int64_t done, std::int64_t all)>;

struct LoadOptions {
  /// {height, width}: of images whose file does not say it (CSV; empty: squares), or that image
  /// files are brought to, each pixel the mean of the area that it covers (empty: all must be
  /// alike).
  Shape size = {};

  /// The share of the images of every class that become the test set, for data that has none. The
  /// choice is always the same, whatever a run's seed, so that results can be compared. 0: the
  /// data must have a test set.
  double test_split = 0;

  /// Of several data sets in a folder of IDX or CSV files, the one whose files have these words in
  /// their names, as EMNIST's balanced and letters. Empty: there is only one.
  std::string split = {};

  /// Swaps rows and columns of every image: EMNIST's files have them so.
  bool transpose = false;

  /// What the images are compared with. Empty: their classes, or the numbers that the data has for
  /// them: an array of (images, numbers) that are not all whole, or rows of 0 and 1 with more than
  /// one 1 (several labels an image). {"input"}: each image itself, whether it has labels or not.
  /// Else the columns of a CSV file with these names, whose values are numbers.
  std::vector<std::string> targets = {};

  /// Labels of arrays and of CSV files are numbers to be learned, whatever they look like.
  bool numbers = false;

  /// The numbers of arrays and of CSV files are images as they are, of any size and sign, and of
  /// any number of channels: FloatImages. Else they are pixels, from 0 to 1 or from 0 to 255. An
  /// array of (images, numbers) has images of {1, 1, numbers}, and a CSV file without `size`
  /// likewise.
  bool floats = false;

  /// Image files that are broken, lack pixels or are too large are left out, and a note counts
  /// them; else the first is an error.
  bool skip_broken = false;

  /// Data without a test set is taken without a test_split: the second set is then empty.
  bool test_optional = false;

  /// Image files are taken in colour even where all are grey, each with three equal channels, as a
  /// grey one among colour images is.
  bool colour = false;

  /// Called for each such sentence, if there is one.
  Note note = {};

  /// Threads that decode image files. 0: as many as CPUs that this process may use. The result does
  /// not depend on it.
  int threads = 0;

  /// Called for each per cent of the image files, if there is one.
  ReadingProgress progress = {};
};

/// The training and the test set of a file, of a folder, of the only data in the folders of a
/// folder, or of a data set of this name, as "mnist", which is looked for in /usr/share/datasets
/// and in $XDG_CACHE_HOME/lenet or $HOME/.cache/lenet. Images are grey or colour as the data has
/// them; both sets have as many classes as names are known or, without names, 1 + the largest
/// training label, at most 65,536. Throws Error: kIo if something is missing or cannot be read,
/// kBadInput if it is broken, kUsage for options that do not suit the data.
std::pair<Dataset, Dataset> load_data(const std::filesystem::path& path,
                                      const LoadOptions& options = {});

/// The training and the test set from the folder's four files, named as MNIST names them:
/// {train,t10k}-images-idx3-ubyte and {train,t10k}-labels-idx1-ubyte, plain or with .gz (the plain
/// one if both are there). Images of any one size, 1 channel.
///
/// Both sets get 1 + the largest training label as their number of classes: 10 for MNIST and its
/// like, 27 for EMNIST Letters, whose labels start at 1. Class names are known if the training
/// labels are those of Fashion-MNIST (their SHA-256 tells). Throws Error: kIo if a file is missing
/// or cannot be read, kBadInput if one is broken or does not fit the others.
std::pair<Dataset, Dataset> load_idx_folder(const std::filesystem::path& dir);

}  // namespace lenet
