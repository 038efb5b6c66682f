// The names of Dive into Deep Learning, chapter 6, for its readers.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "lenet/animator.h"
#include "lenet/dataset.h"
#include "lenet/device.h"
#include "lenet/export.h"
#include "lenet/fashion_mnist.h"
#include "lenet/fit.h"
#include "lenet/layers.h"
#include "lenet/sequential.h"
#include "lenet/timer.h"
#include "lenet/trainer.h"

namespace LENET_PUBLIC lenet {
namespace d2l {

using lenet::Accumulator;
using lenet::Animator;
using lenet::get_fashion_mnist_labels;
using lenet::Timer;
using lenet::try_gpu;

/// A two-dimensional tensor, row by row.
struct Matrix {
  std::int64_t rows, columns;
  std::vector<float> values;

  float& operator()(std::int64_t r, std::int64_t c) {
    return values[static_cast<std::size_t>(r * columns + c)];
  }
  float operator()(std::int64_t r, std::int64_t c) const {
    return values[static_cast<std::size_t>(r * columns + c)];
  }
  bool operator==(const Matrix&) const = default;
};

/// Two-dimensional cross-correlation (6.2.1). Throws Error (kUsage) if K does not fit X.
Matrix corr2d(const Matrix& X, const Matrix& K);

/// The pooling of 6.5.1, window by window with stride 1; mode "max" or "avg". Throws Error
/// (kUsage).
Matrix pool2d(const Matrix& X, Size2d pool_size, std::string_view mode = "max");

/// Predictions that are right (3.6.5). y_hat: (y.size(), classes).
double accuracy(const Matrix& y_hat, std::span<const Label> y);

/// A data set and the size of its batches: what the book calls an iterator.
struct DataIter {
  Dataset data;
  std::int64_t batch_size;
  bool shuffle;
};

/// train_iter, test_iter (3.5.3).
std::pair<DataIter, DataIter> load_data_fashion_mnist(std::int64_t batch_size);

/// The accuracy of net on data_iter (6.6.2), on whatever device.
double evaluate_accuracy_gpu(const Sequential& net, const DataIter& data_iter,
                             Device device = try_gpu());

/// What train_ch6 leaves behind: the figures and the plot.
struct TrainCh6 {
  Report report;
  Animator animator;
};

/// Trains with Xavier weights and SGD (6.6.2), and writes the chapter's lines to `out`. Where
/// stderr is a terminal the chapter's figure is drawn there meanwhile. The weights are drawn from
/// `generator`, as PyTorch draws them from its own.
TrainCh6 train_ch6(Sequential& net, const DataIter& train_iter, const DataIter& test_iter,
                   std::int64_t num_epochs, float lr, Device device, std::ostream& out,
                   Generator& generator);

/// The same from seed 0.
TrainCh6 train_ch6(Sequential& net, const DataIter& train_iter, const DataIter& test_iter,
                   std::int64_t num_epochs, float lr, Device device, std::ostream& out);

}  // namespace d2l
}  // namespace lenet
