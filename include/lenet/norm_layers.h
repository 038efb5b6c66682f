// Normalisations: PyTorch's, less the input sizes, which are inferred.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lenet/export.h"
#include "lenet/library_layer.h"

namespace LENET_PUBLIC lenet {

/// What BatchNorm1d and BatchNorm2d share: y = (x - mean) / sqrt(variance + eps) * weight + bias,
/// by channels. In training the mean and the variance are the batch's, and the running ones move
/// towards them by `momentum`; elsewhere they are the running ones. As in PyTorch the running
/// variance is the unbiased one.
class BatchNorm : public LibraryLayer {
 public:
  struct Options {
    double eps = 1e-5;
    double momentum = 0.1;
    bool affine = true;             ///< has weight and bias
    std::int64_t num_features = 0;  ///< that infer() wants; 0: any
  };

  const Options& options() const { return options_; }

  std::string text() const override;
  Shape infer(const Shape& input) override;
  Operation operation() const override { return op_; }
  std::vector<ParameterInfo> parameters() const override;
  std::vector<ParameterInfo> buffers() const override;

 private:
  friend class BatchNorm1d;
  friend class BatchNorm2d;

  /// Not for other classes: a trainer does the half of the work that needs the whole batch.
  BatchNorm(const char* name, std::size_t dimensions, const Options& options);

  std::string name_;
  std::size_t dimensions_;
  Options options_;
};

/// torch.nn.BatchNorm1d, for (features).
class BatchNorm1d final : public BatchNorm {
 public:
  BatchNorm1d() : BatchNorm1d(Options()) {}
  explicit BatchNorm1d(const Options& options) : BatchNorm("BatchNorm1d", 1, options) {}
};

/// torch.nn.BatchNorm2d, for (channels, height, width).
class BatchNorm2d final : public BatchNorm {
 public:
  BatchNorm2d() : BatchNorm2d(Options()) {}
  explicit BatchNorm2d(const Options& options) : BatchNorm("BatchNorm2d", 3, options) {}
};

/// torch.nn.GroupNorm, for (channels, height, width) or (features): y = (x - mean) /
/// sqrt(variance + eps) * weight + bias, with the mean and the variance of each of num_groups
/// groups of channels of one image, and a weight and a bias for each channel.
class GroupNorm final : public LibraryLayer {
 public:
  struct Options {
    std::int64_t num_groups;
    double eps = 1e-5;
    bool affine = true;             ///< has weight and bias
    std::int64_t num_channels = 0;  ///< that infer() wants; 0: any
  };

  /// Throws Error (kUsage) for a number out of range.
  explicit GroupNorm(const Options& options);

  const Options& options() const { return options_; }

  std::string text() const override;
  Shape infer(const Shape& input) override;
  Operation operation() const override { return op_; }
  std::vector<ParameterInfo> parameters() const override;

 private:
  Options options_;
};

/// torch.nn.LayerNorm over all that an image or a row of features holds: as a GroupNorm of one
/// group, with a weight and a bias for each element.
class LayerNorm final : public LibraryLayer {
 public:
  struct Options {
    double eps = 1e-5;
    bool elementwise_affine = true;  ///< has a weight
    bool bias = true;                ///< has a bias, where it has a weight
    Shape normalized_shape = {};     ///< that infer() wants; empty: any
  };

  LayerNorm() : LayerNorm(Options()) {}

  /// Throws Error (kUsage) for a number out of range.
  explicit LayerNorm(const Options& options);

  std::string text() const override;
  Shape infer(const Shape& input) override;
  Operation operation() const override { return op_; }
  std::vector<ParameterInfo> parameters() const override;

 private:
  Options options_;
};

}  // namespace lenet
