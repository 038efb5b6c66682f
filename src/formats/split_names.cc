#include "formats/split_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "formats/subset.h"
#include "lenet/error.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

bool has(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

Words words_of_file(const fs::path& path) { return split_words(path.filename().string()); }

std::set<Words> all_splits(const std::vector<fs::path>& files) {
  std::set<Words> splits;
  for (const fs::path& path : files) splits.insert(words_of_file(path));
  return splits;
}

/// What to give for each split: its words but for those that all have, unless one has no others.
std::set<std::string> names_of(const std::set<Words>& splits) {
  std::set<std::string> full, brief;
  for (const Words& split : splits) {
    Words own = split;
    std::erase_if(own, [&](const std::string& word) {
      return std::ranges::all_of(splits, [&](const Words& other) { return has(other, word); });
    });
    full.insert(fmt::format("{}", fmt::join(split, "-")));
    brief.insert(fmt::format("{}", fmt::join(own, "-")));
  }
  std::set<std::string>& names = brief.contains("") ? full : brief;
  names.erase("");
  return names;
}

/// A word of the file's name, no number, that the other's has not; "" if there is none.
std::string own_word(const fs::path& file, const fs::path& other) {
  const Words words = words_of_file(file), others = words_of_file(other);
  const auto found = std::ranges::find_if(words, [&](const std::string& word) {
    return !std::ranges::all_of(word, is_digit) && !has(others, word);
  });
  return found == words.end() ? "" : *found;
}

}  // namespace

std::vector<std::string> split_words(std::string_view name) {
  constexpr std::array<std::string_view, 14> kContent = {
      "images", "image", "labels", "label", "idx", "idx1", "idx2",
      "idx3",   "ubyte", "byte",   "int",   "gz",  "csv",  "tsv"};
  Words words = words_of(name);
  std::erase_if(words, [&](const std::string& word) {
    return subset_of_word(word) || std::ranges::find(kContent, word) != kContent.end();
  });
  return words;
}

std::vector<fs::path> files_of_split(std::vector<fs::path> files, const std::string& split,
                                     const fs::path& dir) {
  if (split.empty()) return files;
  const Words wanted = words_of(split);
  const std::set<Words> splits = all_splits(files);
  const bool exact = splits.contains(wanted);
  std::erase_if(files, [&](const fs::path& path) {
    const Words words = words_of_file(path);
    const bool has_all =
        std::ranges::all_of(wanted, [&](const auto& word) { return has(words, word); });
    return exact ? words != wanted : !has_all;
  });
  if (!files.empty() && !wanted.empty()) return files;
  const std::set<std::string> names = names_of(splits);
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: no split {} by the names of its files; found {}", dir.string(),
                          printable(split),
                          names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

std::string split_advice(const std::vector<fs::path>& files) {
  const std::set<std::string> names = names_of(all_splits(files));
  if (names.size() < 2) return "";
  return fmt::format("choose one of its splits, as in --split {}: {}", *names.begin(),
                     fmt::join(names, ", "));
}

void require_one_split(const fs::path& train, const fs::path& other, const Note& note) {
  const std::string own = own_word(train, other), others = own_word(other, train);
  if (own.empty() || others.empty()) return;
  const Words words = words_of_file(other);
  const bool related = std::ranges::any_of(
      words_of_file(train), [&](const std::string& word) { return has(words, word); });
  if (!related) {
    if (note) note(fmt::format("{}: goes with {}", other.string(), train.filename().string()));
    return;
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("{} and {}: {} and {} are two splits by these names; want both files of "
                          "one",
                          train.string(), other.filename().string(), own, others));
}

void note_emnist(const std::vector<fs::path>& files, const LoadOptions& options) {
  const bool emnist = std::ranges::any_of(
      files, [](const fs::path& path) { return has(words_of_file(path), "emnist"); });
  if (!emnist || options.transpose || !options.note) return;
  options.note("EMNIST's images lie on their sides: --transpose sets them upright");
}

}  // namespace lenet
