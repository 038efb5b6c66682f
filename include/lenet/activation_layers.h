// Functions of one number as layers, under PyTorch's names.
#pragma once

#include <string>

#include "lenet/export.h"
#include "lenet/library_layer.h"
#include "lenet/operation.h"

namespace LENET_PUBLIC lenet {

/// y = f(x), element by element.
class FunctionLayer : public LibraryLayer {
 public:
  std::string text() const override;
  Shape infer(const Shape& input) override;

 protected:
  explicit FunctionLayer(const Function& f) : LibraryLayer(FunctionOp{f}) {}
};

// As a rule a network applies those whose value tells their derivative (Sigmoid, ReLU, Tanh, ReLU6,
// Hardsigmoid) in the memory of the layer before, or hands them to the pooling after.

/// 1 / (1 + e^-x).
class Sigmoid final : public FunctionLayer {
 public:
  Sigmoid() : FunctionLayer({Function::Kind::kSigmoid}) {}
  Operation operation() const override { return op_; }
};

/// max(0, x).
class ReLU final : public FunctionLayer {
 public:
  ReLU() : FunctionLayer({Function::Kind::kReLU}) {}
  Operation operation() const override { return op_; }
};

class Tanh final : public FunctionLayer {
 public:
  Tanh() : FunctionLayer({Function::Kind::kTanh}) {}
  Operation operation() const override { return op_; }
};

/// x above 0, negative_slope * x below.
class LeakyReLU final : public FunctionLayer {
 public:
  /// Throws Error (kUsage) unless the slope is a finite float.
  explicit LeakyReLU(double negative_slope = 0.01);
  std::string text() const override;
  Operation operation() const override { return op_; }

 private:
  double negative_slope_;
};

/// x sigmoid(x).
class SiLU final : public FunctionLayer {
 public:
  SiLU() : FunctionLayer({Function::Kind::kSiLU}) {}
  Operation operation() const override { return op_; }
};

/// 1.7159 tanh(2 x / 3), of LeNet-5 (LeCun 1998).
class ScaledTanh final : public FunctionLayer {
 public:
  ScaledTanh() : FunctionLayer({Function::Kind::kScaledTanh}) {}
  Operation operation() const override { return op_; }
};

/// log(1 + e^x).
class Softplus final : public FunctionLayer {
 public:
  Softplus() : FunctionLayer({Function::Kind::kSoftplus}) {}
  Operation operation() const override { return op_; }
};

/// min(max(0, x), 6).
class ReLU6 final : public FunctionLayer {
 public:
  ReLU6() : FunctionLayer({Function::Kind::kReLU6}) {}
  Operation operation() const override { return op_; }
};

/// min(max(0, x + 3), 6) / 6.
class Hardsigmoid final : public FunctionLayer {
 public:
  Hardsigmoid() : FunctionLayer({Function::Kind::kHardsigmoid}) {}
  Operation operation() const override { return op_; }
};

/// x Hardsigmoid(x), of MobileNetV3 (Howard 2019).
class Hardswish final : public FunctionLayer {
 public:
  Hardswish() : FunctionLayer({Function::Kind::kHardswish}) {}
  Operation operation() const override { return op_; }
};

/// x above 0, alpha (e^x - 1) below (Clevert 2015).
class ELU final : public FunctionLayer {
 public:
  /// Throws Error (kUsage) unless alpha is a finite float.
  explicit ELU(double alpha = 1);
  std::string text() const override;
  Operation operation() const override { return op_; }

 private:
  double alpha_;
};

/// torch.nn.PReLU: x above 0, weight x below, with one weight or one for each channel (He 2015).
class PReLU final : public LibraryLayer {
 public:
  struct Options {
    std::int64_t num_parameters = 1;
    double init = 0.25;
  };

  PReLU() : PReLU(Options()) {}

  /// Throws Error (kUsage) for a number out of range.
  explicit PReLU(const Options& options);

  std::string text() const override;
  Shape infer(const Shape& input) override;
  Operation operation() const override { return op_; }
  std::vector<ParameterInfo> parameters() const override;

 private:
  Options options_;
};

/// x tanh(log(1 + e^x)) (Misra 2019).
class Mish final : public FunctionLayer {
 public:
  Mish() : FunctionLayer({Function::Kind::kMish}) {}
  Operation operation() const override { return op_; }
};

/// x Phi(x) with the normal distribution Phi, or its approximation by tanh (Hendrycks 2016).
class GELU final : public FunctionLayer {
 public:
  enum class Approximate { kNone, kTanh };

  explicit GELU(Approximate approximate = Approximate::kNone);
  std::string text() const override;
  Operation operation() const override { return op_; }
};

}  // namespace lenet
