// Parameters and buffers that are frozen: they keep their bits, cost no gradient, and the others
// train as they would.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <ostream>

#include "base/errors.h"
#include "lenet/fit.h"
#include "nn/networks.h"
#include "train/beyond_nets.h"

namespace lenet {
namespace {

using Names = std::vector<std::string>;

/// The tensors of a network under their names.
std::vector<NamedParameter> tensors_of(Sequential& net) {
  std::vector<NamedParameter> tensors = net.named_parameters();
  for (const NamedParameter& buffer : net.named_buffers()) tensors.push_back(buffer);
  return tensors;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

/// The names of the tensors that differ between two networks.
Names changed(Sequential& now, Sequential& before) {
  Names names;
  const std::vector<NamedParameter> a = tensors_of(now), b = tensors_of(before);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same_bits(a[i].values, b[i].values)) names.push_back(a[i].name);
  }
  return names;
}

Batch batch_of(std::span<const std::int32_t> order) { return Batch(beyond_data(), order); }

/// What may be frozen of kBeyondNet, and all that then still trains.
struct Case {
  const char* name;
  Names freeze, trained;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Freeze : public testing::TestWithParam<Case> {};

TEST_P(Freeze, KeepsBitsInEveryStepAndInTheAverages) {
  for (const Optimizer& optimizer : {kNesterov, kAdamW}) {
    Sequential net = built_beyond(), before = built_beyond();
    Trainer::Options options = beyond_options(optimizer);
    options.freeze = GetParam().freeze;
    Trainer trainer(net, options);
    for (const std::int32_t images : {100, 37, 100}) {
      trainer.step(batch_of(images_from(images, images)), 0.05);
      trainer.evaluate(beyond_data(), images_from(0, 50));
    }
    EXPECT_EQ(changed(net, before), GetParam().trained);
    trainer.swap_averages();
    EXPECT_EQ(changed(net, before), GetParam().trained);
    trainer.swap_averages();
    trainer.undo();
    EXPECT_EQ(changed(net, before), GetParam().trained);
  }
}

TEST_P(Freeze, AveragesBeginWithWeightsLoadedBeforeTheFirstStep) {
  Sequential late = built_beyond(), early = built_beyond();
  Trainer::Options options = beyond_options(kAdamW);
  options.freeze = GetParam().freeze;
  Trainer loaded_late(late, options);
  for (Sequential* net : {&late, &early}) {
    for (float& value : net->parameters()) value *= 0.5f;
    for (float& value : net->buffers()) value += 1;
  }
  loaded_late.parameters_changed();
  Trainer loaded_early(early, options);
  for (Trainer* trainer : {&loaded_late, &loaded_early}) {
    trainer->step(batch_of(images_from(0, 100)), 0.05);
    trainer->swap_averages();
  }
  EXPECT_EQ(changed(late, early), Names{});
}

TEST_P(Freeze, EndsInTheSameBitsOnAnyNumberOfThreads) {
  const auto trained = [](int threads) {
    Sequential net = built_beyond();
    Trainer::Options options = beyond_options(kAdamW, threads);
    options.freeze = GetParam().freeze;
    Trainer trainer(net, options);
    for (const std::int32_t first : {0, 100, 200}) {
      trainer.step(batch_of(images_from(first, 100)), 0.02);
    }
    return trained_values(net, trainer);
  };
  const std::vector<float> want = trained(1);
  for (const int threads : {2, 5}) EXPECT_TRUE(same_bits(trained(threads), want)) << threads;
}

TEST_P(Freeze, GoesOnFromASnapshotInTheSameBits) {
  Sequential net = built_beyond(), other = built_beyond();
  Trainer::Options options = beyond_options(kAdamW);
  options.freeze = GetParam().freeze;
  Trainer trainer(net, options), second(other, options);
  trainer.step(batch_of(images_from(0, 100)), 0.02);
  second.restore(trainer.snapshot());
  trainer.step(batch_of(images_from(100, 100)), 0.02);
  second.step(batch_of(images_from(100, 100)), 0.02);
  EXPECT_TRUE(same_bits(trained_values(other, second), trained_values(net, trainer)));
}

INSTANTIATE_TEST_SUITE_P(
    Of, Freeze,
    testing::Values(Case{"FirstLayers",
                         {"2"},
                         {"4.weight", "4.bias", "5.weight", "5.bias", "10.weight", "10.bias",
                          "14.weight", "14.bias", "5.running_mean", "5.running_var",
                          "11.running_mean", "11.running_var"}},
                    Case{"AllButTheHead", {"14"}, {"14.weight", "14.bias"}},
                    Case{"Names",
                         {"0.weight", "4.*", "5.running_*"},
                         {"0.bias", "1.weight", "1.bias", "5.weight", "5.bias", "10.weight",
                          "10.bias", "14.weight", "14.bias", "1.running_mean", "1.running_var",
                          "11.running_mean", "11.running_var"}},
                    Case{"Biases",
                         {"*.bias"},
                         {"0.weight", "1.weight", "4.weight", "5.weight", "10.weight", "14.weight",
                          "1.running_mean", "1.running_var", "5.running_mean", "5.running_var",
                          "11.running_mean", "11.running_var"}},
                    Case{"TheHead",
                         {"14.*", "11.*"},
                         {"0.weight", "0.bias", "1.weight", "1.bias", "4.weight", "4.bias",
                          "5.weight", "5.bias", "10.weight", "10.bias", "1.running_mean",
                          "1.running_var", "5.running_mean", "5.running_var"}},
                    Case{"ScalesOfANormalisation",
                         {"3", "5.weight", "5.bias", "0.w*t"},
                         {"4.weight", "4.bias", "10.weight", "10.bias", "14.weight", "14.bias",
                          "5.running_mean", "5.running_var", "11.running_mean", "11.running_var"}}),
    [](const auto& test) { return test.param.name; });

/// The gradient of a batch of 45 images, and the network's names of what it belongs to.
std::vector<float> gradient_of(Sequential& net, const Names& freeze) {
  std::vector<float> gradient(net.parameters().size());
  Trainer(net, {.batch_size = 45, .threads = 2, .freeze = freeze})
      .gradient(batch_of(images_from(7, 45)), gradient);
  return gradient;
}

TEST(FreezeGradient, IsThatOfAllParametersAndZeroWhereFrozen) {
  const char* text =
      "Conv2d(5, 3, padding=1) BatchNorm2d ReLU MaxPool2d(2) Conv2d(7, 3) Tanh Flatten "
      "Linear(9) BatchNorm1d Sigmoid Linear(8) ReLU Linear(4)";
  for (const Names& freeze : {Names{"0.*"}, Names{"0.*", "1.weight", "1.bias"},
                              Names{"4.weight", "7.bias"}, Names{"7.weight", "10.*"}, Names{"12.*"},
                              Names{"0.*", "4.*", "7.*", "1.bias", "10.weight"}}) {
    Sequential net = built_beyond(text);
    std::vector<float> want = gradient_of(net, {});
    const std::vector<float> got = gradient_of(net, freeze);
    for (const NamedParameter& p : net.named_parameters()) {
      const auto first = static_cast<std::size_t>(p.values.data() - net.parameters().data());
      const bool frozen = std::ranges::any_of(freeze, [&](const std::string& name) {
        return name == p.name || name == p.name.substr(0, p.name.find('.')) + ".*";
      });
      if (frozen)
        std::fill_n(want.begin() + static_cast<std::ptrdiff_t>(first), p.values.size(), 0.0f);
    }
    EXPECT_TRUE(same_bits(got, want)) << testing::PrintToString(freeze);
  }
}

/// A BatchNorm that normalises by these running statistics.
reference::Layer fixed_norm(std::span<const float> statistics, std::int64_t channels) {
  const reference::Values running(statistics.begin(), statistics.end());
  const auto forward = [=](reference::Values x, std::span<const double> p) {
    const auto count = static_cast<std::size_t>(channels), positions = x.size() / count;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i / positions;
      x[i] = (x[i] - running[c]) / std::sqrt(running[count + c] + 1e-5) * p[c] + p[count + c];
    }
    return x;
  };
  return {2 * channels, forward};
}

TEST(FreezeGradient, OfAFrozenBatchNormIsThatOfItsRunningStatistics) {
  const char* text = "Conv2d(3, 2) BatchNorm2d Tanh Flatten Linear(5) BatchNorm1d Linear(3)";
  Sequential net = Sequential::parse(text);
  build_at_random(net, {2, 4, 5});
  Generator generator(3);
  generator.uniform(net.buffers(), 0.25, 1.5);
  reference::Network reference = reference::network_of(text, {2, 4, 5});
  reference[1] = fixed_norm(net.buffers().first(6), 3);
  reference[4] = fixed_norm(net.buffers().subspan(6), 5);
  expect_reference_gradient(net, reference, random_examples({2, 4, 5}, 3),
                            {.batch_size = 32, .threads = 2, .freeze = {"*.running_*"}});
}

TEST(FreezeGradient, LimitsTheNormOfWhatTrainsAlone) {
  const char* text = "Conv2d(3, 3) Tanh Flatten Linear(4)";
  Sequential net = built_beyond(text), before = built_beyond(text);
  const std::vector<float> gradient = gradient_of(net, {"0.*"});
  double squares = 0;
  for (const float g : gradient) squares += static_cast<double>(g) * static_cast<double>(g);
  const double limit = std::sqrt(squares) / 4;
  Trainer trainer(net, {.batch_size = 45, .threads = 1, .clip_norm = limit, .freeze = {"0.*"}});
  trainer.step(batch_of(images_from(7, 45)), 1);
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    EXPECT_NEAR(net.parameters()[i], before.parameters()[i] - gradient[i] / 4, 1e-6);
  }
}

