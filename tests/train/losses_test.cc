// Losses of rows in training: values, gradients and metrics by the reference network in double, and
// what is refused.
#include <cmath>
#include <vector>

#include "base/errors.h"
#include "base/loss_formula.h"
#include "lenet/fit.h"
#include "nn/networks.h"
#include "train/datasets.h"

namespace lenet {
namespace {

constexpr const char* kNet = "Conv2d(3, 3) Tanh AvgPool2d(2) Flatten Linear(5) Tanh Linear(3)";
const Shape kInput = {2, 6, 6};
constexpr std::int64_t kExamples = 19;  // one whole pack and three more
constexpr LossFunction kAll[] = {LossFunction::kCrossEntropy, LossFunction::kBce,
                                 LossFunction::kMse, LossFunction::kL1};

struct Rows {
  std::vector<float> values, targets;
};

/// Targets that are probabilities, so that every loss takes them.
Rows random_rows() {
  Generator generator(5);
  Rows rows{std::vector<float>(72 * kExamples), std::vector<float>(3 * kExamples)};
  generator.uniform(rows.values, -1, 1);
  generator.uniform(rows.targets, 0.1f, 1);
  for (std::size_t i = 0; i < rows.targets.size(); i += 3) {
    float* t = &rows.targets[i];
    const float sum = t[0] + t[1] + t[2];
    for (int k = 0; k < 3; ++k) t[k] /= sum;
  }
  return rows;
}

struct Judged {
  double loss = 0, metric = 0;
};

template <class Formula>
Judged by_formula(const reference::Values& y, const float* t) {
  double value = 0, score = 0;
  for (std::size_t k = 0; k < y.size(); ++k) {
    value += Formula::value(y[k], static_cast<double>(t[k]));
    score += Formula::score(y[k], static_cast<double>(t[k]));
  }
  const auto outputs = static_cast<double>(y.size());
  return {value / outputs, score / outputs};
}

/// Sum over the classes of -t log softmax(y).
Judged soft_cross_entropy(const reference::Values& y, const float* t) {
  Judged judged;
  for (std::size_t k = 0; k < y.size(); ++k) {
    judged.loss +=
        static_cast<double>(t[k]) * reference::cross_entropy(y, static_cast<std::int64_t>(k));
  }
  const auto said = std::ranges::max_element(y) - y.begin();
  judged.metric = said == std::max_element(t, t + y.size()) - t ? 1 : 0;
  return judged;
}

Judged judged(LossFunction loss, const reference::Values& y, const float* t) {
  switch (loss) {
    case LossFunction::kCrossEntropy:
      return soft_cross_entropy(y, t);
    case LossFunction::kBce:
      return by_formula<formula::BinaryCrossEntropy<double>>(y, t);
    case LossFunction::kMse:
      return by_formula<formula::SquaredError<double>>(y, t);
    case LossFunction::kL1:
      return by_formula<formula::AbsoluteError<double>>(y, t);
  }
  return {};
}

/// The means over all examples.
Judged judged(LossFunction loss, const reference::Network& net, const reference::Values& parameters,
              const Rows& rows) {
  Judged mean;
  for (std::int64_t i = 0; i < kExamples; ++i) {
    const auto image = rows.values.begin() + 72 * i;
    const reference::Values y =
        reference::forward(net, parameters, reference::Values(image, image + 72));
    const Judged one = judged(loss, y, &rows.targets[static_cast<std::size_t>(3 * i)]);
    mean.loss += one.loss / kExamples;
    mean.metric += one.metric / kExamples;
  }
  return mean;
}

TEST(Losses, HaveTheirValueMetricAndGradient) {
  const Rows rows = random_rows();
  for (const LossFunction loss : kAll) {
    Sequential net = Sequential::parse(kNet);
    build_at_random(net, kInput);
    std::vector<float> gradient(net.parameters().size());
    Trainer trainer(net, {.batch_size = 32, .threads = 2, .loss = loss});
    const Metrics metrics =
        trainer.gradient(Batch(rows.values, FloatRows{rows.targets, 3}), gradient);
    const reference::Network reference = reference::network_of(kNet, kInput);
    reference::Values parameters(net.parameters().begin(), net.parameters().end());
    const Judged want = judged(loss, reference, parameters, rows);
    EXPECT_NEAR(metrics.loss(), want.loss, 1e-6 * want.loss) << to_string(loss);
    EXPECT_NEAR(metrics.metric_mean(), want.metric, 1e-6) << to_string(loss);
    std::vector<double> differences;
    constexpr double kStep = 1e-5;
    for (double& p : parameters) {
      const double before = p;
      p = before + kStep;
      const double above = judged(loss, reference, parameters, rows).loss;
      p = before - kStep;
      differences.push_back((above - judged(loss, reference, parameters, rows).loss) / (2 * kStep));
      p = before;
    }
    EXPECT_LE(relative_distance(gradient, differences), 2e-5) << to_string(loss);
  }
}

TEST(Losses, JudgeARunByTheirMetric) {
  const Rows rows = random_rows();
  const Dataset data(FloatImages{rows.values}, kInput, FloatTargets{rows.targets, 3});
  const std::pair<LossFunction, const char*> metrics[] = {{LossFunction::kCrossEntropy, "acc"},
                                                          {LossFunction::kBce, "label_acc"},
                                                          {LossFunction::kMse, "mae"},
                                                          {LossFunction::kL1, "mae"}};
  for (const auto& [loss, metric] : metrics) {
    Sequential net = built(kNet, kInput);
    const FitOptions options = {.epochs = 3, .batch_size = 7, .lr = 0.3, .loss = loss};
    const Report report = fit(net, data, data, options);
    EXPECT_EQ(report.metric->name, metric);
    EXPECT_LT(report.epochs[2].train_loss, report.epochs[0].train_loss);
    const Metrics after = evaluate(net, data, 2, loss).metrics;
    EXPECT_EQ(after.metric_mean(), report.test_metric);
  }
}

TEST(Losses, RefuseTargetsThatAreNotTheirs) {
  const auto message = [](LossFunction loss, const Batch& batch) {
    Sequential net = built(kNet, kInput);
    Trainer trainer(net, {.batch_size = 19, .loss = loss});
    return error_of(ErrorKind::kUsage, [&] { trainer.step(batch, 0.1); });
  };
  Rows rows = random_rows();
  const Batch batch(rows.values, FloatRows{rows.targets, 3});
  const std::vector<Label> labels(kExamples, 1);
  EXPECT_TRUE(contains(message(LossFunction::kMse, Batch(rows.values, labels)),
                       "loss: mse, and the targets are classes: want cross-entropy"));
  rows.targets[4] = 1.5f;
  EXPECT_TRUE(contains(message(LossFunction::kBce, batch),
                       "loss: bce, and example 1 of the batch has the target 1.5; want targets "
                       "from 0 to 1"));
  rows.targets[4] = 0;
  EXPECT_TRUE(contains(message(LossFunction::kCrossEntropy, batch),
                       "want probabilities that sum to 1, or for several labels an example the "
                       "loss bce"));
}

}  // namespace
}  // namespace lenet
