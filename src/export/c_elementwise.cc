#include "export/c_elementwise.h"

#include "base/require.h"
#include "export/c_text.h"

namespace lenet {

const std::vector<CFunction>& elementwise_functions() {
  static const std::vector<CFunction> functions = {
      {"sigmoid", R"(static void sigmoid(int count, float *x) {
  for (int i = 0; i < count; ++i) x[i] = 1.0f / (1.0f + expf(-x[i]));
}
)"},
      {"relu", R"(static void relu(int count, float *x) {
  for (int i = 0; i < count; ++i) x[i] = x[i] > 0.0f ? x[i] : 0.0f;
}
)"},
      {"tanh_all", R"(static void tanh_all(int count, float *x) {
  for (int i = 0; i < count; ++i) x[i] = tanhf(x[i]);
}
)"},
      {"leaky_relu", R"(static void leaky_relu(int count, float slope, float *x) {
  for (int i = 0; i < count; ++i) x[i] = x[i] > 0.0f ? x[i] : slope * x[i];
}
)"},
      {"silu", R"(/* x * sigmoid(x) */
static void silu(int count, float *x) {
  for (int i = 0; i < count; ++i) x[i] = x[i] * (1.0f / (1.0f + expf(-x[i])));
}
)"},
      {"scaled_tanh", R"(/* 1.7159 tanh(2 x / 3), of LeNet-5 (LeCun 1998) */
static void scaled_tanh(int count, float *x) {
  for (int i = 0; i < count; ++i) x[i] = 1.7159f * tanhf(x[i] * (2.0f / 3.0f));
}
)"}};
  return functions;
}

CCall c_call_of(const Function& function) {
  switch (function.kind) {
    case Function::Kind::kIdentity:
      return {};
    case Function::Kind::kSigmoid:
      return {"sigmoid"};
    case Function::Kind::kReLU:
      return {"relu"};
    case Function::Kind::kTanh:
      return {"tanh_all"};
    case Function::Kind::kLeakyReLU:
      return {"leaky_relu", ", " + c_float(function.a)};
    case Function::Kind::kSiLU:
      return {"silu"};
    case Function::Kind::kScaledTanh:
      return {"scaled_tanh"};
  }
  unknown("function");
}

}  // namespace lenet