TEST(FreezeNames, ThatMeanNothingAreRefusedWithThoseThatThereAre) {
  Sequential net = built_beyond("Conv2d(2, 3) BatchNorm2d ReLU Flatten Linear(4)");
  const auto refusal = [&](const Names& freeze) {
    return error_of(ErrorKind::kUsage, [&] { Trainer(net, {.batch_size = 9, .freeze = freeze}); });
  };
  for (const char* name : {"0.weigh", "weight", "5.*", "", "0.weight ", "0", "6", "-1", "1e0",
                           "99999999999999999999"}) {
    EXPECT_TRUE(contains(refusal({name}), "freeze '" + std::string(name) + "'")) << name;
  }
  EXPECT_TRUE(contains(refusal({"2.*"}),
                       "the network has 0.weight, 0.bias, 1.weight, 1.bias, 1.running_mean, "
                       "1.running_var, 4.weight, 4.bias"));
  EXPECT_TRUE(contains(refusal({"6"}), "want 1 to 5, the layers of the network"));
  EXPECT_TRUE(contains(refusal({"1.running_var"}), "want 1.running_* or 1.*"));
  for (const Names& all : {Names{"*"}, Names{"5"}, Names{"3", "4.weight", "4.bias"}}) {
    EXPECT_TRUE(contains(refusal(all), "leaves nothing to train"));
  }
}

