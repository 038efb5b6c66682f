#include "nn/value_text.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace lenet {
namespace {

constexpr std::string_view kWantedValue = "an integer, a float, a pair (h, w), True or False";
constexpr std::string_view kWantedArgument =
    "an integer, a float, a pair (h, w), True, False or name=value";

/// Recursive descent, a method a rule of the grammar; each begins at its first character.
class ValueParser {
 public:
  explicit ValueParser(TextScanner& at) : at_(at) {}

  ArgumentValue value(std::string_view wanted) {
    if (at_.peek() == '(') return group();
    if (at_.peek() == '[') return brackets();
    if (at_.peek() == '\'' || at_.peek() == '"') return quoted();
    if (at_.at_number()) return sum_or_float();
    const TextScanner::Cursor before = at_.cursor();
    const std::string word = at_.name(wanted);
    if (word == "True" || word == "true") return true;
    if (word == "False" || word == "false") return false;
    at_.go_back(before);
    at_.fail_at_token(wanted);
  }

  /// With words too: print(net) shows 'same' without its quotes.
  ArgumentValue torch_value(std::string_view wanted) {
    const TextScanner::Cursor before = at_.cursor();
    if (at_.at_name()) {
      std::string word = at_.name(wanted);
      if (word != "True" && word != "False") return word;
      at_.go_back(before);
    }
    return value(wanted);
  }

 private:
  std::string quoted() {
    const char quote = at_.peek();
    at_.take(quote);
    std::string word = at_.name("a word");
    if (!at_.take(quote)) at_.fail_at_token("the end of the quoted word");
    return word;
  }

  /// What begins with "(": a pair, a list, or a sum.
  ArgumentValue group() {
    const TextScanner::Cursor before = at_.cursor();
    const TextScanner::Bracket bracket(at_);
    at_.take('(');
    at_.blanks();
    IntegerList list = {member()};
    if (at_.take(',')) {
      at_.blanks();
      if (at_.take(')')) return list;
      list.push_back(member());
      if (at_.take(')')) return IntegerPair{list[0], list[1]};
      if (!at_.take(',')) at_.fail_at_token("\")\" after a pair (h, w)");
      return rest_of(std::move(list), ')');
    }
    if (!at_.take(')'))
      at_.fail_at_token("\",\" or \")\" after the first integer of a pair (h, w)");
    at_.go_back(before);
    return sum();
  }

  /// A list as Python writes it in square brackets.
  ArgumentValue brackets() {
    const TextScanner::Bracket bracket(at_);
    at_.take('[');
    IntegerList list = rest_of({}, ']');
    if (list.size() == 2) return IntegerPair{list[0], list[1]};
    return list;
  }

  /// What follows in a list, behind a comma or its bracket.
  IntegerList rest_of(IntegerList list, char end) {
    constexpr std::size_t kMost = 8;
    while (list.size() < kMost) {
      at_.blanks();
      list.push_back(member());
      if (at_.take(end)) return list;
      if (!at_.take(',')) break;
    }
    at_.fail_at_token(fmt::format("\"{}\" after a list of integers", end));
  }

  /// One of a pair.
  std::int64_t member() {
    const TextScanner::Cursor before = at_.cursor();
    if (at_.peek() == '(') return blanks_after(sum());
    if (at_.at_number() && std::holds_alternative<std::int64_t>(at_.number())) {
      at_.go_back(before);
      return blanks_after(sum());
    }
    at_.go_back(before);
    at_.fail_at_token("an integer of a pair (h, w)");
  }

  std::int64_t blanks_after(std::int64_t value) {
    at_.blanks();
    return value;
  }

  ArgumentValue sum_or_float() {
    const TextScanner::Cursor before = at_.cursor();
    const auto number = at_.number();
    if (const auto* real = std::get_if<double>(&number)) return *real;
    at_.go_back(before);
    return sum();
  }

  std::int64_t sum() {
    std::int64_t sum = product();
    for (;;) {
      const TextScanner::Cursor before = at_.cursor();
      at_.blanks();
      const bool minus = at_.peek() == '-';
      if (!minus && at_.peek() != '+') return at_.go_back(before), sum;
      at_.advance();
      at_.blanks();
      const std::int64_t next = product();
      if (minus ? __builtin_sub_overflow(sum, next, &sum) : __builtin_add_overflow(sum, next, &sum))
        too_large(before);
    }
  }

  std::int64_t product() {
    std::int64_t product = factor();
    for (;;) {
      const TextScanner::Cursor before = at_.cursor();
      at_.blanks();
      if (!at_.take('*')) return at_.go_back(before), product;
      at_.blanks();
      if (__builtin_mul_overflow(product, factor(), &product)) too_large(before);
    }
  }

  std::int64_t factor() {
    const TextScanner::Cursor before = at_.cursor();
    if (at_.take('(')) {
      const TextScanner::Bracket bracket(at_);
      at_.blanks();
      const std::int64_t inner = blanks_after(sum());
      if (!at_.take(')')) at_.fail_at_token("\")\"");
      return inner;
    }
    if (at_.at_number()) {
      const auto number = at_.number();
      if (const auto* integer = std::get_if<std::int64_t>(&number)) return *integer;
      at_.go_back(before);
    }
    at_.fail_at_token("an integer");
  }

  [[noreturn]] void too_large(const TextScanner::Cursor& place) const {
    at_.fail_at(place, "want a number within 64 bits");
  }

  TextScanner& at_;
};

}  // namespace

ArgumentValue read_value(TextScanner& at, WantedValue wanted) {
  const std::string_view text = wanted.or_name ? kWantedArgument : kWantedValue;
  ValueParser parser(at);
  return wanted.words ? parser.torch_value(text) : parser.value(text);
}

}  // namespace lenet
