// What the layers of the library share.
#pragma once

#include <cstdint>

#include "lenet/export.h"
#include "lenet/layer.h"
#include "lenet/operation.h"

namespace LENET_PUBLIC lenet {

/// A layer that says what it does as an operation, which executors read in place of calling its
/// passes. Those are for a class of yours that derives from it, once its infer() has called the
/// library's: they do what the library's layer does, but pack its weights anew in each call.
class LibraryLayer : public Layer {
 public:
  /// Throws Error (kUsage) for a BatchNorm, whose statistics are not a pack's.
  void forward(const ForwardPass& pass) const override;

  /// Throws Error as forward(). dx must not be x. Parameters that a derived class adds behind the
  /// library's get gradient 0: write theirs after this call.
  void backward(const BackwardPass& pass) const override;

 protected:
  explicit LibraryLayer(const Operation& op) : op_(op) {}

  /// Keeps what infer() found, and returns the output.
  const Shape& inferred(const Shape& input, Shape output);

  /// The input's channels or features; 0 before infer().
  std::int64_t channels() const { return input_.empty() ? 0 : input_.front(); }

  Operation op_;  ///< of the library's class, whatever derives from it
  Shape input_, output_;
};

}  // namespace lenet
