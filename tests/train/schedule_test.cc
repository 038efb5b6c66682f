#include "lenet/schedule.h"

#include <cmath>

#include "base/errors.h"
#include "train/golden.h"

namespace lenet {
namespace {

using Kind = Schedule::Kind;

/// A schedule as PyTorch was given it.
struct Case {
  const char* name;
  Schedule schedule;
  StepCount steps;
};

const Case kCases[] = {
    {"step", {.kind = Kind::kStep, .step_epochs = 3, .gamma = 0.3}, {.total = 100, .epoch = 10}},
    {"cosine", {.kind = Kind::kCosine}, {.total = 100, .epoch = 10}},
    {"cosine_eta_min", {.kind = Kind::kCosine, .min_lr = 0.001}, {.total = 100, .epoch = 10}},
    {"one_cycle_cos", {.kind = Kind::kOneCycle}, {.total = 100, .epoch = 7}},
    {"one_cycle_linear",
     {.kind = Kind::kOneCycle, .anneal = Schedule::Anneal::kLinear},
     {.total = 100, .epoch = 7}},
    {"one_cycle_37",
     {.kind = Kind::kOneCycle, .pct_start = 0.25, .div_factor = 10, .final_div_factor = 100},
     {.total = 37, .epoch = 37}},
    {"warm_up", {.warmup = 2}, {.total = 100, .epoch = 5}},
    {"warm_up_cosine", {.kind = Kind::kCosine, .warmup = 0.5}, {.total = 100, .epoch = 20}},
};

/// PyTorch multiplies the rate from step to step: 100 products and as many sums in double.
constexpr double kTolerance = 200 * 2.3e-16;

TEST(Schedule, HasPyTorchsRatesAtEveryStep) {
  const nlohmann::json golden = golden_json("schedules.json");
  EXPECT_EQ(golden.size(), std::size(kCases));
  for (const Case& c : kCases) {
    check(c.schedule, c.steps);
    const auto want = golden.at(c.name).get<std::vector<double>>();
    ASSERT_EQ(static_cast<std::int64_t>(want.size()), c.steps.total) << c.name;
    for (std::size_t i = 0; i < want.size(); ++i) {
      // Differences cancel where the rate is small: the error is a share of the whole rate.
      EXPECT_NEAR(learning_rate(c.schedule, 0.1, static_cast<std::int64_t>(i), c.steps), want[i],
                  kTolerance * 0.1)
          << c.name << ", step " << i;
    }
  }
}

TEST(Schedule, RateDependsOnNothingButTheStep) {
  for (const Case& c : kCases) {
    std::vector<double> forwards, backwards;
    for (std::int64_t i = 0; i < c.steps.total; ++i) {
      forwards.push_back(learning_rate(c.schedule, 0.1, i, c.steps));
    }
    for (std::int64_t i = c.steps.total; i-- > 0;) {
      backwards.insert(backwards.begin(), learning_rate(c.schedule, 0.1, i, c.steps));
    }
    EXPECT_EQ(forwards, backwards) << c.name;
  }
}

TEST(Schedule, ScalesWithTheFullRate) {
  for (Case c : kCases) {
    const double whole = learning_rate(c.schedule, 0.5, 17, c.steps);
    c.schedule.min_lr /= 2;
    EXPECT_NEAR(learning_rate(c.schedule, 0.25, 17, c.steps), whole / 2, 1e-16) << c.name;
  }
}

TEST(Schedule, IsConstantAtFirst) {
  EXPECT_EQ(learning_rate({}, 0.9, 0, {.total = 10, .epoch = 2}), 0.9);
  EXPECT_EQ(learning_rate({}, 0.9, 9, {.total = 10, .epoch = 2}), 0.9);
}

TEST(Schedule, WarmsUpToTheFullRateInTheLastOfItsSteps) {
  const Schedule schedule{.kind = Kind::kStep, .warmup = 1.5, .step_epochs = 1, .gamma = 0.5};
  const StepCount steps{.total = 12, .epoch = 4};
  std::vector<double> rates;
  for (std::int64_t i = 0; i < 12; ++i) rates.push_back(learning_rate(schedule, 6, i, steps));
  EXPECT_EQ(rates, (std::vector<double>{1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 3, 3}));
}

TEST(Schedule, StepsPartsOfAnEpochButNeverMoreOftenThanEachStep) {
  const StepCount steps{.total = 8, .epoch = 4};
  const Schedule half{.kind = Kind::kStep, .step_epochs = 0.5, .gamma = 0.5};
  EXPECT_EQ(learning_rate(half, 8, 5, steps), 2);
  const Schedule tiny{.kind = Kind::kStep, .step_epochs = 0.01, .gamma = 0.5};
  EXPECT_EQ(learning_rate(tiny, 8, 3, steps), 1);
}

TEST(Schedule, OfFewStepsHasFiniteRates) {
  for (const Kind kind : {Kind::kConstant, Kind::kStep, Kind::kCosine, Kind::kOneCycle}) {
    for (const double warmup : {0.0, 1.0}) {
      for (std::int64_t total = 1; total < 6; ++total) {
        const Schedule schedule{.kind = kind, .warmup = warmup};
        const StepCount steps{.total = total, .epoch = 1};
        for (std::int64_t i = 0; i < total; ++i) {
          const double rate = learning_rate(schedule, 0.1, i, steps);
          EXPECT_TRUE(rate > 0 && rate <= 0.1) << static_cast<int>(kind) << ": " << rate;
        }
      }
    }
  }
}

std::string refusal_of(const Schedule& schedule, const StepCount& steps = {100, 10}) {
  return error_of(ErrorKind::kUsage, [&] { check(schedule, steps); });
}

TEST(Schedule, RefusesConstantsOutOfRange) {
  const double nan = std::nan(""), infinity = HUGE_VAL;
  for (const double bad : {-1.0, nan, infinity}) {
    EXPECT_TRUE(contains(refusal_of({.warmup = bad}), "warm-up: "));
    EXPECT_TRUE(contains(refusal_of({.step_epochs = bad}), "step schedule: "));
    EXPECT_TRUE(contains(refusal_of({.gamma = bad}), "gamma: "));
    EXPECT_TRUE(contains(refusal_of({.min_lr = bad}), "least learning rate: "));
    EXPECT_TRUE(contains(refusal_of({.pct_start = bad}), "one-cycle's rise: "));
  }
  EXPECT_TRUE(contains(refusal_of({.div_factor = nan}), "one-cycle's factors: nan"));
  EXPECT_TRUE(contains(refusal_of({.final_div_factor = 0.5}), "one-cycle's factors: 25 and 0.5"));
  EXPECT_TRUE(contains(refusal_of({.step_epochs = 0}), "step schedule: every 0 epochs"));
  EXPECT_TRUE(contains(refusal_of({.gamma = 0}), "gamma: 0"));
  EXPECT_TRUE(contains(refusal_of({.gamma = 1.5}), "gamma: 1.5"));
  EXPECT_TRUE(contains(refusal_of({.pct_start = 0}), "one-cycle's rise: 0"));
  EXPECT_TRUE(contains(refusal_of({.pct_start = 1}), "one-cycle's rise: 1"));
  EXPECT_TRUE(contains(refusal_of({.div_factor = 0.5}), "one-cycle's factors: 0.5"));
}

TEST(Schedule, RefusesAWarmUpLongerThanTheRun) {
  check({.warmup = 10}, {.total = 100, .epoch = 10});
  EXPECT_TRUE(contains(refusal_of({.warmup = 11}), "11 epochs, want no more than the run's 10"));
  // A run cut short within its first epoch.
  EXPECT_TRUE(contains(refusal_of({.warmup = 1}, {.total = 5, .epoch = 10}),
                       "1 epochs, want no more than the run's 0.5"));
}

}  // namespace
}  // namespace lenet
