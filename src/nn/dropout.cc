#include <fmt/format.h>

#include "lenet/error.h"
#include "lenet/layers.h"

namespace lenet {

Dropout::Dropout(double p) : LibraryLayer(DropoutOp{p}), p_(p) {
  if (!(p >= 0 && p <= 1)) {
    throw Error(ErrorKind::kUsage, fmt::format("p is {}, want a probability, 0 to 1", p));
  }
}

std::string Dropout::text() const { return fmt::format("Dropout({})", p_); }

Shape Dropout::infer(const Shape& input) { return inferred(input, input); }

}  // namespace lenet
