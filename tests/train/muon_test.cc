// Muon: the orthogonal matrix by the definition in double, its step as torch.optim.Muon's, and
// which parameters are matrices.
#include "train/muon.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/errors.h"
#include "base/philox.h"
#include "lenet/layers.h"
#include "lenet/trainer.h"
#include "nn/derived_layers.h"
#include "nn/networks.h"
#include "train/datasets.h"
#include "train/orthogonalize.h"

namespace lenet {
namespace {

using Doubles = std::vector<double>;
using Kind = Optimizer::Kind;

/// C = A B, of (rows, inner) and (inner, columns).
Doubles product(const Doubles& a, const Doubles& b, std::size_t rows, std::size_t inner) {
  const std::size_t columns = b.size() / inner;
  Doubles c(rows * columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < inner; ++k) {
      for (std::size_t j = 0; j < columns; ++j) {
        c[i * columns + j] += a[i * inner + k] * b[k * columns + j];
      }
    }
  }
  return c;
}

Doubles transposed(const Doubles& a, std::size_t rows) {
  const std::size_t columns = a.size() / rows;
  Doubles t(a.size());
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) t[j * rows + i] = a[i * columns + j];
  }
  return t;
}

/// zeropower_via_newtonschulz5 of Jordan 2024, in double.
Doubles newton_schulz(Doubles x, std::size_t rows) {
  const std::size_t columns = x.size() / rows;
  if (rows > columns) return transposed(newton_schulz(transposed(x, rows), columns), columns);
  const double norm = std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
  for (double& value : x) value /= std::max(norm, 1e-7);
  for (int i = 0; i < 5; ++i) {
    const Doubles a = product(x, transposed(x, rows), rows, columns);
    Doubles b = product(a, a, rows, rows);
    for (std::size_t k = 0; k < b.size(); ++k) b[k] = -4.7750 * a[k] + 2.0315 * b[k];
    const Doubles bx = product(b, x, rows, rows);
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = 3.4445 * x[k] + bx[k];
  }
  return x;
}

std::vector<float> noise(std::size_t count) {
  CounterRandom random(5, 1, count);
  std::vector<float> values(count);
  for (float& value : values) value = random.uniform() - 0.5f;
  return values;
}

std::vector<float> orthogonalized(std::vector<float> matrix, std::int64_t rows) {
  const std::int64_t columns = std::ssize(matrix) / rows;
  AlignedFloats scratch(orthogonalize_scratch(rows, columns));
  std::fill_n(scratch.data(), scratch.size(), std::nanf(""));
  orthogonalize(rows, columns, matrix.data(), scratch.data());
  return matrix;
}

/// A rounding error grows 3.4445-fold in each of five steps where the singular value is small.
TEST(Orthogonalize, IsNewtonSchulzInDouble) {
  for (const auto& [rows, columns] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, 1}, {1, 7}, {7, 1}, {3, 16}, {16, 16}, {17, 33}, {33, 17}, {6, 25}, {120, 400}}) {
    const std::vector<float> matrix = noise(static_cast<std::size_t>(rows * columns));
    const Doubles want =
        newton_schulz({matrix.begin(), matrix.end()}, static_cast<std::size_t>(rows));
    EXPECT_LE(relative_distance(orthogonalized(matrix, rows),
                                std::vector<float>(want.begin(), want.end())),
              5e-6)
        << rows << " x " << columns;
  }
}

/// Of a matrix far from square all singular values are alike, and come near 1.
TEST(Orthogonalize, GivesRowsThatAreNearlyOrthonormal) {
  const std::vector<float> x = orthogonalized(noise(8 * 400), 8);
  const Doubles rows(x.begin(), x.end());
  const Doubles gram = product(rows, transposed(rows, 8), 8, 400);
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t j = 0; j < 8; ++j) EXPECT_NEAR(gram[i * 8 + j], i == j, 0.45);
  }
}

TEST(Orthogonalize, LeavesZerosAndTakesAnyScale) {
  EXPECT_EQ(orthogonalized(std::vector<float>(12, 0.0f), 3), std::vector<float>(12, 0.0f));
  const std::vector<float> matrix = noise(60);
  std::vector<float> small = matrix;
  for (float& value : small) value *= 0x1p-10f;
  EXPECT_EQ(orthogonalized(small, 5), orthogonalized(matrix, 5));
}

