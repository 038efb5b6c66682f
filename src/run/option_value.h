// Where the value of an option is kept, and how it is read and written.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "run/option_words.h"

namespace lenet {

/// A number, a text, a list or a word that means something. What it refers to must outlive it.
struct OptionValue {
  using Words = std::vector<std::string>;

  OptionValue() = default;
  OptionValue(std::string* value);
  OptionValue(std::optional<std::string>* value);
  OptionValue(int* value);
  OptionValue(std::int64_t* value);
  OptionValue(std::uint64_t* value);
  OptionValue(std::optional<std::int64_t>* value);
  OptionValue(double* value);
  OptionValue(std::vector<double>* value);
  OptionValue(std::vector<std::string>* value);
  OptionValue(bool* value);  ///< a switch: reads "true" and "false"

  std::string type;      ///< what the help calls a value, as "FLOAT"; "" of a switch
  int words = 1;         ///< that it takes; 0: any number
  bool* flag = nullptr;  ///< of a switch

  std::function<bool(const Words&)> read;  ///< sets it; false for words that are none of its values
  std::function<nlohmann::ordered_json()> json;  ///< as run.json holds it; null for none
};

/// As the help shows it.
std::string text_of(const OptionValue& value);

/// A value that is written as text.
OptionValue value_by(std::function<bool(const std::string&)> read,
                     std::function<std::string()> write);

/// Two numbers.
OptionValue value_of_two(double* first, double* second);

/// A loss by its name, or none.
OptionValue value_of_loss(std::optional<LossFunction>* value);

/// A limit, which is the largest number where there is none.
OptionValue value_of_limit(std::int64_t* value);

/// What one of the words means.
template <class T, std::size_t N>
OptionValue value_of_word(const Word<T> (&words)[N], T* value) {
  return value_by(
      [&words, value](const std::string& text) {
        const auto* found = std::ranges::find(words, text, &Word<T>::word);
        if (found != std::end(words)) *value = found->value;
        return found != std::end(words);
      },
      [&words, value] {
        const auto* found = std::ranges::find(words, *value, &Word<T>::value);
        return std::string(found == std::end(words) ? "" : found->word);
      });
}

}  // namespace lenet
