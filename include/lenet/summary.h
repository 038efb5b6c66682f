// The table of a network's layers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lenet/export.h"
#include "lenet/sequential.h"

namespace LENET_PUBLIC lenet {

/// One layer of a built network, or a container with all that is in it.
struct LayerSummary {
  std::string name;  ///< "Conv2d"; of a group "Sequential"
  std::string text;  ///< "Conv2d(6, 5, padding=2)", "Residual"
  Shape output;
  std::int64_t parameters;
  std::int64_t multiply_adds;  ///< of one image's forward pass
  std::string path;            ///< as its parameters are named: "3", "3.0"
  int depth = 0;               ///< containers around it
};

/// In the order of the text; what is in a container behind it.
std::vector<LayerSummary> summarize(const Sequential& net);

/// The layers, output shapes, parameters and multiply-adds as a table, with totals. The numbers of
/// a container are those of what is in it.
std::string summary_table(const Sequential& net);

/// D2L 6.6's lines: "Conv2d output shape: \t torch.Size([1, 6, 28, 28])". Of a container one line.
std::string summary_d2l(const Sequential& net);

/// Multiply-adds of one image: forward, and in training, where the gradient by the parameters and,
/// but for the first layer that has any, the gradient by the input cost as much again.
struct Work {
  std::int64_t forward = 0, training = 0;
};

Work work_of(const Sequential& net);

}  // namespace lenet
