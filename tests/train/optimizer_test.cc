#include "train/optimizer.h"

#include <cmath>

#include "base/errors.h"
#include "train/golden.h"

namespace lenet {
namespace {

using Json = nlohmann::json;
using Kind = Optimizer::Kind;

std::vector<float> floats(const Json& json) { return json.get<std::vector<float>>(); }

/// The rule that PyTorch was given.
Optimizer rule_of(const Json& configuration) {
  const Json& options = configuration.at("options");
  Optimizer rule{.weight_decay = options.at("weight_decay").get<double>()};
  if (configuration.at("optimizer") == "SGD") {
    rule.momentum = options.at("momentum").get<double>();
    rule.dampening = options.at("dampening").get<double>();
    rule.nesterov = options.at("nesterov").get<bool>();
    return rule;
  }
  if (configuration.at("optimizer") == "RMSprop") {
    rule.kind = Kind::kRmsProp;
    rule.momentum = options.at("momentum").get<double>();
    rule.alpha = options.at("alpha").get<double>();
    rule.eps = options.at("eps").get<double>();
    return rule;
  }
  rule.kind = configuration.at("optimizer") == "Adam" ? Kind::kAdam : Kind::kAdamW;
  rule.beta1 = options.at("betas")[0].get<double>();
  rule.beta2 = options.at("betas")[1].get<double>();
  rule.eps = options.at("eps").get<double>();
  return rule;
}

/// Parameters with as much state as the rule keeps.
struct Optimized {
  Optimized(std::vector<float> start, const Optimizer& rule)
      : parameters(std::move(start)),
        first(rule.state_vectors() > 0 ? parameters.size() : 0),
        second(rule.state_vectors() > 1 ? parameters.size() : 0) {}

  void step(const OptimizerStep& step, const std::vector<float>& gradient) {
    optimizer_step(step, {parameters, gradient.data(), first.empty() ? nullptr : first.data(),
                          second.empty() ? nullptr : second.data()});
  }