TEST(FreezeNames, OfLayersWithoutAnythingAreRefused) {
  Sequential net = built_beyond("Flatten Linear(4)");
  EXPECT_TRUE(contains(
      error_of(ErrorKind::kUsage, [&] { Trainer(net, {.batch_size = 9, .freeze = {"1"}}); }),
      "freeze '1': nothing of that name"));
}

TEST(FreezeNorm, TakesABatchOfOneImageByItsStatistics) {
  Sequential net = built_beyond("Flatten Linear(5) BatchNorm1d Linear(4)");
  Trainer trainer(net, {.batch_size = 9, .threads = 1, .freeze = {"2.*"}});
  EXPECT_EQ(trainer.step(batch_of(images_from(3, 1)), 0.1).examples, 1);
}

TEST(FreezeFit, KeepsTheFirstLayersAndGoesOnInTheSameBits) {
  const Dataset train = noise_images({1, 6, 6}, 90, 3), test = noise_images({1, 6, 6}, 30, 3);
  const char* text = "Conv2d(4, 3) BatchNorm2d ReLU Flatten Linear(3)";
  FitOptions options{.epochs = 3, .batch_size = 16, .lr = 0.1, .threads = 2};
  options.freeze = {"2"};
  options.optimizer.momentum = 0.9;
  Sequential whole = built(text, {1, 6, 6}), part = built(text, {1, 6, 6});
  Sequential before = built(text, {1, 6, 6});
  fit(whole, train, test, options);
  EXPECT_EQ(changed(whole, before), (Names{"4.weight", "4.bias"}));
  std::optional<FitState> state;
  FitOptions stopped = options;
  stopped.on_pause = [&](const Pause& pause) {
    if (pause.epoch == 2 && pause.step == 2) state = pause.state();
    return !state;
  };
  fit(part, train, test, stopped);
  ASSERT_TRUE(state);
  resume(part, train, test, options, *state);
  EXPECT_EQ(changed(part, whole), Names{});
}

}  // namespace
}  // namespace lenet
