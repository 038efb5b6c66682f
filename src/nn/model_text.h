// The text form of a network, as far as its grammar goes; which layers there are is decided by
// whoever reads the tree.
//
//   Conv2d(6, 5, padding=2) Sigmoid AvgPool2d(2)   # conv1
//   Flatten, Linear(10)
//
//   model    = layer { separator layer } [","]     separator: white space, one comma, or both
//   layer    = name [ "(" [ argument { "," argument } [","] ] ")" ]
//   argument = [ name "=" ] value                  all without a name come first
//   value    = integer | float | "(" integer "," integer ")" | True | False | true | false
//
// White space may stand between any two tokens; "#" starts a comment to the end of the line.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lenet/error.h"

namespace lenet {

/// Where something stands in a text, both counted from 1; a tab is one column.
struct TextPosition {
  std::int64_t line = 1;
  std::int64_t column = 1;
};

using IntegerPair = std::array<std::int64_t, 2>;
using ArgumentValue = std::variant<std::int64_t, double, bool, IntegerPair>;

struct ArgumentText {
  std::string keyword;  ///< empty if positional
  ArgumentValue value;
  std::string written;    ///< the value as it stands in the text
  TextPosition position;  ///< of the keyword, or else of the value
};

struct LayerText {
  std::string name;
  std::vector<ArgumentText> positional;
  std::vector<ArgumentText> keywords;
  TextPosition position;
};

/// The syntax tree, with the text that it was read from, which error messages quote.
struct ModelText {
  std::string text;
  std::vector<LayerText> layers;
};

inline constexpr std::int64_t kMaxModelTextBytes = std::int64_t{64} * 1024;
inline constexpr std::int64_t kMaxModelTextLayers = 1000;

/// Throws Error (kUsage), with line, column and the line of text, if `text` does not follow the
/// grammar, holds no layer, is beyond the limits above, holds a byte that is neither printable
/// ASCII nor white space, or a number beyond int64 or double.
ModelText parse_model_text(std::string_view text);

/// The Error (kUsage) for something at `position`: "model text, line 1, column 8: MESSAGE", the
/// line and a caret under the place.
Error model_text_error(std::string_view text, TextPosition position, const std::string& message);

}  // namespace lenet
