// A run that stops and goes on ends in the same bits as one that does not.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>

#include "base/errors.h"
#include "lenet/fit.h"
#include "train/datasets.h"

namespace lenet {
namespace {

struct Case {
  const char* net;
  FitOptions options;
};

/// Every kind of state that a run carries from step to step.
std::vector<Case> cases() {
  FitOptions plain{.epochs = 3, .batch_size = 16, .lr = 0.1, .threads = 1};
  FitOptions momentum = plain;
  momentum.optimizer = {.weight_decay = 1e-3, .momentum = 0.9, .nesterov = true};
  momentum.schedule.kind = Schedule::Kind::kOneCycle;
  momentum.clip_norm = 0.5;
  momentum.normalize = true;
  FitOptions adam = plain;
  adam.lr = 0.01;
  adam.optimizer.kind = Optimizer::Kind::kAdamW;
  adam.ema_decay = 0.9;
  adam.augmentation = {.flip = true, .shift = 1};
  adam.shuffle = false;
  FitOptions best = plain;
  best.holdout = 0.2;
  best.keep_best = true;
  best.patience = 2;
  best.threads = 2;
  return {{"Flatten Linear(5) Sigmoid Linear(3)", plain},
          {"Conv2d(4, 3) BatchNorm2d ReLU Flatten Dropout(0.3) Linear(3)", momentum},
          {"Conv2d(4, 3) Residual[ BatchNorm2d ReLU Conv2d(4, 1) BatchNorm2d ] Concat[ | "
           "Conv2d(2, 1) BatchNorm2d Dropout(0.3) ] Flatten Linear(3)",
           momentum},
          {"Conv2d(4, 3) BatchNorm2d SiLU AdaptiveAvgPool2d(1) Flatten Linear(3)", adam},
          {"Flatten Linear(8) BatchNorm1d Tanh Linear(3)", best}};
}

Sequential start(const Case& c) {
  Sequential net = Sequential::parse(c.net);
  Generator generator(7);
  net.build({1, 6, 6}, generator);
  return net;
}

std::vector<float> values(const Sequential& net) {
  std::vector<float> all(net.parameters().begin(), net.parameters().end());
  all.insert(all.end(), net.buffers().begin(), net.buffers().end());
  return all;
}

void expect_same(const Report& a, const Report& b) {
  EXPECT_EQ(a.loss, b.loss);
  EXPECT_EQ(a.test_acc(), b.test_acc());
  EXPECT_EQ(a.examples, b.examples);
  EXPECT_EQ(a.best_epoch, b.best_epoch);
  ASSERT_EQ(a.points.size(), b.points.size());
  for (std::size_t i = 0; i < a.points.size(); ++i) {
    EXPECT_EQ(a.points[i].epoch, b.points[i].epoch);
    EXPECT_EQ(a.points[i].train_loss, b.points[i].train_loss);
    EXPECT_EQ(a.points[i].test_metric, b.points[i].test_metric);
  }
  ASSERT_EQ(a.epochs.size(), b.epochs.size());
  for (std::size_t i = 0; i < a.epochs.size(); ++i) {
    EXPECT_EQ(a.epochs[i].holdout_metric, b.epochs[i].holdout_metric);
    EXPECT_EQ(a.epochs[i].averaged_metric, b.epochs[i].averaged_metric);
  }
  ASSERT_EQ(a.averages.has_value(), b.averages.has_value());
  if (a.averages) {
    EXPECT_EQ(a.averages->parameters, b.averages->parameters);
    EXPECT_EQ(a.averages->buffers, b.averages->buffers);
  }
}

/// Trains until the pause of that number, from 1, and returns the state there; nothing if the run
/// has fewer.
std::optional<FitState> stop_at(const Case& c, const Dataset& data, int pause) {
  Sequential net = start(c);
  FitOptions options = c.options;
  std::optional<FitState> state;
  options.on_pause = [&](const Pause& p) {
    if (--pause > 0) return true;
    state = p.state();
    return false;
  };
  const Report report = fit(net, data, data, options);
  EXPECT_EQ(report.stopped, state.has_value());
  return state;
}

TEST(Resume, EndsInTheSameBitsFrom200RandomSteps) {
  const Dataset data = noise_images({1, 6, 6}, 150, 3);
  std::mt19937 random(1);
  for (const Case& c : cases()) {
    Sequential undisturbed = start(c);
    const Report whole = fit(undisturbed, data, data, c.options);
    for (int i = 0; i < 50; ++i) {
      const int pause = 1 + static_cast<int>(random() % 30);
      const auto state = stop_at(c, data, pause);
      if (!state) continue;
      SCOPED_TRACE(testing::Message()
                   << c.net << " epoch " << state->epoch << " step " << state->step);
      Sequential net = start(c);
      FitOptions options = c.options;
      options.threads = 3;
      const Report report = resume(net, data, data, options, *state);
      EXPECT_FALSE(report.stopped);
      ASSERT_EQ(values(net), values(undisturbed));
      expect_same(report, whole);
    }
  }
}

TEST(Resume, OfARunThatRolledBackEndsInTheSameBits) {
  Case c = cases()[1];
  c.options.lr = 1e25;
  c.options.clip_norm = 0;
  c.options.rollbacks = 200;
  std::int64_t rollbacks = 0;
  c.options.on_rollback = [&](const Rollback& r) { rollbacks = r.count; };
  const Dataset data = noise_images({1, 6, 6}, 150, 3);
  Sequential undisturbed = start(c);
  const Report whole = fit(undisturbed, data, data, c.options);
  ASSERT_GT(rollbacks, 3);
  for (int pause = 1; pause < 120; pause += 3) {
    const auto state = stop_at(c, data, pause);
    if (!state) break;
    SCOPED_TRACE(testing::Message() << "epoch " << state->epoch << " step " << state->step
                                    << " after " << state->rollbacks << " rollbacks");
    Sequential net = start(c);
    expect_same(resume(net, data, data, c.options, *state), whole);
    ASSERT_EQ(values(net), values(undisturbed));
  }
}

TEST(Resume, OfARunAtItsEndHasItsReport) {
  const Dataset data = noise_images({1, 6, 6}, 64, 3);
  for (const Case& c : cases()) {
    Sequential undisturbed = start(c);
    FitOptions options = c.options;
    std::optional<FitState> last;
    options.on_pause = [&](const Pause& p) {
      last = p.state();
      return true;
    };
    const Report whole = fit(undisturbed, data, data, options);
    ASSERT_TRUE(last);
    Sequential net = start(c);
    expect_same(resume(net, data, data, c.options, *last), whole);
    EXPECT_EQ(values(net), values(undisturbed));
  }
}

// Its first epochs were not judged: none of them is the best, and none counts against patience.
TEST(Resume, OfARunThatSetsImagesAsideSinceThen) {
  const Dataset data = noise_images({1, 6, 6}, 64, 3);
  const Case plain = cases()[0];
  const FitState state = *stop_at(plain, data, 8);  // two epochs of four steps
  ASSERT_EQ(state.epoch, 3);
  ASSERT_EQ(state.step, 0);
  FitOptions options = plain.options;
  options.holdout = 0.2;
  options.keep_best = true;
  options.patience = 1;
  options.epochs = 2;
  Sequential ended = start(plain);
  const Report at_once = resume(ended, data, data, options, state);
  EXPECT_FALSE(at_once.out_of_patience);
  EXPECT_EQ(at_once.best_epoch, 2);  // the last
  EXPECT_EQ(at_once.loss, at_once.epochs.at(1).train_loss);
  EXPECT_FALSE(at_once.holdout_metric);
  EXPECT_TRUE(std::ranges::equal(ended.parameters(), state.trainer.parameters));
  options.epochs = 3;
  Sequential further = start(plain);
  const Report report = resume(further, data, data, options, state);
  EXPECT_EQ(report.best_epoch, 3);
  EXPECT_EQ(report.holdout_metric, report.epochs.at(2).holdout_metric);
  EXPECT_TRUE(report.holdout_metric);
}

TEST(Resume, RefusesAStateOfAnotherRun) {
  const Dataset data = noise_images({1, 6, 6}, 64, 3);
  const Case plain = cases()[0];
  const FitState good = *stop_at(plain, data, 6);
  const auto refused = [&](const FitState& state, const FitOptions& options) {
    Sequential net = start(plain);
    const std::vector<float> before = values(net);
    const std::string message =
        error_of(ErrorKind::kUsage, [&] { resume(net, data, data, options, state); });
    EXPECT_EQ(values(net), before);
    return message;
  };
  FitOptions with_momentum = plain.options;
  with_momentum.optimizer.momentum = 0.9;
  EXPECT_TRUE(contains(refused(good, with_momentum), "another network, optimizer or averages"));
  FitOptions shorter = plain.options;
  shorter.epochs = 1;
  EXPECT_TRUE(contains(refused(good, shorter), "epochs: 1, want at least the 2"));
  shorter = plain.options;
  shorter.max_steps = 5;
  EXPECT_TRUE(contains(refused(good, shorter), "max steps: 5, want at least the 6"));
  FitState state = good;
  state.trainer.parameters.pop_back();
  EXPECT_TRUE(contains(refused(state, plain.options), "another network"));
  state = good;
  state.step = 4;
  EXPECT_TRUE(contains(refused(state, plain.options), "does not fit"));
  state = good;
  state.epoch = 0;
  EXPECT_TRUE(contains(refused(state, plain.options), "does not fit"));
  state = good;
  state.report.epochs.clear();
  EXPECT_TRUE(contains(refused(state, plain.options), "does not fit"));
}

}  // namespace
}  // namespace lenet
