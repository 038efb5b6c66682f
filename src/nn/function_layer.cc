#include "nn/function_layer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <type_traits>

#include "base/function_formula.h"
#include "base/require.h"
#include "lenet/error.h"

namespace lenet {
namespace {

using Kind = Function::Kind;

float finite(const char* name, double number) {
  if (std::abs(number) <= static_cast<double>(std::numeric_limits<float>::max())) {
    return static_cast<float>(number);
  }
  throw Error(ErrorKind::kUsage, fmt::format("{} is {}, want a finite float", name, number));
}

/// The name alone where the number is the usual one.
std::string text_of(const std::string& name, double number, double usual) {
  return number == usual ? name : fmt::format("{}({})", name, number);
}

std::unique_ptr<Layer> parse_leaky_relu(const ModelText& model, const LayerText& layer) {
  return parse_number<LeakyReLU>(model, layer, "negative_slope", 0.01);
}

std::unique_ptr<Layer> parse_elu(const ModelText& model, const LayerText& layer) {
  return parse_number<ELU>(model, layer, "alpha", 1);
}

std::unique_ptr<Layer> parse_softplus(const ModelText& model, const LayerText& layer) {
  const Arguments a(
      model, layer,
      is_short(layer) ? std::vector<Parameter>{} : std::vector<Parameter>{{"beta"}, {"threshold"}});
  require(a.number("beta", 1) == 1 && a.number("threshold", 20) == 20,
          "want beta=1 and threshold=20");
  return std::make_unique<Softplus>();
}

std::unique_ptr<Layer> parse_gelu(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer, {{"approximate"}});
  const bool tanh = a.is_word("approximate", "tanh");
  require(tanh || !a.given("approximate") || a.is_word("approximate", "none"),
          "approximate: want 'none' or 'tanh'");
  return std::make_unique<GELU>(tanh ? GELU::Approximate::kTanh : GELU::Approximate::kNone);
}

template <class L>
std::unique_ptr<Layer> make(double number) {
  if constexpr (std::is_constructible_v<L, double>) {
    return std::make_unique<L>(number);
  } else {
    return std::make_unique<L>();
  }
}

constexpr FunctionEntry kEntries[] = {
    {.kind = Kind::kSigmoid,
     .text = {name_of(Kind::kSigmoid), parse_plain<Sigmoid>},
     .onnx = {"Sigmoid", make<Sigmoid>},
     .c = {"sigmoid", "1.0f / (1.0f + expf(-x[i]))"}},
    {.kind = Kind::kReLU,
     .text = {name_of(Kind::kReLU), parse_inplace<ReLU>},
     .onnx = {"Relu", make<ReLU>},
     .c = {"relu", "x[i] > 0.0f ? x[i] : 0.0f"}},
    {.kind = Kind::kLeakyReLU,
     .text = {name_of(Kind::kLeakyReLU), parse_leaky_relu},
     .onnx = {"LeakyRelu", make<LeakyReLU>, "alpha", 0.01f},
     .c = {"leaky_relu", "x[i] > 0.0f ? x[i] : slope * x[i]", "slope"}},
    {.kind = Kind::kSiLU,
     .text = {name_of(Kind::kSiLU), parse_inplace<SiLU>},
     .c = {.name = "silu",
           .value = "x[i] * (1.0f / (1.0f + expf(-x[i])))",
           .comment = "x * sigmoid(x)"}},
    {.kind = Kind::kTanh,
     .text = {name_of(Kind::kTanh), parse_plain<Tanh>},
     .onnx = {"Tanh", make<Tanh>},
     .c = {"tanh_all", "tanhf(x[i])"}},
    {.kind = Kind::kScaledTanh,
     .text = {name_of(Kind::kScaledTanh), parse_plain<ScaledTanh>, LayerEntry::In::kShort},
     .c = {.name = "scaled_tanh",
           .value = "1.7159f * tanhf(x[i] * (2.0f / 3.0f))",
           .comment = "1.7159 tanh(2 x / 3), of LeNet-5 (LeCun 1998)"}},
    {.kind = Kind::kSoftplus,
     .text = {name_of(Kind::kSoftplus), parse_softplus},
     .onnx = {"Softplus", make<Softplus>},
     .c = {"softplus", "(x[i] > 0.0f ? x[i] : 0.0f) + log1pf(expf(-fabsf(x[i])))"}},
    {.kind = Kind::kReLU6,
     .text = {name_of(Kind::kReLU6), parse_inplace<ReLU6>},
     .c = {"relu6", "x[i] > 6.0f ? 6.0f : x[i] > 0.0f ? x[i] : 0.0f"}},
    {.kind = Kind::kHardsigmoid,
     .text = {name_of(Kind::kHardsigmoid), parse_inplace<Hardsigmoid>},
     .c = {"hardsigmoid",
           "x[i] < -3.0f ? 0.0f : x[i] > 3.0f ? 1.0f : (x[i] + 3.0f) * (1.0f / 6.0f)"}},
    {.kind = Kind::kHardswish,
     .text = {name_of(Kind::kHardswish), parse_inplace<Hardswish>},
     .c = {"hardswish",
           "x[i] < -3.0f ? 0.0f : x[i] > 3.0f ? x[i] : x[i] * ((x[i] + 3.0f) * (1.0f / 6.0f))"}},
    {.kind = Kind::kELU,
     .text = {name_of(Kind::kELU), parse_elu},
     .onnx = {"Elu", make<ELU>, "alpha", 1},
     .c = {"elu", "x[i] > 0.0f ? x[i] : alpha * expm1f(x[i])", "alpha"}},
    {.kind = Kind::kMish,
     .text = {name_of(Kind::kMish), parse_inplace<Mish>},
     .c = {"mish", "x[i] * tanhf(log1pf(expf(x[i])))"}},
    {.kind = Kind::kGELU,
     .text = {name_of(Kind::kGELU), parse_gelu},
     .c = {.name = "gelu",
           .value = "x[i] * (0.5f * erfcf(x[i] * -0.70710678f))",
           .comment = "x times the normal distribution at x"}},
    {.kind = Kind::kGELUTanh,
     .c = {.name = "gelu_tanh",
           .value = "x[i] / (1.0f + expf(x[i] * (-1.5957691f - 0.071354814f * x[i] * x[i])))",
           .comment = "x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2"}}};

static_assert(std::size(kEntries) + 1 == std::size(kFunctionKinds), "all but the identity");

}  // namespace

