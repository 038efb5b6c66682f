#include "run/option_value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/number_text.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;
using Words = OptionValue::Words;

bool read_word(const std::string& word, std::string& value) {
  value = word;
  return true;
}

template <class Number>
bool read_word(const std::string& word, Number& value) {
  const auto number = number_in<Number>(word);
  if (number) value = *number;
  return number.has_value();
}

template <class T>
bool read_word(const std::string& word, std::optional<T>& value) {
  return read_word(word, value.emplace());
}

template <class T>
bool read_words(const Words& words, T& value) {
  return words.size() == 1 && read_word(words[0], value);
}

template <class T>
bool read_words(const Words& words, std::vector<T>& values) {
  values.clear();
  return std::ranges::all_of(
      words, [&](const std::string& word) { return read_word(word, values.emplace_back()); });
}

template <class T>
Json json_of(const T& value) {
  return value;
}

template <class T>
Json json_of(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

template <class T>
OptionValue value_at(T* value, const char* type) {
  OptionValue result;
  result.type = type;
  result.read = [value](const Words& words) { return read_words(words, *value); };
  result.json = [value] { return json_of(*value); };
  return result;
}

std::string text_of(const Json& json) {
  if (json.is_null()) return "";
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number_float()) return fmt::format("{:g}", json.get<double>());
  if (!json.is_array()) return json.dump();
  Words words;
  for (const Json& element : json) words.push_back(text_of(element));
  return fmt::format("{}", fmt::join(words, ","));
}

}  // namespace

OptionValue::OptionValue(std::string* value) : OptionValue(value_at(value, "TEXT")) {}
OptionValue::OptionValue(std::optional<std::string>* value)
    : OptionValue(value_at(value, "TEXT")) {}
OptionValue::OptionValue(int* value) : OptionValue(value_at(value, "INT")) {}
OptionValue::OptionValue(std::int64_t* value) : OptionValue(value_at(value, "INT")) {}
OptionValue::OptionValue(std::uint64_t* value) : OptionValue(value_at(value, "INT")) {}
OptionValue::OptionValue(std::optional<std::int64_t>* value)
    : OptionValue(value_at(value, "INT")) {}
OptionValue::OptionValue(double* value) : OptionValue(value_at(value, "FLOAT")) {}
OptionValue::OptionValue(std::vector<double>* value)
    : OptionValue(value_at(value, "FLOAT,FLOAT")) {}

OptionValue::OptionValue(std::vector<std::string>* value)
    : OptionValue(value_at(value, "TEXT ...")) {
  words = 0;
}

OptionValue::OptionValue(bool* value) : flag(value) {
  read = [value](const Words& given) {
    if (given.size() != 1 || (given[0] != "true" && given[0] != "false")) return false;
    *value = given[0] == "true";
    return true;
  };
  json = [value] { return Json(*value); };
}

std::string text_of(const OptionValue& value) { return text_of(value.json()); }

OptionValue value_by(std::function<bool(const std::string&)> read,
                     std::function<std::string()> write) {
  OptionValue result;
  result.type = "TEXT";
  result.read = [read = std::move(read)](const Words& words) {
    return words.size() == 1 && read(words[0]);
  };
  result.json = [write = std::move(write)] { return Json(write()); };
  return result;
}

OptionValue value_of_two(double* first, double* second) {
  OptionValue result;
  result.type = "FLOAT,FLOAT";
  result.words = 2;
  result.read = [first, second](const Words& words) {
    return words.size() == 2 && read_word(words[0], *first) && read_word(words[1], *second);
  };
  result.json = [first, second] { return Json{*first, *second}; };
  return result;
}

OptionValue value_of_loss(std::optional<LossFunction>* value) {
  OptionValue result = value_by(
      [value](const std::string& text) {
        const auto* found = std::ranges::find(kLosses, text, &Word<LossFunction>::word);
        if (found != std::end(kLosses)) *value = found->value;
        return found != std::end(kLosses);
      },
      [] { return std::string(); });
  result.json = [value] { return *value ? Json(to_string(**value)) : Json(); };
  return result;
}

OptionValue value_of_limit(std::int64_t* value) {
  OptionValue result(value);
  result.json = [value] {
    return *value == std::numeric_limits<std::int64_t>::max() ? Json() : Json(*value);
  };
  return result;
}

}  // namespace lenet
