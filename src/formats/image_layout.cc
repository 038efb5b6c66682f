#include "formats/image_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "base/plural.h"
#include "base/text.h"
#include "formats/formats.h"
#include "formats/subset.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", path.string(), what));
}

bool has_folders(const fs::path& dir) { return !visible_folders(dir).empty(); }

bool has_images(const fs::path& dir) {
  LeftOut ignored;
  return !images_below(dir, ignored).empty();
}

/// The folder, or the only one in it if that has the same name.
fs::path unnested(const fs::path& dir) {
  const std::vector<fs::path> folders = visible_folders(dir);
  const bool nested = folders.size() == 1 && folders[0].filename() == dir.filename();
  return nested ? folders[0] : dir;
}

/// Folders whose names have the same words but for the subset's.
using SubsetFolders = Subsets<fs::path>;

using Words = std::vector<std::string>;

std::map<Words, SubsetFolders> subset_folders(const fs::path& dir) {
  std::map<Words, SubsetFolders> groups;
  for (const fs::path& folder : visible_folders(dir)) {
    Words words = words_of(folder.filename().string());
    const auto subset = subset_of(words);
    if (!subset) continue;
    std::erase_if(words, [](const std::string& word) { return subset_of_word(word).has_value(); });
    fs::path& place = groups[words][*subset];
    if (!place.empty() && has_folders(place) && has_folders(folder)) {
      refuse(dir, fmt::format("{} and {} are both of one subset by their names; keep one",
                              place.filename().string(), folder.filename().string()));
    }
    if (place.empty() || has_folders(folder)) place = folder;
  }
  return groups;
}

/// The folders of a training set and others, if there is one; a class may be called train too, or
/// steam train, but has no folders in it, or no test beside it.
std::optional<SubsetFolders> with_training_set(const std::map<Words, SubsetFolders>& groups) {
  for (const auto& [words, folders] : groups) {
    const bool alone = folders.test.empty() && folders.validation.empty();
    const bool split = !folders.train.empty() && has_folders(folders.train);
    if (split && (words.empty() || !alone)) return folders;
  }
  return std::nullopt;
}

/// A folder with nothing but a test or a validation set: that one. Nothing for a folder of classes.
std::optional<fs::path> lone_subset(const fs::path& dir,
                                    const std::map<Words, SubsetFolders>& groups) {
  const auto found = groups.find({});
  if (found == groups.end()) return std::nullopt;
  const auto& [train, validation, test] = found->second;
  const auto split = [](const fs::path& f) { return !f.empty() && has_folders(unnested(f)); };
  if (split(validation) && split(test)) {
    refuse(dir, fmt::format("{} and {}, but no training set: want a folder train beside them",
                            validation.filename().string(), test.filename().string()));
  }
  const bool only = visible_folders(dir).size() == 1;
  if (only && split(test)) return test;
  if (only && split(validation)) return validation;
  return std::nullopt;
}

/// Whether the images have labels; a note if not. One folder called unknown and the like is none.
bool has_labels(const fs::path& dir, const fs::path& train, const Note& note) {
  constexpr std::array<std::string_view, 5> kNoClass = {"unknown", "images", "unlabeled",
                                                        "unlabelled", "test"};
  const std::vector<fs::path> folders = visible_folders(dir);
  std::error_code ignored;
  const bool no_class =
      folders.size() == 1 && !fs::exists(train / folders[0].filename(), ignored) &&
      std::ranges::find(kNoClass, lower_case(folders[0].filename().string())) != kNoClass.end();
  if (!no_class && (!folders.empty() || !has_images(dir))) return true;
  if (note) note(fmt::format("{}: not used, as its images are in no class' folder", dir.string()));
  return false;
}