constexpr const char* kNet = "Conv2d(4, 3) Tanh Flatten Linear(8) Tanh Linear(3)";
const Shape kInput = {2, 6, 6};
const Optimizer kRule = {
    .kind = Kind::kMuon, .weight_decay = 0.1, .momentum = 0.9, .nesterov = true};

std::vector<std::int32_t> first_of(std::int64_t count) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

/// Of the weights of the first two layers: 4 x 18 and 8 x 64.
struct Matrix {
  std::size_t first, rows, columns;
};
constexpr Matrix kMatrices[] = {{0, 4, 18}, {76, 8, 64}};

TEST(Muon, StepsAsPyTorchsDoes) {
  const Dataset data = noise_images(kInput, 24, 3);
  const std::vector<std::int32_t> order = first_of(24);
  const Batch batch(data, order);
  Sequential net = built(kNet, kInput);
  Trainer trainer(net, {.batch_size = 24, .threads = 2, .optimizer = kRule});
  std::vector<float> gradient(net.parameters().size());
  Doubles momentum(gradient.size());
  for (int step = 0; step < 4; ++step) {
    trainer.gradient(batch, gradient);
    Doubles want(net.parameters().begin(), net.parameters().end());
    const double lr = 0.02 / (1 + step);
    for (const auto& [first, rows, columns] : kMatrices) {
      Doubles direction(rows * columns);
      for (std::size_t i = 0; i < direction.size(); ++i) {
        const double g = gradient[first + i];
        double& v = momentum[first + i];
        v = 0.9 * v + 0.1 * g;
        direction[i] = 0.9 * v + 0.1 * g;
      }
      direction = newton_schulz(direction, rows);
      const double length = 0.2 * std::sqrt(static_cast<double>(std::max(rows, columns)));
      for (std::size_t i = 0; i < direction.size(); ++i) {
        want[first + i] = want[first + i] * (1 - lr * 0.1) - lr * length * direction[i];
      }
    }
    trainer.step(batch, lr);
    for (const auto& [first, rows, columns] : kMatrices) {
      for (std::size_t i = first; i < first + rows * columns; ++i) {
        EXPECT_NEAR(net.parameters()[i], want[i], 1e-5) << step << ", " << i;
      }
    }
  }
}

/// Biases and the last layer, whose every step begins as long as the rate.
TEST(Muon, LeavesTheRestToAdamW) {
  const Dataset data = noise_images(kInput, 24, 3);
  const std::vector<std::int32_t> order = first_of(24);
  const auto stepped = [&](const Optimizer& rule) {
    Sequential net = built(kNet, kInput);
    Trainer(net, {.batch_size = 24, .threads = 1, .optimizer = rule})
        .step(Batch(data, order), 0.01);
    return copy_of(net.parameters());
  };
  Optimizer adamw = kRule;
  adamw.kind = Kind::kAdamW, adamw.momentum = 0, adamw.nesterov = false;
  const std::vector<float> got = stepped(kRule), want = stepped(adamw);
  for (std::size_t i = 0; i < got.size(); ++i) {
    const bool in_matrix = std::ranges::any_of(kMatrices, [&](const Matrix& m) {
      return m.first <= i && i < m.first + m.rows * m.columns;
    });
    EXPECT_EQ(got[i] == want[i], !in_matrix) << i;
  }
}

TEST(Muon, TrainsToTheSameBitsOnAnyThreadsAndGoesBack) {
  const Dataset data = noise_images(kInput, 64, 3);
  const std::vector<std::int32_t> order = first_of(64);
  const Batch batch(data, order);
  const auto trained = [&](int threads) {
    Sequential net = built(kNet, kInput);
    Trainer trainer(net,
                    {.batch_size = 64, .threads = threads, .optimizer = kRule, .clip_norm = 0.5});
    const double first = trainer.step(batch, 0.01).loss();
    for (int i = 0; i < 20; ++i) trainer.step(batch, 0.01);
    const Trainer::Snapshot before = trainer.snapshot();
    EXPECT_LT(trainer.step(batch, 0.01).loss(), first);
    trainer.undo();
    const Trainer::Snapshot after = trainer.snapshot();
    EXPECT_EQ(after.parameters, before.parameters);
    EXPECT_EQ(after.first, before.first);
    EXPECT_EQ(after.second, before.second);
    trainer.step(batch, 0.01);
    return copy_of(net.parameters());
  };
  EXPECT_EQ(trained(1), trained(3));
}