  std::vector<float> parameters, first, second;
};

/// PyTorch's float32 parameters are 6e-7 from the same in float64 (tests/golden/README.md), and so
/// may these be, on the other side.
constexpr double kTolerance = 1.2e-6;

class OptimizerOf : public testing::TestWithParam<std::size_t> {
 protected:
  const Json golden_ = golden_json("optimizers.json");
  const Json& configuration_ = golden_.at("configurations").at(GetParam());
  const Optimizer rule_ = rule_of(configuration_);
};

TEST_P(OptimizerOf, StepsAsPyTorchsDoes) {
  const auto rates = configuration_.at("options").at("lr").get<std::vector<double>>();
  Optimized values(floats(golden_.at("start")), rule_);
  for (std::size_t i = 0; i < 6; ++i) {
    values.step({&rule_, rates[i], static_cast<std::int64_t>(i + 1)},
                floats(golden_.at("gradients")[i]));
    EXPECT_LE(relative_distance(values.parameters, floats(configuration_.at("parameters")[i])),
              kTolerance)
        << configuration_.at("name") << ", step " << i + 1;
  }
  Json state = configuration_.at("state");
  state.erase("step");
  EXPECT_EQ(rule_.state_vectors(), static_cast<int>(state.size()));
  for (const auto& [key, got] :
       {std::pair{"momentum_buffer", &values.first},
        {"exp_avg", &values.first},
        {"exp_avg_sq", &values.second},
        {"square_avg", rule_.momentum == 0 ? &values.first : &values.second}}) {
    if (!state.contains(key)) continue;
    EXPECT_LE(relative_distance(*got, floats(state.at(key))), kTolerance) << key;
  }
}

TEST_P(OptimizerOf, MultipliesTheGradientByItsScaleFirst) {
  const std::vector<float> gradient = floats(golden_.at("gradients")[0]);
  std::vector<float> half = gradient;
  for (float& g : half) g *= 0.5f;
  Optimized scaled(floats(golden_.at("start")), rule_), want = scaled;
  for (std::int64_t step = 1; step <= 3; ++step) {
    scaled.step({&rule_, 0.01, step, 0.5f}, gradient);
    want.step({&rule_, 0.01, step}, half);
  }
  EXPECT_EQ(scaled.parameters, want.parameters);
  EXPECT_EQ(scaled.first, want.first);
  EXPECT_EQ(scaled.second, want.second);
}

TEST_P(OptimizerOf, StepsAPartAsItDoesAll) {
  const std::vector<float> gradient = floats(golden_.at("gradients")[1]);
  Optimized all(floats(golden_.at("start")), rule_), parts = all;
  const OptimizerStep step{&rule_, 0.01, 1};
  all.step(step, gradient);
  for (const auto& [at, count] : {std::pair<std::size_t, std::size_t>{0, 5}, {5, 7}}) {
    optimizer_step(step, {std::span(parts.parameters).subspan(at, count), gradient.data() + at,
                          parts.first.empty() ? nullptr : parts.first.data() + at,
                          parts.second.empty() ? nullptr : parts.second.data() + at});
  }
  EXPECT_EQ(parts.parameters, all.parameters);
  EXPECT_EQ(parts.first, all.first);
}

INSTANTIATE_TEST_SUITE_P(PyTorchsConfigurations, OptimizerOf,
                         testing::Range(std::size_t{0}, std::size_t{13}));

/// By the update of the paper (algorithm 2), in double.
TEST(Lion, StepsByTheSignOfTheInterpolatedGradient) {
  const Optimizer rule{.kind = Kind::kLion, .weight_decay = 0.1, .beta1 = 0.9, .beta2 = 0.99};
  Optimized values({1.0f, -2.0f, 0.5f}, rule);
  ASSERT_EQ(rule.state_vectors(), 1);
  std::vector<double> p = {1, -2, 0.5}, m(3);
  for (std::int64_t step = 1; step <= 5; ++step) {
    const std::vector<float> g = {0.3f - 0.2f * static_cast<float>(step), -1.0f, 0.0f};
    values.step({&rule, 0.01, step}, g);
    for (std::size_t i = 0; i < 3; ++i) {
      const double c = 0.9 * m[i] + 0.1 * g[i], sign = (c > 0) - (c < 0);
      p[i] -= 0.01 * (sign + 0.1 * p[i]);
      m[i] = 0.99 * m[i] + 0.01 * g[i];
      EXPECT_NEAR(values.parameters[i], p[i], 1e-6);
      EXPECT_NEAR(values.first[i], m[i], 1e-7);
    }
  }
}

TEST(Optimizer, GoldenFileHasThirteenConfigurations) {
  EXPECT_EQ(golden_json("optimizers.json").at("configurations").size(), 13u);
}

std::string refusal_of(const Optimizer& rule) {
  return error_of(ErrorKind::kUsage, [&] { check(rule); });
}

TEST(Optimizer, RefusesConstantsOutOfRange) {
  const double nan = std::nan(""), infinity = HUGE_VAL;
  for (const double bad : {-0.1, nan, infinity}) {
    EXPECT_TRUE(contains(refusal_of({.weight_decay = bad}), "weight decay: "));
    EXPECT_TRUE(contains(refusal_of({.momentum = bad}), "momentum: "));
    EXPECT_TRUE(contains(refusal_of({.momentum = 0.9, .dampening = bad}), "dampening: "));
    EXPECT_TRUE(contains(refusal_of({.kind = Kind::kAdam, .beta1 = bad}), "beta: "));
    EXPECT_TRUE(contains(refusal_of({.kind = Kind::kAdamW, .beta2 = bad}), "beta: "));
    EXPECT_TRUE(contains(refusal_of({.kind = Kind::kAdam, .eps = bad}), "eps: "));
    EXPECT_TRUE(contains(refusal_of({.kind = Kind::kRmsProp, .alpha = bad}), "alpha: "));
  }
  EXPECT_TRUE(contains(refusal_of({.momentum = 1}), "momentum: 1, want 0 or more, below 1"));
  EXPECT_TRUE(contains(refusal_of({.kind = Kind::kAdam, .beta1 = 1}), "beta: 1, want"));
  EXPECT_TRUE(contains(refusal_of({.kind = Kind::kAdam, .beta2 = 1}), "beta: 1, want"));
  EXPECT_TRUE(contains(refusal_of({.kind = Kind::kAdam, .eps = 0}), "eps: 0, want"));
}

TEST(Optimizer, RefusesNesterovWithoutMomentumOrWithDampening) {
  EXPECT_TRUE(contains(refusal_of({.nesterov = true}), "Nesterov"));
  EXPECT_TRUE(
      contains(refusal_of({.momentum = 0.9, .dampening = 0.1, .nesterov = true}), "Nesterov"));
}

TEST(Optimizer, TakesTheEndsOfItsRanges) {
  check({});
  check({.momentum = 0.9, .dampening = 1});
  check({.momentum = 0.9, .nesterov = true});
  check({.kind = Kind::kAdam, .beta1 = 0, .beta2 = 0, .eps = 1e-30});
}

}  // namespace
}  // namespace lenet
