#include "lenet/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/philox.h"
#include "lenet/error.h"

namespace lenet {
namespace {

using Indices = std::vector<std::int32_t>;

std::vector<Indices> by_class(const Dataset& data) {
  std::vector<Indices> result(static_cast<std::size_t>(data.classes()));
  for (std::int32_t i = 0; i < data.size(); ++i) result[data.label(i)].push_back(i);
  return result;
}

std::string class_title(const Dataset& data, std::size_t label) {
  if (data.class_names().empty()) return fmt::format("class {}", label);
  return fmt::format("class {} ({})", label, data.class_names()[label]);
}

/// How many images of the class are to be set aside.
std::size_t holdout_count(const Dataset& data, std::size_t label, std::size_t images,
                          double fraction) {
  const auto count = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(images)));
  if (count > 0 && count < images) return count;
  throw Error(ErrorKind::kUsage,
              fmt::format("split: {} has {} images, of which {} rounds to {}; want at least one "
                          "set aside and one left to train on",
                          class_title(data, label), images, fraction, count));
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
  for (std::size_t label = 0; label < classes.size(); ++label) {
    Indices& indices = classes[label];
    if (indices.empty()) continue;
    const std::size_t count = holdout_count(data, label, indices.size(), fraction);
    // A stream of its own beside those of epochs and images, which start at 0.
    CounterRandom random(seed, CounterRandom::kMaxStream, label);
    choose(indices, count, random);
    const auto chosen_end = indices.begin() + static_cast<std::ptrdiff_t>(count);
    split.holdout.insert(split.holdout.end(), indices.begin(), chosen_end);
    split.train.insert(split.train.end(), chosen_end, indices.end());
  }
  std::ranges::sort(split.holdout);
  std::ranges::sort(split.train);
  return split;
}

}  // namespace lenet
