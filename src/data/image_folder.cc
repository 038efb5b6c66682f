// Folders of image files, one a class, as torchvision's ImageFolder reads them: classes and files
// in the order of their names, folders below a class looked through too, other files left out.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "data/formats.h"
#include "data/image_formats.h"
#include "data/image_layout.h"
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

/// The images of one part, each brought to one size.
class Reader {
 public:
  /// size: {height, width}, or nothing: that of the first image.
  explicit Reader(const Shape& size) : size_(size) {}

  /// Reads all images of the class' folder.
  void read_class(const fs::path& folder, Label label) {
    for (const fs::path& path : images_below(folder, left_out_)) {
      add(path, read_image(path));
      labels_.push_back(label);
    }
  }

  const Shape& size() const { return size_; }
  bool any_colour() const { return colour_; }
  bool empty() const { return labels_.empty(); }
  const LeftOut& left_out() const { return left_out_; }

  /// The part, with 1 or 3 channels.
  Part part(const fs::path& dir, std::int64_t channels) &&;

 private:
  void add(const fs::path& path, const Image& image) {
    if (size_.empty()) {
      size_ = {image.shape[1], image.shape[2]};
      first_ = path.string();
    }
    if (!first_.empty() && (image.shape[1] != size_[0] || image.shape[2] != size_[1])) {
      refuse(path, fmt::format("{}x{} pixels (height x width), but {} has {}x{}; bring all to one "
                               "size, as in --size {}x{}",
                               image.shape[1], image.shape[2], first_, size_[0], size_[1],
                               std::min<std::int64_t>(size_[0], 28),
                               std::min<std::int64_t>(size_[1], 28)));
    }
    images_.push_back(resized(image, {image.shape[0], size_[0], size_[1]}));
    colour_ = colour_ || image.shape[0] == 3;
    bytes_ += 3 * size_[0] * size_[1];
    if (bytes_ > kMostDataBytes) {
      refuse(path,
             fmt::format("more than {} images of {}x{} are more than is read; choose a smaller "
                         "--size",
                         images_.size() - 1, size_[0], size_[1]));
    }
  }

  Shape size_;
  std::string first_;  ///< the image that the others must be like, if no size was given
  bool colour_ = false;
  std::int64_t bytes_ = 0;
  std::vector<Image> images_;
  std::vector<Label> labels_;
  LeftOut left_out_;
};

Part Reader::part(const fs::path& dir, std::int64_t channels) && {
  Part part;
  part.images_source = part.labels_source = dir.string();
  part.image_shape = {channels, size_[0], size_[1]};
  const auto image_size = static_cast<std::size_t>(element_count(part.image_shape));
  part.pixels = std::make_unique_for_overwrite<std::uint8_t[]>(images_.size() * image_size);
  std::uint8_t* out = part.pixels.get();
  for (Image& image : images_) {
    const Image taken = std::move(image);
    out = std::ranges::copy(resized(taken, part.image_shape).pixels, out).out;
  }
  part.labels = std::move(labels_);
  return part;
}

Reader read_train(const fs::path& dir, const std::vector<std::string>& classes, const Shape& size) {
  Reader reader(size);
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const fs::path folder = dir / classes[k];
    if (LeftOut others; images_below(folder, others).empty()) {
      const std::string left_out = to_string(others);
      refuse(folder, fmt::format("no image in this class ({}{}{}); add some, or remove the folder",
                                 kImageFormats, left_out.empty() ? "" : "; ", left_out));
    }
    reader.read_class(folder, static_cast<Label>(k));
  }
  return reader;
}

Reader read_test(const fs::path& dir, const std::vector<std::string>& classes, const Shape& size) {
  Reader reader(size);
  for (const std::string& name : class_names_of(dir)) {
    const auto found = std::ranges::find(classes, name);
    if (found == classes.end()) {
      refuse(dir / name, fmt::format("no class of that name to train on, want one of {}",
                                     fmt::join(classes, ", ")));
    }
    reader.read_class(dir / name, static_cast<Label>(found - classes.begin()));
  }
  if (reader.empty()) refuse(dir, "no images, want some in at least one class");
  return reader;
}

void note_left_out(const fs::path& dir, const Reader& train, const std::optional<Reader>& test,
                   const LoadOptions& options) {
  LeftOut all = train.left_out();
  if (test) {
    for (const auto& [ending, count] : test->left_out()) all[ending] += count;
  }
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
  Reader train = read_train(layout.train, classes, options.size);
  std::optional<Reader> test;
  if (layout.test) test = read_test(*layout.test, classes, options.size);
  note_left_out(dir, train, test, options);
  const bool colour = options.colour || train.any_colour() || (test && test->any_colour());
  const std::int64_t channels = colour ? 3 : 1;
  std::optional<Part> test_part;
  if (test) test_part = std::move(*test).part(*layout.test, channels);
  return to_datasets(std::move(train).part(layout.train, channels), std::move(test_part),
                     std::move(classes), options);
}

}  // namespace lenet
