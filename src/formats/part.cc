#include "formats/part.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/require.h"
#include "lenet/error.h"
#include "lenet/split.h"

namespace lenet {
namespace {

[[noreturn]] void bad_part(const std::string& source, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", source, what));
}

std::string file_name(const std::string& source) {
  return std::filesystem::path(source).filename().string();
}

/// `limit` says where the largest label allowed is from.
void check_labels(const Part& part, std::int64_t classes, const std::string& limit) {
  const auto unknown = std::ranges::find_if(
      part.labels, [=](Label label) { return std::int64_t{label} >= classes; });
  if (unknown == part.labels.end()) return;
  bad_part(part.labels_source, fmt::format("label {} at image {}, want at most {}, {}", *unknown,
                                           unknown - part.labels.begin(), classes - 1, limit));
}

/// Numbers of rows or of people, say, are no classes.
void check_class_count(const Part& train, std::int64_t classes) {
  constexpr std::int64_t kPlausible = 256;
  const std::int64_t images = std::ssize(train.labels);
  if (classes <= kPlausible || images >= 2 * classes) return;
  bad_part(train.labels_source,
           fmt::format("the largest label is {}, for {} images: more than {} classes need two "
                       "images each; are these the labels?",
                       classes - 1, images, kPlausible));
}

/// Labels that begin at 1, or are no labels.
void note_empty_classes(const Part& train, std::int64_t classes, const Note& note) {
  if (!note) return;
  std::vector<bool> seen(static_cast<std::size_t>(classes));
  for (const Label label : train.labels) seen[label] = true;
  const auto empty = std::ranges::count(seen, false);
  if (empty == 0) return;
  note(fmt::format("{}: labels from {} to {}: {} of {} classes {} no image", train.labels_source,
                   *std::ranges::min_element(train.labels), classes - 1, empty, classes,
                   empty == 1 ? "has" : "have"));
}

void check_same_shape(const Part& train, const Part& test) {
  if (test.image_shape == train.image_shape) return;
  bad_part(test.images_source,
           fmt::format("images of {}, want {} as in {}", to_string(test.image_shape),
                       to_string(train.image_shape), file_name(train.images_source)));
}

Dataset to_dataset(Part part, std::int64_t classes, std::vector<std::string> class_names) {
  Images images = FloatImages{std::move(part.floats)};
  if (part.pixels) images = ByteImages{std::move(part.pixels), part.offset};
  Targets targets = std::move(part.rows);
  if (!part.labels.empty()) {
    targets = ClassTargets{std::move(part.labels), classes, std::move(class_names)};
  }
  return Dataset(std::move(images), std::move(part.image_shape), std::move(targets));
}

/// Rows and columns of so many planes swapped.
template <class T>
void transpose(const T* plane, std::int64_t planes, std::int64_t height, std::int64_t width,
               T* out) {
  for (std::int64_t p = 0; p < planes; ++p, plane += height * width) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (std::int64_t y = 0; y < height; ++y) *out++ = plane[y * width + x];
    }
  }
}

/// Swaps rows and columns of every channel.
void transpose(Part& part) {
  const std::int64_t height = part.image_shape[1], width = part.image_shape[2];
  const std::int64_t planes = part.size() * part.image_shape[0];
  const auto count = static_cast<std::size_t>(planes * height * width);
  if (part.pixels) {
    auto turned = std::make_unique_for_overwrite<std::uint8_t[]>(count);
    transpose(part.pixels.get() + part.offset, planes, height, width, turned.get());
    part.pixels = std::move(turned);
    part.offset = 0;
  } else {
    std::vector<float> turned(count);
    transpose(part.floats.data(), planes, height, width, turned.data());
    part.floats = std::move(turned);
  }
  part.image_shape = {part.image_shape[0], width, height};
}

