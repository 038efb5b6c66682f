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
  return Dataset(std::move(part.pixels), part.offset, std::move(part.image_shape),
                 std::move(part.labels), classes, std::move(class_names));
}

/// Swaps rows and columns of every channel.
void transpose(Part& part) {
  const std::int64_t height = part.image_shape[1], width = part.image_shape[2];
  const std::int64_t planes = std::ssize(part.labels) * part.image_shape[0];
  auto turned = std::make_unique_for_overwrite<std::uint8_t[]>(
      static_cast<std::size_t>(planes * height * width));
  const std::uint8_t* plane = part.pixels.get() + part.offset;
  std::uint8_t* out = turned.get();
  for (std::int64_t p = 0; p < planes; ++p, plane += height * width) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (std::int64_t y = 0; y < height; ++y) *out++ = plane[y * width + x];
    }
  }
  part.pixels = std::move(turned);
  part.offset = 0;
  part.image_shape = {part.image_shape[0], width, height};
}

/// A copy of the images that `indices` names.
Dataset selection(const Dataset& data, std::span<const std::int32_t> indices) {
  const std::int64_t size = element_count(data.image_shape());
  auto pixels = std::make_unique_for_overwrite<std::uint8_t[]>(indices.size() *
                                                               static_cast<std::size_t>(size));
  std::vector<Label> labels;
  labels.reserve(indices.size());
  std::uint8_t* out = pixels.get();
  for (const std::int32_t i : indices) {
    out = std::copy_n(data.image(i), size, out);
    labels.push_back(data.label(i));
  }
  return Dataset(std::move(pixels), 0, data.image_shape(), std::move(labels), data.classes(),
                 data.class_names());
}

}  // namespace

void check_label_count(const Part& part, std::int64_t images) {
  if (std::ssize(part.labels) == images) return;
  bad_part(part.labels_source,
           fmt::format("{} labels, want {}, one for each image of {}", part.labels.size(), images,
                       file_name(part.images_source)));
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
  if (train.labels.empty()) bad_part(train.labels_source, "no images, want at least one");
  if (options.transpose) {
    transpose(train);
    if (test) transpose(*test);
  }
  std::int64_t classes = std::ssize(class_names);
  if (class_names.empty()) {
    classes = 1 + *std::ranges::max_element(train.labels);
    check_class_count(train, classes);
    note_empty_classes(train, classes, options.note);
  } else {
    check_labels(train, classes, fmt::format("as {} classes have names", classes));
  }
  if (!test && options.test_optional && options.test_split == 0) {
    return {to_dataset(std::move(train), classes, std::move(class_names)), Dataset()};
  }
  if (!test) {
    require(options.test_split != 0,
            fmt::format("{}: there is no test set beside it; set a share of the images aside for "
                        "one, as in --test-split 0.2",
                        train.images_source));
    const Dataset all = to_dataset(std::move(train), classes, std::move(class_names));
    const Split split = stratified_split(all, options.test_split, 0);
    const std::string few = small_classes_text(split, options.test_split);
    if (options.note && !few.empty()) options.note(few);
    return {selection(all, split.train), selection(all, split.holdout)};
  }
  require(
      options.test_split == 0,
      fmt::format("{}: the data has this test set; leave out --test-split", test->images_source));
  if (test->labels.empty()) bad_part(test->labels_source, "no images, want at least one");
  check_same_shape(train, *test);
  check_labels(*test, classes, fmt::format("the largest of {}", file_name(train.labels_source)));
  return {to_dataset(std::move(train), classes, class_names),
          to_dataset(*std::move(test), classes, class_names)};
}

}  // namespace lenet
