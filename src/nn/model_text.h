// The text form of a network, as far as its grammar goes; which layers there are is decided by
// whoever reads the tree. It is lenet's own short form,
//
//   Conv2d(6, 5, padding=2) Sigmoid AvgPool2d(2)   # conv1
//   Residual[ Conv2d(6, 3, padding=1) ] Concat[ ReLU | Tanh ]
//   Flatten, Linear(10)
//
// what one writes for PyTorch,
//
//   net = nn.Sequential(nn.Conv2d(1, 6, kernel_size=5), nn.Flatten(), nn.Linear(16 * 5 * 5, 10))
//
// and what its print(net) shows:
//
//   Sequential(
//     (0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1))
//   )
//
//   text      = [ path "=" ] entries
//   entries   = entry { separator entry } [","]    separator: white space, one comma, or both
//   entry     = [ label ] ( container | brackets | layer )
//   brackets  = [ name ] "[" branch { "|" branch } "]"
//   branch    = [ entries ]                        none: the value itself
//   label     = "(" ( name | integer ) ")" ":"     as print(net) numbers them
//   container = path "(" entries ")"               where path is Sequential, or a label comes next
//   layer     = path [ "(" [ argument { "," argument } [","] ] ")" ]
//   path      = name { "." name }
//   argument  = [ name "=" ] value                 all without a name come first
//   value     = sum | float | "(" sum "," sum [ "," sum "," sum ] ")"
//               | True | False | true | false | quote name quote
//               | name                             of PyTorch's layers: None, same
//   sum       = product { ( "+" | "-" ) product }
//   product   = factor { "*" factor }
//   factor    = integer | "(" sum ")"
//
// White space may stand between any two tokens; "#" starts a comment to the end of the line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nn/text_scanner.h"
#include "nn/value_text.h"

namespace lenet {

struct ArgumentText {
  std::string keyword;  ///< empty if positional
  ArgumentValue value;
  std::string written;    ///< the value as it stands in the text
  TextPosition position;  ///< of the keyword, or else of the value
};

struct LayerText {
  /// Whose arguments these are.
  enum class Form {
    kShort,    ///< lenet's
    kTorch,    ///< PyTorch's: "nn.Linear(400, 120)"
    kPrinted,  ///< PyTorch's, from print(net), which shows what a lazy layer does not know as 0
  };

  std::string name;  ///< without "nn."; of brackets what stands before them, which may be nothing
  Form form = Form::kShort;
  std::vector<ArgumentText> positional;
  std::vector<ArgumentText> keywords;
  TextPosition position;
  std::vector<std::vector<LayerText>> branches = {};  ///< of brackets

  bool is_brackets() const { return !branches.empty(); }
};

/// The syntax tree, with the text that it was read from, which error messages quote. PyTorch's
/// containers are gone: their layers stand one behind the other.
struct ModelText {
  std::string text;
  std::vector<LayerText> layers;
};

inline constexpr std::int64_t kMaxModelTextBytes = std::int64_t{64} * 1024;
inline constexpr std::int64_t kMaxModelTextLayers = 1000;  ///< brackets count as one too

/// Throws Error (kUsage), with line, column and the line of text, if `text` does not follow the
/// grammar, holds no layer, is beyond the limits above, holds a byte that is neither printable
/// ASCII nor white space, or a number beyond int64 or double. So it does for a printed module that
/// is no Sequential: its layers stand in the order in which they were made, and what else its
/// forward() does is not printed. A module that holds a single Sequential is taken as that.
ModelText parse_model_text(std::string_view text);

}  // namespace lenet
