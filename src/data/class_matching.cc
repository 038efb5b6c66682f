#include "lenet/class_matching.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "lenet/error.h"

namespace lenet {
namespace {

using Names = std::vector<std::string>;

/// "rose, tulip" as far as a screen holds it.
std::string list_of(const Names& names) {
  constexpr std::ptrdiff_t kMost = 100;
  const std::ptrdiff_t shown = std::min(std::ssize(names), kMost);
  return fmt::format(
      "{}{}", fmt::join(names.begin(), names.begin() + shown, ", "),
      shown < std::ssize(names) ? fmt::format(" and {} more", std::ssize(names) - shown) : "");
}

[[noreturn]] void refuse(const std::string& what, const Names& data, const Names& model) {
  throw Error(ErrorKind::kUsage, fmt::format("{}; the data's classes are {}; the model's are {}",
                                             what, list_of(data), list_of(model)));
}

/// What people write in more than one way: letters without case, no blanks, "-" or "_".
std::string letters_of(const std::string& name) {
  std::string letters;
  for (const char c : name) {
    if (c == ' ' || c == '-' || c == '_') continue;
    letters += lower_case(c);
  }
  return letters;
}

[[noreturn]] void refuse_unknown(const std::string& name, const Names& data, const Names& model) {
  const auto like = std::ranges::find(model, letters_of(name), letters_of);
  const std::string hint =
      like == model.end() ? "" : fmt::format(", but '{}': rename one of them", *like);
  refuse(fmt::format("class '{}': the model knows none of that name{}", name, hint), data, model);
}

/// The output of that name.
std::size_t output_of(const std::string& name, const Names& data, const Names& model) {
  const auto found = std::ranges::find(model, name);
  if (found == model.end()) refuse_unknown(name, data, model);
  if (std::find(found + 1, model.end(), name) != model.end()) {
    refuse(fmt::format("class '{}': the model has two of that name", name), data, model);
  }
  return static_cast<std::size_t>(found - model.begin());
}

}  // namespace

std::vector<Label> match_classes(const Names& data, const Names& model) {
  std::vector<Label> outputs;
  for (const std::string& name : data) {
    const std::size_t output = data == model ? outputs.size() : output_of(name, data, model);
    if (static_cast<std::int64_t>(output) >= kMostClasses) {
      refuse(fmt::format("class '{}': output {} of the model, want at most {}", name, output,
                         kMostClasses - 1),
             data, model);
    }
    outputs.push_back(static_cast<Label>(output));
  }
  return outputs;
}

Dataset in_classes_of(const Names& model, Dataset data) {
  if (model.empty() || data.class_names().empty() || !data.has_classes()) return data;
  return std::move(data).relabelled(match_classes(data.class_names(), model),
                                    static_cast<std::int64_t>(model.size()), model);
}

}  // namespace lenet
