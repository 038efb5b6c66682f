// Learning from a teacher: loss and gradient by the reference network in double, bits, refusals.
#include <cmath>
#include <numeric>
#include <vector>

#include "base/errors.h"
#include "lenet/fit.h"
#include "nn/networks.h"
#include "train/datasets.h"

namespace lenet {
namespace {

constexpr const char* kNet = "Conv2d(3, 3) Tanh AvgPool2d(2) Flatten Linear(5) Tanh Linear(3)";
constexpr const char* kTeacher = "Conv2d(4, 3) ReLU Flatten Linear(3)";
const Shape kInput = {2, 6, 6};
constexpr std::int64_t kExamples = 19;
constexpr double kTemperature = 3, kWeight = 0.7;

double log_sum_exp(const reference::Values& y, double temperature) {
  double sum = 0;
  for (const double v : y) sum += std::exp(v / temperature);
  return std::log(sum);
}

/// The mean over the examples, by Trainer's definition.
double loss_of(const reference::Network& net, const reference::Values& parameters,
               const std::vector<float>& values, const std::vector<Label>& labels,
               const std::vector<float>& teacher) {
  double loss = 0;
  for (std::int64_t i = 0; i < kExamples; ++i) {
    const auto image = values.begin() + 72 * i;
    const reference::Values y =
        reference::forward(net, parameters, reference::Values(image, image + 72));
    const reference::Values z(teacher.begin() + 3 * i, teacher.begin() + 3 * (i + 1));
    double divergence = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const double log_p = y[k] / kTemperature - log_sum_exp(y, kTemperature);
      const double log_q = z[k] / kTemperature - log_sum_exp(z, kTemperature);
      divergence += std::exp(log_q) * (log_q - log_p);
    }
    const double own = reference::cross_entropy(y, labels[static_cast<std::size_t>(i)]);
    loss += (1 - kWeight) * own + kWeight * kTemperature * kTemperature * divergence;
  }
  return loss / kExamples;
}

TEST(Distillation, HasItsLossAndGradient) {
  Generator generator(5);
  std::vector<float> values(72 * kExamples);
  generator.uniform(values, -1, 1);
  std::vector<Label> labels;
  for (int i = 0; i < kExamples; ++i) labels.push_back(static_cast<Label>(i % 3));
  Sequential net = Sequential::parse(kNet), teacher = Sequential::parse(kTeacher);
  build_at_random(net, kInput);
  build_at_random(teacher, kInput);
  for (float& p : teacher.parameters()) p *= 2;
  std::vector<float> gradient(net.parameters().size());
  Trainer trainer(
      net, {.batch_size = 32, .threads = 2, .distillation = {&teacher, kTemperature, kWeight}});
  const Metrics metrics = trainer.gradient(Batch(values, labels), gradient);
  const std::vector<float> answers = forward(teacher, values);
  const reference::Network reference = reference::network_of(kNet, kInput);
  reference::Values parameters(net.parameters().begin(), net.parameters().end());
  const auto loss = [&] { return loss_of(reference, parameters, values, labels, answers); };
  EXPECT_NEAR(metrics.loss(), loss(), 1e-5 * loss());
  std::vector<double> differences;
  constexpr double kStep = 1e-5;
  for (double& p : parameters) {
    const double before = p;
    p = before + kStep;
    const double above = loss();
    p = before - kStep;
    differences.push_back((above - loss()) / (2 * kStep));
    p = before;
  }
  EXPECT_LE(relative_distance(gradient, differences), 2e-5);
}

FitOptions taught_by(const Sequential& teacher, int threads) {
  return {.epochs = 3,
          .batch_size = 32,
          .lr = 0.1,
          .distillation = {&teacher, 2, 0.9},
          .augmentation = {.flip = true},
          .normalize = true,
          .threads = threads};
}

TEST(Distillation, HasTheSameBitsOnAnyThreads) {
  const Dataset data = noise_images(kInput, 300, 3);
  Sequential teacher = built("Conv2d(4, 3) BatchNorm2d ReLU Flatten Linear(3)", kInput);
  teacher.set_normalization({.mean = {0.2f, 0.4f}, .deviation = {0.5f, 0.6f}});
  for (const char* text : {kNet, "Conv2d(3, 3) BatchNorm2d Tanh Flatten Dropout(0.1) Linear(3)"}) {
    const auto trained = [&](int threads) {
      Sequential net = built(text, kInput);
      const Report report = fit(net, data, data, taught_by(teacher, threads));
      EXPECT_EQ(report.metric->name, "acc");
      return copy_of(net.parameters());
    };
    EXPECT_EQ(trained(1), trained(3));
  }
}

TEST(Distillation, BringsANetworkToItsTeachersAnswers) {
  const Dataset data = noise_images(kInput, 300, 3);
  Sequential teacher = built("Flatten Linear(3)", kInput), net = built("Flatten Linear(3)", kInput);
  fit(teacher, data, data, {.epochs = 5, .batch_size = 30, .lr = 0.1});
  FitOptions options = {.epochs = 300, .batch_size = 30, .lr = 0.2};
  options.distillation = {&teacher, 1, 1};
  const Report report = fit(net, data, data, options);
  EXPECT_LT(report.loss, 1e-3);
  const auto wanted = evaluate(teacher, data).predicted, said = evaluate(net, data).predicted;
  std::int64_t same = 0;
  for (std::size_t i = 0; i < said.size(); ++i) same += said[i] == wanted[i];
  EXPECT_GE(same, 290);
}

TEST(Distillation, OfNoWeightIsTrainingWithoutATeacher) {
  const Dataset data = noise_images(kInput, 100, 3);
  Sequential teacher = built(kTeacher, kInput), taught = built(kNet, kInput);
  Sequential alone = built(kNet, kInput);
  FitOptions options = {.epochs = 2, .batch_size = 32, .lr = 0.1};
  fit(alone, data, data, options);
  options.distillation = {&teacher, 4, 0};
  fit(taught, data, data, options);
  EXPECT_EQ(copy_of(taught.parameters()), copy_of(alone.parameters()));
}

TEST(Distillation, IsRefusedWhereItDoesNotFit) {
  const auto message = [](const Distillation& distillation, const Device& device = {}) {
    Sequential net = built(kNet, kInput);
    return error_of(ErrorKind::kUsage,
                    [&] { Trainer(net, {.distillation = distillation, .device = device}); });
  };
  const Sequential teacher = built(kTeacher, kInput), other = built("Flatten Linear(4)", kInput);
  EXPECT_TRUE(contains(message({&other}), "the teacher has images of 2x6x6 and 4 outputs"));
  EXPECT_TRUE(contains(message({&teacher, 0, 0.5}), "temperature of a teacher: 0"));
  EXPECT_TRUE(contains(message({&teacher, 2, 1.5}), "weight of a teacher: 1.5, want 0 to 1"));
  EXPECT_TRUE(contains(message({&teacher}, {Device::Kind::kCuda, 0}), "on the CPU alone"));
  const Dataset rows = noise_with_rows(kInput, 40, 3);
  Sequential net = built(kNet, kInput);
  FitOptions options = {.batch_size = 20};
  options.distillation.teacher = &teacher;
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { fit(net, rows, rows, options); }),
                       "a teacher: wants a class an example"));
}

}  // namespace
}  // namespace lenet
