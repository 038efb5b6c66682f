#include "nn/model_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <system_error>
#include <utility>

namespace lenet {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool is_name_char(char c) { return is_name_start(c) || is_digit(c); }
bool is_number_start(char c) { return is_digit(c) || c == '-' || c == '.'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_printable(char c) { return c >= ' ' && c <= '~'; }

constexpr std::string_view kWantedValue = "an integer, a float, a pair (h, w), True or False";
constexpr std::string_view kWantedArgument =
    "an integer, a float, a pair (h, w), True, False or name=value";

/// A place in the text that moves forward.
struct Cursor {
  std::size_t offset = 0;
  TextPosition position;
};

/// Recursive descent, a method a rule of the grammar; each begins at its first character, and only
/// blanks() moves over white space and comments.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<LayerText> model() {
    std::vector<LayerText> layers;
    blanks();
    if (at_end()) fail("no layer, want at least one, such as Linear(10)");
    while (!at_end()) {
      if (std::ssize(layers) == kMaxModelTextLayers) {
        fail(fmt::format("want at most {} layers", kMaxModelTextLayers));
      }
      layers.push_back(layer());
      separator();
    }
    return layers;
  }

  /// Moves to the first character that no text may hold and throws, if there is one.
  void check_characters() {
    while (is_printable(peek()) || is_blank(peek())) advance();
    if (!at_end()) {
      fail(fmt::format("found byte 0x{:02x}, want printable ASCII",
                       static_cast<unsigned char>(peek())));
    }
  }

 private:
  bool at_end() const { return cursor_.offset == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[cursor_.offset]; }

  void advance() {
    if (peek() == '\n') {
      ++cursor_.position.line;
      cursor_.position.column = 1;
    } else {
      ++cursor_.position.column;
    }
    ++cursor_.offset;
  }

  bool take(char c) {
    if (peek() != c) return false;
    advance();
    return true;
  }

  void blanks() {
    while (is_blank(peek()) || peek() == '#') {
      if (peek() == '#') {
        while (!at_end() && peek() != '\n') advance();
      } else {
        advance();
      }
    }
  }

  std::string name(std::string_view wanted) {
    if (!is_name_start(peek())) fail_at_token(wanted);
    const std::size_t begin = cursor_.offset;
    while (is_name_char(peek())) advance();
    return std::string(text_.substr(begin, cursor_.offset - begin));
  }

  void separator() {
    const std::size_t end_of_layer = cursor_.offset;
    blanks();
    const bool comma = take(',');
    if (!comma && !at_end() && cursor_.offset == end_of_layer) {
      fail_at_token("white space or a comma between layers");
    }
    blanks();
  }

  LayerText layer() {
    LayerText layer{.name = {}, .positional = {}, .keywords = {}, .position = cursor_.position};
    layer.name = name("the name of a layer");
    const Cursor after_name = cursor_;
    blanks();
    if (!take('(')) {
      cursor_ = after_name;
      return layer;
    }
    blanks();
    while (!take(')')) {
      argument(layer);
      blanks();
      if (peek() != ')' && !take(',')) fail_at_token("\",\" or \")\"");
      blanks();
    }
    return layer;
  }

  void argument(LayerText& layer) {
    ArgumentText argument{.keyword = {}, .value = {}, .written = {}, .position = cursor_.position};
    argument.keyword = keyword();
    const bool positional = argument.keyword.empty();
    if (positional && !layer.keywords.empty()) {
      fail_at_token("name=value, as after every argument with a name");
    }
    const std::size_t begin = cursor_.offset;
    argument.value = value(positional ? kWantedArgument : kWantedValue);
    argument.written = text_.substr(begin, cursor_.offset - begin);
    (positional ? layer.positional : layer.keywords).push_back(std::move(argument));
  }

  /// Moves over "name =", if that is what comes next; or else stays and returns "".
  std::string keyword() {
    const Cursor before = cursor_;
    if (is_name_start(peek())) {
      std::string keyword = name("a name");
      blanks();
      if (take('=')) {
        blanks();
        return keyword;
      }
    }
    cursor_ = before;
    return "";
  }

