#include "formats/array_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "lenet/error.h"

namespace lenet {
namespace {

using Words = std::vector<std::string>;

template <std::size_t N>
bool has_any(const Words& words, const std::array<std::string_view, N>& wanted) {
  return std::ranges::any_of(
      words, [&](const std::string& w) { return std::ranges::find(wanted, w) != wanted.end(); });
}

bool says_labels(const Words& words) {
  return has_any<5>(words, {"y", "label", "labels", "target", "targets"});
}

bool says_images(const Words& words) {
  return has_any<7>(words, {"x", "image", "images", "img", "imgs", "data", "pixels"});
}

}  // namespace

ArrayNames name_arrays(const std::vector<std::string>& names, const std::string& source) {
  const bool any_train = std::ranges::any_of(
      names, [](const std::string& name) { return subset_of(words_of(name)) == Subset::kTrain; });
  ArrayNames placed;
  for (const std::string& name : names) {
    const Words words = words_of(name);
    const auto subset = subset_of(words);
    const bool labels = says_labels(words);
    const bool says_subset = std::ranges::any_of(
        words, [](const std::string& word) { return subset_of_word(word).has_value(); });
    const bool whole = !any_train && !says_subset;
    if ((!subset && !whole) || (!labels && !says_images(words))) continue;
    ArrayPair& pair = placed[subset.value_or(Subset::kTrain)];
    std::string& place = labels ? pair.labels : pair.images;
    if (!place.empty()) {
      throw Error(ErrorKind::kBadInput,
                  fmt::format("{}: {} and {} are both {} by their names; keep one", source, place,
                              name, labels ? "labels" : "images"));
    }
    place = name;
  }
  return placed;
}

}  // namespace lenet
