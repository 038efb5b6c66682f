// Activations as layers, under PyTorch's names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lenet/export.h"
#include "lenet/layer.h"
#include "lenet/mapping.h"

namespace LENET_PUBLIC lenet {

/// An activation: y = f(x), element by element. As a rule a network applies it in the memory of the
/// layer before, or hands it to the pooling after.
class ElementwiseLayer : public Layer {
 public:
  Activation activation() const { return activation_; }

  std::string text() const override;
  Shape infer(const Shape& input) override;
  void forward(const ForwardPass& pass) const final;
  void backward(const BackwardPass& pass) const final;

 protected:
  explicit ElementwiseLayer(Activation activation) : activation_(activation) {}

 private:
  Activation activation_;
  Shape shape_;
};

/// 1 / (1 + e^-x).
class Sigmoid final : public ElementwiseLayer {
 public:
  Sigmoid() : ElementwiseLayer(Activation::kSigmoid) {}
  Operation operation() const override;
};

/// max(0, x).
class ReLU final : public ElementwiseLayer {
 public:
  ReLU() : ElementwiseLayer(Activation::kReLU) {}
  Operation operation() const override;
};

class Tanh final : public ElementwiseLayer {
 public:
  Tanh() : ElementwiseLayer(Activation::kTanh) {}
  Operation operation() const override;
};

/// An activation that keeps its input for the backward pass.
class MappedLayer : public Layer {
 public:
  const Mapping& mapping() const { return mapping_; }

  Shape infer(const Shape& input) override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  bool backward_in_place() const override { return true; }
  std::optional<std::int64_t> image_scratch() const override { return 0; }
  void forward_image(const ImagePass& pass) const override;

 protected:
  explicit MappedLayer(const Mapping& mapping) : mapping_(mapping) {}

 private:
  Mapping mapping_;
  std::int64_t count_ = 0;
};

/// x above 0, negative_slope * x below.
class LeakyReLU final : public MappedLayer {
 public:
  /// Throws Error (kUsage) unless the slope is a finite float.
  explicit LeakyReLU(double negative_slope = 0.01);
  std::string text() const override;
  Operation operation() const override;

 private:
  double negative_slope_;
};

/// x sigmoid(x).
class SiLU final : public MappedLayer {
 public:
  SiLU() : MappedLayer({.kind = Mapping::Kind::kSiLU}) {}
  std::string text() const override;
  Operation operation() const override;
};

/// 1.7159 tanh(2 x / 3), of LeNet-5 (LeCun 1998).
class ScaledTanh final : public MappedLayer {
 public:
  ScaledTanh() : MappedLayer({.kind = Mapping::Kind::kScaledTanh}) {}
  std::string text() const override;
  Operation operation() const override;
};

}  // namespace lenet
