#include "io/data_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "lenet/error.h"

namespace lenet {

std::string class_names_text(const std::vector<std::string>& names) {
  return nlohmann::json(names).dump();
}

std::vector<std::string> parse_class_names(std::string_view text, std::int64_t outputs) {
  const nlohmann::json names = nlohmann::json::parse(text, nullptr, false);
  const bool good = names.is_array() && std::ranges::all_of(names, [](const auto& name) {
                      return name.is_string() &&
                             std::ranges::none_of(name.template get<std::string>(), is_control);
                    });
  if (!good) {
    throw Error(ErrorKind::kBadInput,
                "metadata class_names: want a JSON list of strings without "
                "control characters");
  }
  if (std::ssize(names) > outputs) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("metadata class_names: {} names, want at most one for each of the {} "
                            "outputs",
                            names.size(), outputs));
  }
  return names.get<std::vector<std::string>>();
}

std::string parse_data_sha256(std::string_view text) {
  const bool good = text.empty() ||
                    (text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos);
  if (good) return std::string(text);
  throw Error(ErrorKind::kBadInput,
              "metadata data_sha256: want a SHA-256, 64 lower-case hexadecimal digits");
}

std::optional<LossFunction> parse_loss(std::string_view text) {
  if (text.empty()) return {};
  for (const LossFunction loss :
       {LossFunction::kCrossEntropy, LossFunction::kBce, LossFunction::kMse, LossFunction::kL1}) {
    if (text == to_string(loss)) return loss;
  }
  throw Error(ErrorKind::kBadInput,
              fmt::format("metadata loss is \"{:.60}\", want cross-entropy, bce, mse or l1", text));
}

bool is_float_scale(std::string_view text) {
  if (text == kFloatScale || text == kByteScale) return text == kFloatScale;
  throw Error(ErrorKind::kBadInput, fmt::format("metadata pixel_scale is \"{:.60}\", want {} or {}",
                                                text, kByteScale, kFloatScale));
}

}  // namespace lenet