/// A note for each folder of images that is no part of the layout.
void name_unused(const fs::path& dir, const SubsetFolders& used, const Note& note) {
  if (!note) return;
  for (const fs::path& folder : visible_folders(dir)) {
    const bool is_used = folder == used.train || folder == used.validation || folder == used.test;
    if (!is_used && has_images(folder)) note(fmt::format("{}: not used", folder.string()));
  }
}

bool has_own_images(const fs::path& dir) {
  return std::ranges::any_of(visible_files(dir), has_image_name);
}

/// The folder, or the only one in it, and so on, if that is no class: it has no images of its own,
/// but several folders with images.
fs::path unwrapped(fs::path dir) {
  for (;;) {
    const std::vector<fs::path> folders = visible_folders(dir);
    if (folders.size() != 1 || has_own_images(dir) || has_own_images(folders[0])) return dir;
    if (subset_of(words_of(folders[0].filename().string()))) return dir;
    const std::vector<fs::path> inner = visible_folders(folders[0]);
    const bool nested = inner.size() == 1 && visible_folders(inner[0]).size() > 1;
    if (std::ranges::count_if(inner, has_images) < 2 && !nested) return dir;
    dir = folders[0];
  }
}

}  // namespace

ImageLayout image_layout(const fs::path& given, const Note& note) {
  const fs::path dir = unwrapped(given);
  if (note && dir != given) note(fmt::format("{}: the data, the only folder there", dir.string()));
  const auto groups = subset_folders(dir);
  const auto folders = with_training_set(groups);
  if (!folders) {
    const auto lone = lone_subset(dir, groups);
    if (!lone) return {dir, std::nullopt};
    if (note) note(fmt::format("{}: taken whole, as there is no other set", lone->string()));
    return {unnested(*lone), std::nullopt};
  }
  name_unused(dir, *folders, note);
  ImageLayout layout{unnested(folders->train), std::nullopt};
  if (!folders->test.empty()) {
    const fs::path test = unnested(folders->test);
    if (has_labels(test, layout.train, note)) layout.test = test;
  }
  if (!folders->validation.empty()) {
    const fs::path validation = unnested(folders->validation);
    if (has_labels(validation, layout.train, note) &&
        judges_validation(validation.string(), layout.test.has_value(), note)) {
      layout.test = validation;
    }
  }
  return layout;
}

bool has_image_name(const fs::path& path) {
  constexpr std::string_view kEndings[] = {".png",  ".jpg", ".jpeg", ".jpe", ".jfif",
                                           ".bmp",  ".dib", ".gif",  ".tif", ".tiff",
                                           ".webp", ".pbm", ".pgm",  ".ppm", ".pnm"};
  return std::ranges::find(kEndings, lower_case(path.extension().string())) != std::end(kEndings);
}

std::string loose_images(const fs::path& dir) {
  const auto images = std::ranges::count_if(visible_files(dir), has_image_name);
  return images == 0 ? "" : counted(images, "image") + " in no class' folder";
}

std::vector<fs::path> images_below(const fs::path& dir, LeftOut& left_out) {
  std::vector<fs::path> images;
  for (const fs::path& file : visible_files(dir)) {
    if (has_image_name(file)) {
      images.push_back(file);
    } else {
      ++left_out[printable(lower_case(file.extension().string()))];
    }
  }
  for (const fs::path& folder : visible_folders(dir)) {
    std::error_code ignored;
    if (fs::is_symlink(folder, ignored)) continue;
    const std::vector<fs::path> more = images_below(folder, left_out);
    images.insert(images.end(), more.begin(), more.end());
  }
  std::ranges::sort(images);
  return images;
}

std::string to_string(const LeftOut& left_out) {
  std::int64_t files = 0;
  std::string kinds;
  for (const auto& [ending, count] : left_out) {
    files += count;
    kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count,
                         ending.empty() ? "without an ending" : ending);
  }
  if (files == 0) return "";
  return fmt::format("{} {} left out: {}", files, files == 1 ? "file" : "files", kinds);
}

}  // namespace lenet
