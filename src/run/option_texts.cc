#include "run/option_texts.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "base/file.h"
#include "lenet/error.h"

namespace lenet {
namespace {

ClassWeights class_weights_in(const std::string& text) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(text, ignored)) return parse_class_weights(text);
  constexpr std::int64_t kMostBytes = 1 << 20;
  std::string numbers;
  for (const char c : read_file(text, kMostBytes)) {
    const bool blank = c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) numbers += c;
    if (blank && !numbers.empty() && numbers.back() != ',') numbers += ',';
  }
  if (numbers.ends_with(',')) numbers.pop_back();
  return parse_class_weights(numbers);
}

/// What parsing says against a text.
template <class Parse>
Check refusal_by(Parse parse) {
  return [parse](const std::string& text) -> std::string {
    try {
      parse(text);
      return "";
    } catch (const Error& e) {
      return e.what();
    }
  };
}

}  // namespace

OptionValue value_of_augmentation(Augmentation* value) {
  return value_by(
      [value](const std::string& text) {
        *value = parse_augmentation(text);
        return true;
      },
      [value] { return to_string(*value); });
}

OptionValue value_of_class_weights(ClassWeights* value) {
  return value_by(
      [value](const std::string& text) {
        *value = class_weights_in(text);
        return true;
      },
      [value] { return to_string(*value); });
}

Check class_weights_text() { return refusal_by(class_weights_in); }

Check augmentation_text() { return refusal_by(parse_augmentation); }

}  // namespace lenet
