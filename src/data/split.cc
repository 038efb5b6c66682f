#include "lenet/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/philox.h"
#include "base/plural.h"
#include "base/require.h"
#include "lenet/error.h"

namespace lenet {
namespace {

using Indices = std::vector<std::int32_t>;

/// Images without classes are of one.
std::vector<Indices> by_class(const Dataset& data) {
  if (!data.has_classes()) {
    Indices all(static_cast<std::size_t>(data.size()));
    std::iota(all.begin(), all.end(), 0);
    return {all};
  }
  std::vector<Indices> result(static_cast<std::size_t>(data.classes()));
  for (std::int32_t i = 0; i < data.size(); ++i) result[data.label(i)].push_back(i);
  return result;
}

/// How many of the images are to be set aside: not all of them.
std::size_t holdout_count(std::size_t images, double fraction) {
  const auto count = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(images)));
  return std::min(count, images - 1);
}

/// Moves `count` of the indices, chosen by the generator, to the front: Fisher and Yates' shuffle
/// as far as that.
void choose(Indices& indices, std::size_t count, CounterRandom& random) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto rest = static_cast<std::uint32_t>(indices.size() - i);
    std::swap(indices[i], indices[i + random.below(rest)]);
  }
}

}  // namespace

Split stratified_split(const Dataset& data, double fraction, std::uint64_t seed) {
  if (!(fraction > 0 && fraction < 1)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("split: fraction {}, want one above 0 and below 1", fraction));
  }
  Split split;
  std::vector<Indices> classes = by_class(data);
  const auto set_aside = [&](Indices& indices, std::size_t count, std::uint64_t place) {
    // A stream of its own beside those of epochs and images, which start at 0.
    CounterRandom random(seed, CounterRandom::kMaxStream, place);
    choose(indices, count, random);
    const auto chosen_end = indices.begin() + static_cast<std::ptrdiff_t>(count);
    split.holdout.insert(split.holdout.end(), indices.begin(), chosen_end);
    split.train.insert(split.train.end(), chosen_end, indices.end());
  };
  for (std::size_t label = 0; label < classes.size(); ++label) {
    Indices& indices = classes[label];
    if (indices.empty()) continue;
    const std::size_t count = holdout_count(indices.size(), fraction);
    split.small_classes += count == 0 && data.has_classes();
    set_aside(indices, count, label);
  }
  if (split.holdout.empty()) {
    Indices all = std::move(split.train);
    split.train.clear();
    split.by_class = false;
    require(all.size() > 1, "split: one image, want one to set aside and one to train on");
    const std::size_t count = holdout_count(all.size(), fraction);
    set_aside(all, std::max<std::size_t>(count, 1), classes.size());
  }
  std::ranges::sort(split.holdout);
  std::ranges::sort(split.train);
  return split;
}

std::string small_classes_text(const Split& split, double fraction) {
  if (split.small_classes == 0) return "";
  if (!split.by_class) {
    return fmt::format(
        "no class has enough images to set a share of {} aside: it is taken of all "
        "images, whatever their class",
        fraction);
  }
  return fmt::format("{} {} too few images to set a share of {} aside, and {} all",
                     class_count(split.small_classes), split.small_classes == 1 ? "has" : "have",
                     fraction, split.small_classes == 1 ? "keeps" : "keep");
}

}  // namespace lenet
