#include "lenet/layer.h"

#include "lenet/library_layer.h"

namespace lenet {

Operation Layer::operation() const { return UserOp(); }

const Shape& LibraryLayer::inferred(const Shape& input, Shape output) {
  input_ = input;
  output_ = std::move(output);
  return output_;
}

}  // namespace lenet
