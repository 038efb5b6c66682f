#include "lenet/layers.h"

namespace lenet {

Shape Flatten::infer(const Shape& input) { return inferred(input, {element_count(input)}); }

}  // namespace lenet
