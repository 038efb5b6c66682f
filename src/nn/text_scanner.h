// Moves over a model text: characters, blanks, names and numbers, and says where something is
// wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "lenet/error.h"

namespace lenet {

/// Where something stands in a text, both counted from 1; a tab is one column.
struct TextPosition {
  std::int64_t line = 1;
  std::int64_t column = 1;
};

/// The Error (kUsage) for something at `position`: "model text, line 1, column 8: MESSAGE", the
/// line and a caret under the place.
Error model_text_error(std::string_view text, TextPosition position, const std::string& message);

inline constexpr int kMaxModelTextDepth = 32;  ///< of brackets, which the stack holds too

/// A text and a place in it. Each method begins at the first character of what it reads, and only
/// blanks() moves over white space and comments. Borrows the text.
class TextScanner {
 public:
  /// A place in the text.
  struct Cursor {
    std::size_t offset = 0;
    TextPosition position;
  };

  /// A bracket that is open as long as this lives; throws Error if too many are.
  class Bracket {
   public:
    explicit Bracket(TextScanner& scanner);
    ~Bracket() { --scanner_.depth_; }
    Bracket(const Bracket&) = delete;
    Bracket& operator=(const Bracket&) = delete;

   private:
    TextScanner& scanner_;
  };

  explicit TextScanner(std::string_view text) : text_(text) {}

  /// Moves to the first byte that is neither printable ASCII nor white space and throws, if there
  /// is one.
  void check_characters();

  bool at_end() const { return cursor_.offset == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[cursor_.offset]; }
  bool at_name() const;
  bool at_number() const;
  int depth() const { return depth_; }  ///< brackets that are open
  const Cursor& cursor() const { return cursor_; }
  void go_back(const Cursor& to) { cursor_ = to; }
  std::string since(const Cursor& begin) const;

  void advance();
  bool take(char c);
  void blanks();

  /// A name, or an error that wants `wanted`.
  std::string name(std::string_view wanted);

  /// An integer, or a double where there is a point or an exponent.
  std::variant<std::int64_t, double> number();

  [[noreturn]] void fail_at_token(std::string_view wanted) const;
  [[noreturn]] void fail(const std::string& message) const { fail_at(cursor_, message); }
  [[noreturn]] void fail_at(const Cursor& place, const std::string& message) const;

 private:
  template <typename Number>
  Number read_number(std::string_view word);
  std::string_view token() const;

  std::string_view text_;
  Cursor cursor_;
  int depth_ = 0;
};

}  // namespace lenet
