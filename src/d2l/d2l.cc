#include "lenet/d2l.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <ostream>

#include "lenet/error.h"
#include "lenet/live.h"
#include "plot/live.h"

namespace lenet::d2l {
namespace {

/// The matrix of f(r, c) over all places of a window on X with stride 1.
template <class F>
Matrix slide(const Matrix& X, Size2d window, const char* what, F f) {
  if (window.height < 1 || window.width < 1 || window.height > X.rows || window.width > X.columns) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: a window of {}x{} does not fit {}x{}", what,
                                               window.height, window.width, X.rows, X.columns));
  }
  Matrix Y{X.rows - window.height + 1, X.columns - window.width + 1, {}};
  for (std::int64_t r = 0; r < Y.rows; ++r) {
    for (std::int64_t c = 0; c < Y.columns; ++c) Y.values.push_back(f(r, c));
  }
  return Y;
}

}  // namespace

Matrix corr2d(const Matrix& X, const Matrix& K) {
  return slide(X, {K.rows, K.columns}, "corr2d", [&](std::int64_t r, std::int64_t c) {
    float sum = 0;
    for (std::int64_t i = 0; i < K.rows; ++i) {
      for (std::int64_t j = 0; j < K.columns; ++j) sum += X(r + i, c + j) * K(i, j);
    }
    return sum;
  });
}

Matrix pool2d(const Matrix& X, Size2d pool_size, std::string_view mode) {
  if (mode != "max" && mode != "avg") {
    throw Error(ErrorKind::kUsage, fmt::format("pool2d: mode '{}', want 'max' or 'avg'", mode));
  }
  return slide(X, pool_size, "pool2d", [&](std::int64_t r, std::int64_t c) {
    float max = -std::numeric_limits<float>::infinity(), sum = 0;
    for (std::int64_t i = 0; i < pool_size.height; ++i) {
      for (std::int64_t j = 0; j < pool_size.width; ++j) {
        max = std::max(max, X(r + i, c + j));
        sum += X(r + i, c + j);
      }
    }
    return mode == "max" ? max : sum / static_cast<float>(pool_size.height * pool_size.width);
  });
}

double accuracy(const Matrix& y_hat, std::span<const Label> y) {
  if (y_hat.rows != static_cast<std::int64_t>(y.size())) {
    throw Error(ErrorKind::kUsage,
                fmt::format("accuracy: {} predictions, {} labels", y_hat.rows, y.size()));
  }
  double right = 0;
  for (std::int64_t r = 0; r < y_hat.rows; ++r) {
    const auto row = y_hat.values.begin() + r * y_hat.columns;
    right += std::max_element(row, row + y_hat.columns) - row == y[static_cast<std::size_t>(r)];
  }
  return right;
}

std::pair<DataIter, DataIter> load_data_fashion_mnist(std::int64_t batch_size) {
  auto [train, test] = lenet::load_data_fashion_mnist();
  return {DataIter{std::move(train), batch_size, true},
          DataIter{std::move(test), batch_size, false}};
}

double evaluate_accuracy_gpu(const Sequential& net, const DataIter& data_iter, Device device) {
  return evaluate(net, data_iter.data, device).metrics.accuracy();
}

TrainCh6 train_ch6(Sequential& net, const DataIter& train_iter, const DataIter& test_iter,
                   std::int64_t num_epochs, float lr, Device device, std::ostream& out,
                   Generator& generator) {
  require_classes(train_iter.data, "train_ch6");
  if (!net.built()) net.build(train_iter.data.image_shape(), generator);
  xavier_uniform(net, generator);
  out << "training on " << to_string(device) << std::endl;
  FitOptions options;
  options.epochs = num_epochs;
  options.batch_size = train_iter.batch_size;
  options.lr = lr;
  options.device = device;
  options.shuffle = train_iter.shuffle;
  LiveFigure figure(options, can_redraw(stderr) ? stderr : nullptr);
  Report report = fit(net, train_iter.data, test_iter.data, options, generator);
  figure.finish();
  TrainCh6 result{std::move(report), figure.animator()};
  const Report& r = result.report;
  out << fmt::format("loss {:.3f}, train acc {:.3f}, test acc {:.3f}\n{:.1f} examples/sec on {}\n",
                     r.loss, r.train_acc(), r.test_acc(), r.examples_per_sec, to_string(device));
  return result;
}

TrainCh6 train_ch6(Sequential& net, const DataIter& train_iter, const DataIter& test_iter,
                   std::int64_t num_epochs, float lr, Device device, std::ostream& out) {
  Generator generator(0);
  return train_ch6(net, train_iter, test_iter, num_epochs, lr, device, out, generator);
}

}  // namespace lenet::d2l
