// Folders of image files, one a class, as torchvision's ImageFolder reads them: classes and files
// in the order of their names, folders below a class looked through too, other files left out.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "formats/formats.h"
#include "formats/image_layout.h"
#include "formats/image_reader.h"
#include "image/decoders.h"
#include "lenet/error.h"
#include "lenet/image.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", path.string(), what));
}

std::vector<std::string> class_names_of(const fs::path& dir) {
  std::vector<std::string> names;
  for (const fs::path& folder : visible_folders(dir)) {
    names.push_back(folder.filename().string());
    if (std::ranges::any_of(names.back(), is_control)) {
      refuse(dir, "the name of a class has a control character; rename that folder");
    }
    if (!is_utf8(names.back())) {
      refuse(folder,
             "the name of a class is not UTF-8, as a saved model has it; rename the folder");
    }
  }
  if (std::ssize(names) > kMostClasses) {
    refuse(dir,
           fmt::format("{} folders, want at most {}, one a class", names.size(), kMostClasses));
  }
  return names;
}

/// The files of one part, class by class, in the order of their names.
struct ImageFiles {
  fs::path dir;
  std::vector<fs::path> paths = {};
  std::vector<Label> labels = {};
  LeftOut left_out = {};

  /// All images of the class' folder; false if there are none.
  bool add_class(const fs::path& folder, Label label) {
    const std::vector<fs::path> images = images_below(folder, left_out);
    paths.insert(paths.end(), images.begin(), images.end());
    labels.insert(labels.end(), images.size(), label);
    return !images.empty();
  }
};

ImageFiles list_train(const fs::path& dir, const std::vector<std::string>& classes) {
  ImageFiles files{.dir = dir};
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const fs::path folder = dir / classes[k];
    if (files.add_class(folder, static_cast<Label>(k))) continue;
    LeftOut others;
    images_below(folder, others);
    const std::string left_out = to_string(others);
    refuse(folder, fmt::format("no image in this class ({}{}{}); add some, or remove the folder",
                               kImageFormats, left_out.empty() ? "" : "; ", left_out));
  }
  return files;
}

ImageFiles list_test(const fs::path& dir, const std::vector<std::string>& classes) {
  ImageFiles files{.dir = dir};
  for (const std::string& name : class_names_of(dir)) {
    const auto found = std::ranges::find(classes, name);
    if (found == classes.end()) {
      refuse(dir / name, fmt::format("no class of that name to train on, want one of {}",
                                     fmt::join(classes, ", ")));
    }
    files.add_class(dir / name, static_cast<Label>(found - classes.begin()));
  }
  if (files.paths.empty()) refuse(dir, "no images, want some in at least one class");
  return files;
}

/// Images with their labels, without the files that are left out.
struct LabelledImages {
  std::vector<Image> images = {};
  std::vector<Label> labels = {};
};

LabelledImages read(const ImageFiles& files, ImageReader& reader) {
  LabelledImages result;
  std::vector<Image> images = reader.read(files.paths);
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (images[i].pixels.empty()) continue;
    result.images.push_back(std::move(images[i]));
    result.labels.push_back(files.labels[i]);
  }
  if (result.images.empty()) refuse(files.dir, "all images are broken");
  return result;
}

/// Broken files that are left out may be all of a class.
void require_classes(const fs::path& dir, const LabelledImages& train,
                     const std::vector<std::string>& classes) {
  std::vector<bool> has_images(classes.size());
  for (const Label label : train.labels) has_images[label] = true;
  const auto empty = std::ranges::find(has_images, false) - has_images.begin();
  if (empty == std::ssize(classes)) return;
  refuse(dir / classes[static_cast<std::size_t>(empty)],
         "all images of this class are broken; add some, or remove the folder");
}

bool any_colour(const LabelledImages& part) {
  return std::ranges::any_of(part.images, [](const Image& image) { return image.shape[0] == 3; });
}

/// The part, with 1 or 3 channels.
Part to_part(LabelledImages labelled, const fs::path& dir, std::int64_t channels) {
  Part part;
  part.images_source = part.labels_source = dir.string();
  part.image_shape = labelled.images[0].shape;
  part.image_shape[0] = channels;
  const auto image_size = static_cast<std::size_t>(element_count(part.image_shape));
  part.pixels = std::make_unique_for_overwrite<std::uint8_t[]>(labelled.images.size() * image_size);
  std::uint8_t* out = part.pixels.get();
  for (Image& image : labelled.images) {
    const Image taken = std::move(image);
    out = std::ranges::copy(resized(taken, part.image_shape).pixels, out).out;
  }
  part.labels = std::move(labelled.labels);
  return part;
}

/// Images beside the folders of classes.
void note_loose(const fs::path& dir, const LoadOptions& options) {
  if (!options.note) return;
  const std::string images = loose_images(dir);
  if (!images.empty()) options.note(fmt::format("{}: {}: not used", dir.string(), images));
}

void note_left_out(const fs::path& dir, LeftOut all, const LeftOut& others,
                   const LoadOptions& options) {
  for (const auto& [ending, count] : others) all[ending] += count;
  const std::string text = to_string(all);
  if (options.note && !text.empty()) options.note(fmt::format("{}: {}", dir.string(), text));
}

}  // namespace

bool is_image_folder(const fs::path& dir) {
  return std::ranges::any_of(visible_folders(image_layout(dir, {}).train),
                             [](const fs::path& folder) {
                               LeftOut ignored;
                               return !images_below(folder, ignored).empty();
                             });
}

std::pair<Dataset, Dataset> load_image_folder(const fs::path& dir, const LoadOptions& options) {
  const ImageLayout layout = image_layout(dir, options.note);
  std::vector<std::string> classes = class_names_of(layout.train);
  if (classes.size() == 1 && options.note) {
    options.note(fmt::format("{}: one class, {}: there is nothing to tell apart",
                             layout.train.string(), classes[0]));
  }
  const ImageFiles train_files = list_train(layout.train, classes);
  const ImageFiles test_files = layout.test ? list_test(*layout.test, classes) : ImageFiles{};
  note_loose(layout.train, options);
  if (layout.test) note_loose(*layout.test, options);
  note_left_out(dir, train_files.left_out, test_files.left_out, options);
  ImageReader reader(options, std::ssize(train_files.paths) + std::ssize(test_files.paths));
  LabelledImages train = read(train_files, reader);
  std::optional<LabelledImages> test;
  if (layout.test) test = read(test_files, reader);
  reader.note_broken();
  require_classes(layout.train, train, classes);
  const bool colour = options.colour || any_colour(train) || (test && any_colour(*test));
  const std::int64_t channels = colour ? 3 : 1;
  std::optional<Part> test_part;
  if (test) test_part = to_part(std::move(*test), *layout.test, channels);
  return to_datasets(to_part(std::move(train), layout.train, channels), std::move(test_part),
                     std::move(classes), options);
}

}  // namespace lenet
