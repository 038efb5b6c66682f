#include "nn/torch_inputs.h"

#include <fmt/format.h>

#include "lenet/error.h"

namespace lenet {

void require_inputs(std::int64_t named, const Shape& input, std::string text,
                    std::string_view what) {
  if (named == 0 || named == input[0]) return;
  const std::size_t bracket = text.find('(');
  if (bracket == std::string::npos)
    text += fmt::format("({})", named);
  else
    text.insert(bracket + 1, fmt::format("{}, ", named));
  throw Error(ErrorKind::kUsage,
              fmt::format("nn.{}: {} input {}, but {} {}", text, named, what, to_string(input),
                          input.size() == 1 ? "arrive" : "arrives"));
}

}  // namespace lenet
