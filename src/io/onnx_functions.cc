#include "io/onnx_functions.h"

#include "base/function_formula.h"
#include "base/require.h"
#include "nn/function_layer.h"

namespace lenet::onnx {
namespace {

void write_relu6(const std::string& name, NodeWriter& to) {
  const std::string least = to.number(name + ".min", 0), most = to.number(name + ".max", 6);
  to.node("Clip", name, {least, most});
}

void write_hardsigmoid(const std::string& name, NodeWriter& to) {
  to.node("HardSigmoid", name, {}, {{"alpha", 1 / 6.0f}, {"beta", 0.5f}});
}

void write_hardswish(const std::string& name, NodeWriter& to) {
  const std::string x = to.value;
  write_hardsigmoid(name + ".hardsigmoid", to);
  to.node("Mul", name, {x});
}

void write_silu(const std::string& name, NodeWriter& to) {
  const std::string x = to.value;
  to.node("Sigmoid", name + ".sigmoid");
  to.node("Mul", name, {x});
}

void write_scaled_tanh(const std::string& name, NodeWriter& to) {
  to.node("Mul", name + ".scaled", {to.number(name + ".inner", kSlope<float>)});
  to.node("Tanh", name + ".tanh");
  to.node("Mul", name, {to.number(name + ".outer", kAmplitude<float>)});
}

void write_mish(const std::string& name, NodeWriter& to) {
  const std::string x = to.value;
  to.node("Softplus", name + ".softplus");
  to.node("Tanh", name + ".tanh");
  to.node("Mul", name, {x});
}

/// As PyTorch writes it.
void write_gelu(const std::string& name, NodeWriter& to) {
  const std::string x = to.value;
  to.node("Div", name + ".scaled", {to.number(name + ".root2", 1.41421356f)});
  to.node("Erf", name + ".erf");
  to.node("Add", name + ".raised", {to.number(name + ".one", 1)});
  to.node("Mul", name + ".twice", {x});
  to.node("Mul", name, {to.number(name + ".half", 0.5f)});
}

void write_gelu_tanh(const std::string& name, NodeWriter& to) {
  const std::string x = to.value;
  to.node("Pow", name + ".cube", {to.number(name + ".three", 3)});
  to.node("Mul", name + ".cubic", {to.number(name + ".factor", 0.044715f)});
  to.node("Add", name + ".sum", {x});
  to.node("Mul", name + ".scaled", {to.number(name + ".root", 0.797884561f)});
  to.node("Tanh", name + ".tanh");
  to.node("Add", name + ".raised", {to.number(name + ".one", 1)});
  to.node("Mul", name + ".twice", {x});
  to.node("Mul", name, {to.number(name + ".half", 0.5f)});
}

void write_operator(const Function& f, const std::string& name, NodeWriter& to) {
  const FunctionEntry::Onnx& entry = entry_of(f.kind).onnx;
  if (!entry.op) unknown("function of ONNX");
  Attributes attributes;
  if (entry.number) attributes.emplace_back(entry.number, f.a);
  to.node(entry.op, name, {}, std::move(attributes));
}

}  // namespace

void write_function(const Function& f, const std::string& name, NodeWriter& to) {
  if (f.kind == Function::Kind::kReLU6) return write_relu6(name, to);
  if (f.kind == Function::Kind::kHardsigmoid) return write_hardsigmoid(name, to);
  if (f.kind == Function::Kind::kHardswish) return write_hardswish(name, to);
  if (f.kind == Function::Kind::kSiLU) return write_silu(name, to);
  if (f.kind == Function::Kind::kScaledTanh) return write_scaled_tanh(name, to);
  if (f.kind == Function::Kind::kMish) return write_mish(name, to);
  if (f.kind == Function::Kind::kGELU) return write_gelu(name, to);
  if (f.kind == Function::Kind::kGELUTanh) return write_gelu_tanh(name, to);
  write_operator(f, name, to);
}

}  // namespace lenet::onnx
