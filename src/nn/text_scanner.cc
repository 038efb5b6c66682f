#include "nn/text_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "base/text.h"

namespace lenet {
namespace {

bool is_name_start(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool is_name_char(char c) { return is_name_start(c) || is_digit(c); }
bool is_number_start(char c) { return is_digit(c) || c == '-' || c == '.'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_printable(char c) { return c >= ' ' && c <= '~'; }

bool continues_token(char before, char c) {
  const bool exponent = before == 'e' || before == 'E';
  return is_name_char(c) || c == '.' || (exponent && (c == '-' || c == '+'));
}

std::string_view line_of(std::string_view text, std::int64_t line) {
  for (std::int64_t i = 1; i < line; ++i) text.remove_prefix(text.find('\n') + 1);
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

TextScanner::Bracket::Bracket(TextScanner& scanner) : scanner_(scanner) {
  if (scanner.depth_ == kMaxModelTextDepth) {
    scanner.fail(fmt::format("want at most {} brackets in one another", kMaxModelTextDepth));
  }
  ++scanner.depth_;
}

void TextScanner::check_characters() {
  while (is_printable(peek()) || is_blank(peek())) advance();
  if (!at_end()) {
    fail(fmt::format("found byte 0x{:02x}, want printable ASCII",
                     static_cast<unsigned char>(peek())));
  }
}

bool TextScanner::at_name() const { return is_name_start(peek()); }
bool TextScanner::at_number() const { return is_number_start(peek()); }

std::string TextScanner::since(const Cursor& begin) const {
  return std::string(text_.substr(begin.offset, cursor_.offset - begin.offset));
}

void TextScanner::advance() {
  if (peek() == '\n') {
    ++cursor_.position.line;
    cursor_.position.column = 1;
  } else {
    ++cursor_.position.column;
  }
  ++cursor_.offset;
}

bool TextScanner::take(char c) {
  if (peek() != c) return false;
  advance();
  return true;
}

void TextScanner::blanks() {
  while (is_blank(peek()) || peek() == '#') {
    if (peek() == '#') {
      while (!at_end() && peek() != '\n') advance();
    } else {
      advance();
    }
  }
}

std::string TextScanner::name(std::string_view wanted) {
  if (!at_name()) fail_at_token(wanted);
  const Cursor begin = cursor_;
  while (is_name_char(peek())) advance();
  return since(begin);
}

std::variant<std::int64_t, double> TextScanner::number() {
  const std::string_view word = token();
  const std::size_t sign = word.starts_with('-') ? 1 : 0;
  if (word.find_first_not_of("0123456789", sign) == std::string_view::npos) {
    return read_number<std::int64_t>(word);
  }
  return read_number<double>(word);
}

template <typename Number>
Number TextScanner::read_number(std::string_view word) {
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
std::string_view TextScanner::token() const {
  const std::string_view rest = text_.substr(cursor_.offset);
  if (rest.empty()) return rest;
  std::size_t size = 1;
  if (is_name_char(rest[0]) || is_number_start(rest[0])) {
    while (size < rest.size() && continues_token(rest[size - 1], rest[size])) ++size;
  }
  return rest.substr(0, size);
}

void TextScanner::fail_at_token(std::string_view wanted) const {
  const std::string found = at_end() ? "the end" : fmt::format("\"{:.40}\"", token());
  fail(fmt::format("found {}, want {}", found, wanted));
}

void TextScanner::fail_at(const Cursor& place, const std::string& message) const {
  throw model_text_error(text_, place.position, message);
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
