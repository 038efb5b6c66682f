#include "export/device_operation.h"

#include "base/require.h"
#include "base/visit.h"

namespace lenet {

std::vector<FloatOperationPtr> device_operations(const std::vector<InferenceNode>& nodes) {
  std::vector<FloatOperationPtr> operations;
  for (const InferenceNode& node : nodes) {
    operations.push_back(std::visit(
        Overloaded{[](const OneOf<BatchNormOp, DropoutOp, FlattenOp, UserOp> auto&)
                       -> FloatOperationPtr { unknown("operation of a deployed network"); },
                   [&](const auto& op) { return device_operation(op, node); }},
        node.op));
  }
  return operations;
}

}  // namespace lenet