  ArgumentValue value(std::string_view wanted) {
    if (peek() == '(') return pair();
    if (is_number_start(peek())) return number();
    const Cursor before = cursor_;
    const std::string word = name(wanted);
    if (word == "True" || word == "true") return true;
    if (word == "False" || word == "false") return false;
    cursor_ = before;
    fail_at_token(wanted);
  }

  IntegerPair pair() {
    IntegerPair pair{};
    take('(');
    pair[0] = pair_member();
    if (!take(',')) fail_at_token("\",\" and the second integer of a pair (h, w)");
    pair[1] = pair_member();
    if (!take(')')) fail_at_token("\")\" after a pair (h, w)");
    return pair;
  }

  std::int64_t pair_member() {
    blanks();
    const Cursor before = cursor_;
    if (is_number_start(peek())) {
      const auto member = number();
      if (const auto* integer = std::get_if<std::int64_t>(&member)) {
        blanks();
        return *integer;
      }
    }
    cursor_ = before;
    fail_at_token("an integer of a pair (h, w)");
  }

  ArgumentValue number() {
    const std::string_view word = token();
    const std::size_t sign = word.starts_with('-') ? 1 : 0;
    if (word.find_first_not_of("0123456789", sign) == std::string_view::npos) {
      return read_number<std::int64_t>(word);
    }
    return read_number<double>(word);
  }

  template <typename Number>
  Number read_number(std::string_view word) {
    Number number{};
    const char* word_end = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), word_end, number);
    if (error == std::errc::result_out_of_range) fail_at_token("a number within 64 bits");
    if (error != std::errc() || end != word_end || !std::isfinite(number)) {
      fail_at_token("an integer or a float");
    }
    for (std::size_t i = 0; i < word.size(); ++i) advance();
    return number;
  }

  /// The word or number at the cursor, or else the character.
  std::string_view token() const {
    const std::string_view rest = text_.substr(cursor_.offset);
    if (rest.empty()) return rest;
    std::size_t size = 1;
    if (is_name_char(rest[0]) || is_number_start(rest[0])) {
      while (size < rest.size() && continues_token(rest[size - 1], rest[size])) ++size;
    }
    return rest.substr(0, size);
  }

  static bool continues_token(char before, char c) {
    const bool exponent = before == 'e' || before == 'E';
    return is_name_char(c) || c == '.' || (exponent && (c == '-' || c == '+'));
  }

  [[noreturn]] void fail_at_token(std::string_view wanted) const {
    const std::string found = at_end() ? "the end" : fmt::format("\"{:.40}\"", token());
    fail(fmt::format("found {}, want {}", found, wanted));
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw model_text_error(text_, cursor_.position, message);
  }

  std::string_view text_;
  Cursor cursor_;
};

std::string_view line_of(std::string_view text, std::int64_t line) {
  for (std::int64_t i = 1; i < line; ++i) text.remove_prefix(text.find('\n') + 1);
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

ModelText parse_model_text(std::string_view text) {
  if (std::ssize(text) > kMaxModelTextBytes) {
    throw Error(ErrorKind::kUsage, fmt::format("model text: {} bytes, want at most {}", text.size(),
                                               kMaxModelTextBytes));
  }
  Parser(text).check_characters();
  return {.text = std::string(text), .layers = Parser(text).model()};
}

Error model_text_error(std::string_view text, TextPosition position, const std::string& message) {
  constexpr std::size_t kBefore = 60;  // columns of a long line that are shown before the place
  constexpr std::size_t kWidth = 90;
  const std::string_view line = line_of(text, position.line);
  const std::size_t place = std::min(static_cast<std::size_t>(position.column - 1), line.size());
  const std::size_t begin = place > kBefore ? place - kBefore : 0;
  std::string excerpt(line.substr(begin, kWidth));
  std::ranges::replace_if(
      excerpt, [](char c) { return !is_printable(c) && c != '\t'; }, '?');
  std::string indent = excerpt.substr(0, place - begin);
  std::ranges::replace_if(
      indent, [](char c) { return c != '\t'; }, ' ');  // a tab stays, so that the caret lines up
  return Error(ErrorKind::kUsage,
               fmt::format("model text, line {}, column {}: {}\n  {}\n  {}^", position.line,
                           position.column, message, excerpt, indent));
}

}  // namespace lenet
