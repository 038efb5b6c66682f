#include "lenet/class_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/number_text.h"
#include "lenet/error.h"

namespace lenet {
namespace {

[[noreturn]] void fail(std::string_view found) {
  throw Error(
      ErrorKind::kUsage,
      fmt::format("class weights: found \"{:.60}\", want balanced, none, or a number from 0 "
                  "on for each class, with commas between them and one above 0",
                  found));
}

}  // namespace

std::vector<std::int64_t> class_counts(std::span<const Label> labels, std::int64_t classes) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(classes));
  for (const Label label : labels) ++counts[label];
  return counts;
}

std::vector<float> balanced_weights(std::span<const Label> labels, std::int64_t classes) {
  std::vector<float> weights;
  const double share = static_cast<double>(labels.size()) / static_cast<double>(classes);
  for (const std::int64_t count : class_counts(labels, classes)) {
    weights.push_back(count == 0 ? 0.0f : static_cast<float>(share / static_cast<double>(count)));
  }
  return weights;
}

ClassWeights parse_class_weights(std::string_view text) {
  if (text.empty() || text == "none") return {};
  if (text == "balanced") return {.balanced = true};
  ClassWeights weights;
  for (std::string_view rest = text;;) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const auto value = number_in<double>(rest.substr(0, comma));
    const auto weight = static_cast<float>(value.value_or(-1));
    if (!(weight >= 0) || !std::isfinite(weight)) fail(text);
    weights.values.push_back(weight);
    if (comma == rest.size()) break;
    rest.remove_prefix(comma + 1);
  }
  if (std::ranges::all_of(weights.values, [](float w) { return w == 0; })) fail(text);
  return weights;
}

std::string to_string(const ClassWeights& weights) {
  if (weights.balanced) return "balanced";
  if (weights.values.empty()) return "none";
  return fmt::format("{}", fmt::join(weights.values, ","));
}

}  // namespace lenet