/// Both have rows of one width, or neither has rows.
void check_same_targets(const Part& train, const Part& test) {
  if (test.rows.width == train.rows.width) return;
  const auto targets = [](const Part& part) {
    return part.has_rows() ? fmt::format("{} numbers an image", part.rows.width)
                           : std::string("a class an image");
  };
  bad_part(test.labels_source, fmt::format("{}, want {} as in {}", targets(test), targets(train),
                                           file_name(train.labels_source)));
}

/// The classes that the training labels say, or the names; 0: there are rows.
std::int64_t class_count_of(const Part& train, const std::vector<std::string>& class_names,
                            const LoadOptions& options) {
  if (train.has_rows()) return 0;
  const std::int64_t named = std::ssize(class_names);
  if (named > 0) {
    check_labels(train, named, fmt::format("as {} classes have names", named));
    return named;
  }
  const std::int64_t classes = 1 + *std::ranges::max_element(train.labels);
  check_class_count(train, classes);
  note_empty_classes(train, classes, options.note);
  return classes;
}

using Sets = std::pair<Dataset, Dataset>;

/// From one part, by the share of test images.
Sets split_sets(Part train, std::int64_t classes, std::vector<std::string> class_names,
                const LoadOptions& options) {
  if (options.test_optional && options.test_split == 0) {
    return {to_dataset(std::move(train), classes, std::move(class_names)), Dataset()};
  }
  require(options.test_split != 0,
          fmt::format("{}: there is no test set beside it; set a share of the images aside for "
                      "one, as in --test-split 0.2",
                      train.images_source));
  const Dataset all = to_dataset(std::move(train), classes, std::move(class_names));
  const Split split = stratified_split(all, options.test_split, 0);
  const std::string few = small_classes_text(split, options.test_split);
  if (options.note && !few.empty()) options.note(few);
  return {all.selected(split.train), all.selected(split.holdout)};
}

Sets both_sets(Part train, Part test, std::int64_t classes, std::vector<std::string> class_names,
               const LoadOptions& options) {
  require(
      options.test_split == 0,
      fmt::format("{}: the data has this test set; leave out --test-split", test.images_source));
  if (test.size() == 0) bad_part(test.labels_source, "no images, want at least one");
  check_same_shape(train, test);
  check_same_targets(train, test);
  check_labels(test, classes, fmt::format("the largest of {}", file_name(train.labels_source)));
  return {to_dataset(std::move(train), classes, class_names),
          to_dataset(std::move(test), classes, class_names)};
}

}  // namespace

void check_label_count(const Part& part, std::int64_t images) {
  if (part.size() == images) return;
  bad_part(part.labels_source,
           fmt::format("{} {}, want {}, one for each image of {}", part.size(),
                       part.has_rows() ? "rows" : "labels", images, file_name(part.images_source)));
}

std::vector<Label> to_labels(std::span<const std::int64_t> labels, const std::string& source) {
  std::vector<Label> classes;
  classes.reserve(labels.size());
  for (const std::int64_t label : labels) {
    if (label < 0 || label >= kMostClasses) {
      bad_part(source, fmt::format("label {} at image {}, want 0 to {}", label, classes.size(),
                                   kMostClasses - 1));
    }
    classes.push_back(static_cast<Label>(label));
  }
  return classes;
}

std::pair<Dataset, Dataset> to_datasets(Part train, std::optional<Part> test,
                                        std::vector<std::string> class_names,
                                        const LoadOptions& options) {
  if (train.size() == 0) bad_part(train.labels_source, "no images, want at least one");
  if (options.transpose) {
    transpose(train);
    if (test) transpose(*test);
  }
  const std::int64_t classes = class_count_of(train, class_names, options);
  Sets sets =
      test ? both_sets(std::move(train), std::move(*test), classes, std::move(class_names), options)
           : split_sets(std::move(train), classes, std::move(class_names), options);
  if (!is_input(options.targets)) return sets;
  const bool tested = sets.second.size() > 0;
  return {std::move(sets.first).with_itself_as_target(),
          tested ? std::move(sets.second).with_itself_as_target() : Dataset()};
}

}  // namespace lenet
