#include "formats/idx_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "formats/formats.h"
#include "formats/idx.h"
#include "formats/split_names.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

/// What MNIST's names say, so that a file with something else in it is named; of other names, what
/// the header says.
std::optional<IdxContent> content_of(const fs::path& path) {
  for (const std::string& word : words_of(path.filename().string())) {
    if (word == "idx3") return IdxContent::kImages;
    if (word == "idx1" || word == "idx2") return IdxContent::kLabels;
  }
  return idx_content(path);
}

/// The words of a file's name without .gz.
std::vector<std::string> name_words(const fs::path& path) {
  return words_of((path.extension() == ".gz" ? path.stem() : path.filename()).string());
}

bool same_name(const fs::path& a, const fs::path& b) { return name_words(a) == name_words(b); }

fs::path& place_in(IdxPair& pair, IdxContent content) {
  return content == IdxContent::kImages ? pair.images : pair.labels;
}

/// Whether `path` is at `place` now, or another of its name was there; false if another file was.
bool put(const fs::path& path, fs::path& place) {
  if (place.empty()) place = path;
  return same_name(place, path);
}

/// The only images and the only labels of a folder need no word in their names.
std::optional<IdxPair> only_pair(const std::vector<fs::path>& files) {
  IdxPair pair;
  for (const fs::path& path : files) {
    if (!put(path, place_in(pair, *content_of(path)))) return std::nullopt;
  }
  if (pair.images.empty() || pair.labels.empty()) return std::nullopt;
  return pair;
}

/// Those that are of a split with images and labels.
std::vector<fs::path> in_pairs(std::vector<fs::path> files) {
  std::map<std::vector<std::string>, std::set<IdxContent>> contents;
  const auto split_of = [](const fs::path& path) { return split_words(path.filename().string()); };
  for (const fs::path& path : files) contents[split_of(path)].insert(content_of(path).value());
  std::erase_if(files, [&](const fs::path& path) { return contents[split_of(path)].size() < 2; });
  return files;
}

[[noreturn]] void refuse_both(const fs::path& dir, const fs::path& a, const fs::path& b,
                              const std::vector<fs::path>& files) {
  const std::string advice = split_advice(in_pairs(files));
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: {} and {} have one place by their names; {}", dir.string(),
                          a.filename().string(), b.filename().string(),
                          advice.empty() ? "keep one" : advice));
}

void require_both(const IdxPair& pair, const fs::path& dir, const char* name) {
  if (!pair.images.empty() && !pair.labels.empty()) return;
  const fs::path& found = pair.images.empty() ? pair.labels : pair.images;
  throw Error(
      ErrorKind::kIo,
      fmt::format("{}: no IDX {} with {} in {}; want a file of images and one of "
                  "labels, as {}",
                  dir.string(), pair.images.empty() ? "images" : "labels", name,
                  found.empty() ? "its name" : "its name beside " + found.filename().string(),
                  "train-images-idx3-ubyte and train-labels-idx1-ubyte"));
}

bool is_empty(const IdxPair& pair) { return pair.images.empty() && pair.labels.empty(); }

/// Whether a name says what is in the file, so that its other words may be those of a split.
bool says_content(const fs::path& path) {
  return std::ranges::any_of(name_words(path), [](const std::string& word) {
    return word == "image" || word == "images" || word == "label" || word == "labels";
  });
}

/// Test set and labels are of the split of the training images.
void check_splits(const Subsets<IdxPair>& layout, const Note& note) {
  const fs::path& images = layout.train.images;
  for (const IdxPair& pair : {layout.train, layout.test, layout.validation}) {
    if (is_empty(pair)) continue;
    require_one_split(images, pair.images, note);
    if (says_content(images) && says_content(pair.labels)) {
      require_one_split(images, pair.labels, note);
    }
  }
}

}  // namespace

std::vector<fs::path> idx_files(const fs::path& dir) {
  std::vector<fs::path> files;
  for (const fs::path& path : visible_files(dir)) {
    if (content_of(path)) files.push_back(path);
  }
  for (const fs::path& folder : visible_folders(dir)) {
    const auto path = find_idx(folder, folder.filename().string());
    if (path && content_of(*path)) files.push_back(*path);
  }
  return files;
}

Subsets<IdxPair> idx_layout(const fs::path& dir, const LoadOptions& options) {
  const std::vector<fs::path> files = files_of_split(idx_files(dir), options.split, dir);
  Subsets<IdxPair> layout;
  if (const auto pair = only_pair(files)) {
    const auto subset = subset_of(words_of(pair->images.filename().string()));
    if (options.note && subset && *subset != Subset::kTrain) {
      options.note(fmt::format("{}: taken whole, as there is no other set", pair->images.string()));
    }
    layout.train = *pair;
    check_splits(layout, options.note);
    return layout;
  }
  std::vector<fs::path> unused;
  for (const fs::path& path : files) {
    const auto subset = subset_of(words_of(path.filename().string()));
    if (!subset) {
      unused.push_back(path);
      continue;
    }
    fs::path& place = place_in(layout[*subset], *content_of(path));
    if (!put(path, place)) refuse_both(dir, place, path, files);
  }
  require_both(layout.train, dir, "train");
  if (!is_empty(layout.test)) require_both(layout.test, dir, "t10k or test");
  if (!is_empty(layout.validation)) require_both(layout.validation, dir, "val");
  check_splits(layout, options.note);
  note_unused(unused, options);
  return layout;
}

}  // namespace lenet