std::vector<Shape> matrices_of(const Sequential& net, const Frozen& frozen = {}) {
  std::vector<Shape> shapes;
  const Muon muon(net, kRule, frozen, 1);
  for (const Muon::Matrix& m : muon.matrices()) shapes.push_back({m.rows, m.columns});
  return shapes;
}

TEST(Muon, TakesWholeWeightsButTheLast) {
  EXPECT_EQ(matrices_of(built(kNet, kInput)), (std::vector<Shape>{{8, 64}, {4, 18}}));
  EXPECT_EQ(matrices_of(built("Flatten Linear(3)", kInput)), std::vector<Shape>{});
  const Sequential norms =
      built("Conv2d(4, 3, groups=2) BatchNorm2d PReLU Conv2d(6, 1) Flatten Linear(3)", kInput);
  EXPECT_EQ(matrices_of(norms), (std::vector<Shape>{{4, 9}, {6, 4}}));
  const Sequential net = built(kNet, kInput);
  EXPECT_EQ(matrices_of(net, frozen_of(net, {"0.weight"})), (std::vector<Shape>{{8, 64}}));
}

/// Weights held at zero, and those of a layer of the user, whose parameters are one part.
TEST(Muon, LeavesWhatIsNotWholeToAdamW) {
  const Sequential lenet5 =
      built("Conv2d(6, 5) LeNet5C3 Flatten Linear(12) Tanh Linear(3)", {1, 14, 14});
  EXPECT_EQ(matrices_of(lenet5), (std::vector<Shape>{{12, 576}, {6, 25}}));
  const auto doubled = [] {
    Sequential net(derived::DoubledConv2d({.out_channels = 4, .kernel = 3}), Tanh(), Flatten(),
                   Linear(8), Tanh(), Linear(3));
    Generator generator(3);
    net.build(kInput, generator);
    return net;
  };
  EXPECT_EQ(matrices_of(doubled()), (std::vector<Shape>{{8, 64}}));
  const Dataset data = noise_images(kInput, 24, 3);
  const std::vector<std::int32_t> order = first_of(24);
  Optimizer adamw = kRule;
  adamw.kind = Kind::kAdamW, adamw.momentum = 0, adamw.nesterov = false;
  Sequential net = doubled(), other = doubled();
  Trainer trainer(net, {.batch_size = 24, .optimizer = kRule});
  const Trainer::Snapshot before = trainer.snapshot();
  trainer.step(Batch(data, order), 0.01);
  Trainer(other, {.batch_size = 24, .optimizer = adamw}).step(Batch(data, order), 0.01);
  for (std::size_t i = 0; i < 76; ++i) EXPECT_EQ(net.parameters()[i], other.parameters()[i]) << i;
  trainer.undo();
  EXPECT_EQ(trainer.snapshot().first, before.first);
  EXPECT_EQ(trainer.snapshot().parameters, before.parameters);
}

/// Averages, several micro-batches, and from a snapshot on.
TEST(Muon, GoesOnFromASnapshotWithTheSameBits) {
  const Dataset data = noise_images(kInput, 1100, 3);
  const std::vector<std::int32_t> order = first_of(1100);
  const Trainer::Options options = {
      .batch_size = 1100, .threads = 2, .optimizer = kRule, .ema_decay = 0.9};
  Sequential net = built(kNet, kInput), resumed = built(kNet, kInput);
  Trainer trainer(net, options);
  trainer.step(Batch(data, order), 0.01);
  const Trainer::Snapshot middle = trainer.snapshot();
  trainer.step(Batch(data, order), 0.01);
  Trainer second(resumed, options);
  second.restore(middle);
  second.step(Batch(data, order), 0.01);
  EXPECT_EQ(second.snapshot().parameters, trainer.snapshot().parameters);
  EXPECT_EQ(second.snapshot().first, trainer.snapshot().first);
  EXPECT_EQ(second.snapshot().average, trainer.snapshot().average);
}

TEST(Muon, RefusesWhatItCannot) {
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [] { check({.kind = Kind::kMuon}); }),
                       "Muon makes its momentum orthogonal and wants one above 0"));
  check(kRule);
  Sequential net = built(kNet, kInput);
  const Trainer::Options options = {
      .batch_size = 8, .optimizer = kRule, .device = {.kind = Device::Kind::kCuda}};
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { Trainer trainer(net, options); }),
                       "Muon: trains on the CPU alone"));
}

}  // namespace
}  // namespace lenet
