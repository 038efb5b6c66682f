// The training or the test part of a data set as a reader leaves it, and making data sets of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lenet/load_data.h"

namespace lenet {

/// Images and labels that belong together, with the names of their files for messages.
struct Part {
  std::string images_source, labels_source;
  std::unique_ptr<std::uint8_t[]> pixels;
  std::int64_t offset = 0;  ///< of the first image in `pixels`
  Shape image_shape;        ///< {channels, height, width}
  std::vector<Label> labels;
  std::vector<float> floats = {};  ///< images that count as they are, in place of `pixels`
  FloatTargets rows = {};          ///< in place of `labels`

  bool has_rows() const { return rows.width > 0; }
  std::int64_t size() const {
    return has_rows() ? std::ssize(rows.values) / rows.width : std::ssize(labels);
  }
};

/// Throws Error (kBadInput), naming the labels' file, unless there are labels or rows for so many
/// images.
void check_label_count(const Part& part, std::int64_t images);

/// The labels of all images. Throws Error (kBadInput), starting with `source`, for one that is not
/// from 0 to 65,535.
std::vector<Label> to_labels(std::span<const std::int64_t> labels, const std::string& source);

/// Two data sets from two parts, or from one by options.test_split. The classes are those that
/// `class_names` names or, without names, 1 + the largest training label; with options.targets
/// "input" each image is its own target instead. Throws Error: kBadInput
/// if the parts do not fit each other, kUsage if the split does not suit the data.
std::pair<Dataset, Dataset> to_datasets(Part train, std::optional<Part> test,
                                        std::vector<std::string> class_names,
                                        const LoadOptions& options);

}  // namespace lenet
