// Clipping, going back, averages: the trainer's options beyond the plain step.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/errors.h"
#include "reference/compare.h"
#include "train/beyond_nets.h"

namespace lenet {
namespace {

std::vector<float> copy_of(std::span<const float> values) { return {values.begin(), values.end()}; }

double norm_of(const std::vector<float>& values) {
  double sum = 0;
  for (const float v : values) sum += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(sum);
}

/// `values` batch in place of Batch(beyond_data(), images_from(first, 100)).
Metrics step(Trainer& trainer, std::int32_t first) {
  return trainer.step(Batch(beyond_data(), images_from(first, 100)), 0.02);
}

TEST(ClipNorm, StepsByTheGradientOfAllLayersScaledToTheLimit) {
  const char* text = "Conv2d(4, 3) BatchNorm2d Tanh Flatten Linear(4)";
  for (const double limit : {0.01, 1e6}) {
    Sequential net = built_beyond(text);
    Trainer trainer(net, {.batch_size = 100, .threads = 2, .clip_norm = limit});
    std::vector<float> gradient(net.parameters().size());
    const std::vector<float> before = copy_of(net.parameters());
    const auto order = images_from(0, 100);
    trainer.gradient(Batch(beyond_data(), order), gradient);
    trainer.step(Batch(beyond_data(), order), 0.5);
    const double norm = norm_of(gradient);
    EXPECT_EQ(norm<limit, limit> 1) << norm;
    const auto scale = static_cast<float>(std::min(1.0, limit / (norm + 1e-6)));
    for (std::size_t i = 0; i < before.size(); ++i) {
      ASSERT_EQ(net.parameters()[i], before[i] - 0.5f * (scale * gradient[i])) << i;
    }
  }
}

class Undo : public testing::TestWithParam<Optimizer> {};

TEST_P(Undo, PutsBackAllThatTheStepChanged) {
  Sequential net = built_beyond(), other = built_beyond();
  Trainer trainer(net, beyond_options(GetParam())), plain(other, beyond_options(GetParam()));
  step(trainer, 0);
  step(plain, 0);
  step(trainer, 300);
  trainer.undo();
  EXPECT_EQ(trained_values(net, trainer), trained_values(other, plain));
  for (const std::int32_t first : {100, 200}) {
    EXPECT_EQ(step(trainer, first).loss_sum, step(plain, first).loss_sum);
  }
  EXPECT_EQ(trained_values(net, trainer), trained_values(other, plain));
}

TEST_P(Undo, OfTheFirstStepIsTheStart) {
  Sequential net = built_beyond(), other = built_beyond();
  Trainer trainer(net, beyond_options(GetParam())), plain(other, beyond_options(GetParam()));
  step(trainer, 300);
  trainer.undo();
  trainer.undo();  // there is no more to undo
  step(trainer, 0);
  step(plain, 0);
  EXPECT_EQ(trained_values(net, trainer), trained_values(other, plain));
}

/// 100 images of floats, the last of them NaN.
Metrics bad_step(Trainer& trainer) {
  std::vector<float> values(100 * 90, 0.5f);
  values.back() = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Label> labels(100);
  return trainer.step(Batch(values, labels), 0.02);
}

TEST_P(Undo, IsDoneByALossThatIsNotFinite) {
  Sequential net = built_beyond(), other = built_beyond();
  Trainer trainer(net, beyond_options(GetParam())), plain(other, beyond_options(GetParam()));
  step(trainer, 0);
  step(plain, 0);
  step(trainer, 300);
  EXPECT_TRUE(std::isnan(bad_step(trainer).loss()));
  EXPECT_EQ(trained_values(net, trainer), trained_values(other, plain));
  EXPECT_EQ(step(trainer, 100).loss_sum, step(plain, 100).loss_sum);
  EXPECT_EQ(trained_values(net, trainer), trained_values(other, plain));
}

TEST_P(Undo, KeepsTheStateOfStepsBeforeParametersWereSetFromOutside) {
  Sequential net = built_beyond(), other = built_beyond();
  Trainer trainer(net, beyond_options(GetParam())), plain(other, beyond_options(GetParam()));
  for (Trainer* t : {&trainer, &plain}) {
    step(*t, 0);
    step(*t, 100);
    t->parameters_changed();
  }
  EXPECT_TRUE(std::isnan(bad_step(trainer).loss()));
  EXPECT_EQ(step(trainer, 200).loss_sum, step(plain, 200).loss_sum);
  EXPECT_EQ(trained_values(net, trainer), trained_values(other, plain));
}

INSTANTIATE_TEST_SUITE_P(Optimizers, Undo, testing::Values(kNesterov, kAdamW));

TEST(Averages, MoveByTheirShareAtEveryStep) {
  constexpr double kDecay = 0.6;  // 9 / (10 + t) at first, from step 13 on 0.4
  Sequential net = built_beyond();
  Trainer trainer(net, {.batch_size = 100, .threads = 2, .ema_decay = kDecay});
  std::vector<double> parameters(net.parameters().begin(), net.parameters().end());
  std::vector<double> buffers(net.buffers().begin(), net.buffers().end());
  const auto move = [](std::vector<double>& average, std::span<const float> now, double share) {
    for (std::size_t i = 0; i < now.size(); ++i) average[i] += share * (now[i] - average[i]);
  };
  for (std::int32_t t = 0; t < 20; ++t) {
    step(trainer, 10 * t);
    const double share = t < 13 ? 9.0 / (10 + t) : 1 - kDecay;
    move(parameters, net.parameters(), share);
    move(buffers, net.buffers(), share);
  }
  trainer.swap_averages();
  // Three roundings a step, of which the last few still count.
  EXPECT_LE(relative_distance(net.parameters(), parameters), 4e-7);
  EXPECT_LE(relative_distance(net.buffers(), buffers), 4e-7);
}

TEST(Averages, AreEvaluatedWhileExchangedAndLeaveTheTrainingAsItWas) {
  Sequential net = built_beyond(), other = built_beyond();
  Trainer trainer(net, beyond_options(kNesterov)), plain(other, beyond_options(kNesterov));
  for (const std::int32_t first : {0, 100, 200}) step(trainer, first), step(plain, first);
  const std::vector<float> trained = copy_of(net.parameters());
  const double loss = trainer.evaluate(beyond_data()).metrics.loss_sum;
  trainer.swap_averages();
  EXPECT_NE(copy_of(net.parameters()), trained);
  const double averaged = trainer.evaluate(beyond_data()).metrics.loss_sum;
  EXPECT_NE(averaged, loss);
  EXPECT_EQ(averaged, evaluate(net, beyond_data()).metrics.loss_sum);
  trainer.swap_averages();
  EXPECT_EQ(copy_of(net.parameters()), trained);
  EXPECT_EQ(trainer.evaluate(beyond_data()).metrics.loss_sum, loss);
  EXPECT_EQ(step(trainer, 300).loss_sum, step(plain, 300).loss_sum);
  EXPECT_EQ(trained_values(net, trainer), trained_values(other, plain));
}

TEST(Averages, MustHaveBeenAskedFor) {
  Sequential net = built_beyond();
  Trainer trainer(net, {.batch_size = 100, .threads = 1});
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { trainer.swap_averages(); }), "ema_decay"));
}

TEST(TrainerOptions, AreRefusedOutOfRange) {
  Sequential net = built_beyond();
  const auto message = [&](const Trainer::Options& options) {
    return error_of(ErrorKind::kUsage, [&] { Trainer(net, options); });
  };
  for (const double bad : {-0.1, 1.0, std::nan("")}) {
    EXPECT_TRUE(contains(message({.label_smoothing = bad}), "label smoothing: "));
    EXPECT_TRUE(contains(message({.ema_decay = bad}), "decay of the averages: "));
  }
  EXPECT_TRUE(contains(message({.clip_norm = -1}), "gradient norm: -1"));
  EXPECT_TRUE(contains(message({.clip_norm = std::nan("")}), "gradient norm: "));
  EXPECT_TRUE(contains(message({.optimizer = {.momentum = 1}}), "momentum: 1"));
}

}  // namespace
}  // namespace lenet
