// Each function of one number as a layer: in the model text, in ONNX and in C.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "lenet/activation_layers.h"
#include "nn/parse_layer.h"

namespace lenet {

struct FunctionEntry {
  /// An operator of ONNX.
  struct Onnx {
    const char* op = nullptr;  ///< null: several nodes make the function up
    std::unique_ptr<Layer> (*make)(double number) = nullptr;  ///< the operator's layer
    const char* number = nullptr;  ///< the attribute that is the function's `a`; null: none
    float missing = 0;             ///< what it is where it is not given
  };

  /// A function of C that changes each x[i].
  struct C {
    const char* name;
    const char* value;             ///< of x[i]
    const char* number = nullptr;  ///< the parameter that is the function's `a`; null: none
    const char* comment = nullptr;
  };

  Function::Kind kind;
  LayerEntry text = {};  ///< without a name: that of the entry before, by an argument
  Onnx onnx = {};
  C c;
};

/// All but the identity, in the order in which messages name them.
std::span<const FunctionEntry> function_entries();

/// Of a function that is not the identity.
const FunctionEntry& entry_of(Function::Kind kind);

}  // namespace lenet