std::span<const FunctionEntry> function_entries() { return kEntries; }

const FunctionEntry& entry_of(Function::Kind kind) {
  const auto* found = std::ranges::find(kEntries, kind, &FunctionEntry::kind);
  if (found == std::end(kEntries)) unknown("function");
  return *found;
}

std::string FunctionLayer::text() const { return name_of(std::get<FunctionOp>(op_).function.kind); }

Shape FunctionLayer::infer(const Shape& input) { return inferred(input, input); }

LeakyReLU::LeakyReLU(double negative_slope)
    : FunctionLayer({Kind::kLeakyReLU, finite("negative_slope", negative_slope)}),
      negative_slope_(negative_slope) {}

std::string LeakyReLU::text() const {
  return text_of(FunctionLayer::text(), negative_slope_, 0.01);
}

ELU::ELU(double alpha) : FunctionLayer({Kind::kELU, finite("alpha", alpha)}), alpha_(alpha) {}

std::string ELU::text() const { return text_of(FunctionLayer::text(), alpha_, 1); }

GELU::GELU(Approximate approximate)
    : FunctionLayer({approximate == Approximate::kTanh ? Kind::kGELUTanh : Kind::kGELU}) {}

std::string GELU::text() const {
  const bool tanh = std::get<FunctionOp>(op_).function.kind == Kind::kGELUTanh;
  return FunctionLayer::text() + (tanh ? "(approximate='tanh')" : "");
}

}  // namespace lenet
