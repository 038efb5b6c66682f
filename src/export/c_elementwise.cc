#include "export/c_elementwise.h"

#include <fmt/format.h>

#include "base/function_formula.h"
#include "nn/function_layer.h"

namespace lenet {
namespace {

std::string definition_of(const FunctionEntry::C& f) {
  return fmt::format(
      "{}static void {}(int count, {}float *x) {{\n"
      "  for (int i = 0; i < count; ++i) x[i] = {};\n"
      "}}\n",
      f.comment ? fmt::format("/* {} */\n", f.comment) : "", f.name,
      f.number ? fmt::format("float {}, ", f.number) : "", f.value);
}

}  // namespace

std::vector<CFunction> elementwise_functions() {
  std::vector<CFunction> functions;
  for (const Function::Kind kind : kFunctionKinds) {
    if (kind == Function::Kind::kIdentity) continue;
    const FunctionEntry::C& f = entry_of(kind).c;
    functions.push_back({f.name, definition_of(f)});
  }
  return functions;
}

}  // namespace lenet
