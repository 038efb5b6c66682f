// Training by the CUDA back end, its kernels run as loops on the host or on a card: what it shares
// with the CPU engine, and what only runs of queued steps can get wrong.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/errors.h"
#include "lenet/fit.h"
#include "lenet/layers.h"
#include "nn/derived_layers.h"
#include "nn/networks.h"
#include "train/datasets.h"

namespace lenet {
namespace {

constexpr Device kCard = {Device::Kind::kCuda, 0};
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
/// No bias before the normalisation: Adam would make steps of its rounding.
constexpr const char* kNet =
    "Conv2d(4, 3, bias=False) BatchNorm2d ReLU MaxPool2d(2) Dropout(0.1) Flatten Linear(8) Tanh "
    "Linear(3)";

/// The options of a run of ten epochs, and their name.
using Change = std::pair<const char*, void (*)(FitOptions&)>;

class CudaFit : public testing::TestWithParam<Change> {};

TEST_P(CudaFit, EndsWhereTheCpuEnds) {
  const Dataset train = noise_images({1, 8, 8}, 150, 3), test = noise_images({1, 8, 8}, 70, 3);
  FitOptions options{.epochs = 3, .batch_size = 16, .lr = 0.05, .seed = 5};
  GetParam().second(options);
  Sequential of_cpu = built(kNet, {1, 8, 8}), of_card = built(kNet, {1, 8, 8});
  const Report want = fit(of_cpu, train, test, options);
  options.device = kCard;
  const Report got = fit(of_card, train, test, options);
  EXPECT_LE(relative_distance(of_card.parameters(), of_cpu.parameters()), 2e-5);
  EXPECT_LE(relative_distance(of_card.buffers(), of_cpu.buffers()), 2e-5);
  EXPECT_EQ(got.best_epoch, want.best_epoch);
  EXPECT_NEAR(got.loss, want.loss, 1e-5 * want.loss);
  EXPECT_EQ(got.test_acc(), want.test_acc());
  EXPECT_EQ(got.examples, want.examples);
  ASSERT_EQ(got.points.size(), want.points.size());
  ASSERT_EQ(got.averages.has_value(), want.averages.has_value());
  if (!want.averages) return;
  EXPECT_LE(relative_distance(got.averages->parameters, want.averages->parameters), 2e-5);
  EXPECT_LE(relative_distance(got.averages->buffers, want.averages->buffers), 2e-5);
}

TEST(CudaFreeze, KeepsBitsAndHasNoGradient) {
  const Dataset data = noise_images({1, 8, 8}, 64, 3);
  std::vector<std::int32_t> order(64);
  std::iota(order.begin(), order.end(), 0);
  Sequential net = built(kNet, {1, 8, 8});
  const std::vector<float> parameters = copy_of(net.parameters()), buffers = copy_of(net.buffers());
  Trainer trainer(net, {.batch_size = 64,
                        .optimizer = {.kind = Optimizer::Kind::kAdamW, .weight_decay = 0.1},
                        .ema_decay = 0.9,
                        .device = kCard,
                        .freeze = {"2", "8.bias"}});
  std::vector<float> gradient(parameters.size(), 1.0f);
  for (int step = 0; step < 3; ++step) trainer.step(Batch(data, order), 0.05);
  trainer.gradient(Batch(data, order), gradient);
  const auto expect_kept = [&] {
    for (const NamedParameter& p : net.named_parameters()) {
      const auto first = static_cast<std::size_t>(p.values.data() - net.parameters().data());
      const std::vector<float> before(parameters.data() + first,
                                      parameters.data() + first + p.values.size());
      const bool frozen = p.name[0] < '2' || p.name == "8.bias";
      EXPECT_EQ(copy_of(p.values) == before, frozen) << p.name;
      const auto* const of_tensor = gradient.data() + first;
      const auto zeros = std::count(of_tensor, of_tensor + p.values.size(), 0.0f);
      EXPECT_EQ(zeros == std::ssize(p.values), frozen) << p.name;
    }
    EXPECT_EQ(copy_of(net.buffers()), buffers);
  };
  expect_kept();
  trainer.swap_averages();
  expect_kept();
}

INSTANTIATE_TEST_SUITE_P(
    Options, CudaFit,
    testing::Values(
        Change("Sgd", [](FitOptions&) {}),
        Change("Momentum",
               [](FitOptions& o) {
                 o.optimizer = {.weight_decay = 1e-3, .momentum = 0.9, .dampening = 0.1};
                 o.label_smoothing = 0.1;
               }),
        Change("ClassWeights",
               [](FitOptions& o) {
                 o.class_weights.balanced = true;
                 o.label_smoothing = 0.1;
               }),
        Change("Nesterov",
               [](FitOptions& o) {
                 o.optimizer = {.momentum = 0.9, .nesterov = true};
                 o.clip_norm = 0.5;
                 o.ema_decay = 0.9;
               }),
        Change("Adam",
               [](FitOptions& o) {
                 o.optimizer = {.kind = Optimizer::Kind::kAdam, .weight_decay = 1e-3};
                 o.lr = 0.01;
                 o.schedule.kind = Schedule::Kind::kCosine;
               }),
        Change("Lion",
               [](FitOptions& o) {
                 o.optimizer = {.kind = Optimizer::Kind::kLion, .weight_decay = 0.1};
                 o.lr = 0.001;
               }),
        Change("RmsProp",
               [](FitOptions& o) {
                 o.optimizer = {.kind = Optimizer::Kind::kRmsProp, .weight_decay = 1e-3};
                 o.lr = 0.001;
               }),
        Change("RmsPropWithMomentum",
               [](FitOptions& o) {
                 o.optimizer = {.kind = Optimizer::Kind::kRmsProp, .momentum = 0.9, .alpha = 0.9};
                 o.lr = 0.001;
               }),
        Change("AdamW",
               [](FitOptions& o) {
                 o.optimizer = {.kind = Optimizer::Kind::kAdamW, .weight_decay = 0.1};
                 o.lr = 0.01;
                 o.normalize = true;
                 o.holdout = 0.2;
                 o.keep_best = true;
               }),
        Change("FrozenLayers",
               [](FitOptions& o) {
                 o.freeze = {"4"};
                 o.clip_norm = 0.2;
                 o.ema_decay = 0.9;
                 o.optimizer = {.weight_decay = 1e-3, .momentum = 0.9};
               }),
        Change("FrozenNames",
               [](FitOptions& o) {
                 o.freeze = {"0.*", "6.bias", "8.weight", "1.running_*"};
                 o.clip_norm = 0.2;
               }),
        Change("FrozenScales",
               [](FitOptions& o) {
                 o.freeze = {"1.weight", "1.bias", "8.*"};
               }),
        Change("Augmented",
               [](FitOptions& o) {
                 o.augmentation = {.flip = true, .shift = 1, .erase = 0.3, .rotate = 10};
                 o.normalize = true;
               })),
    [](const auto& test) { return test.param.first; });

/// Steps on consecutive batches of 20 images.
struct Steps {
  explicit Steps(const Dataset& data, std::int64_t count = 7) {
    order.resize(static_cast<std::size_t>(data.size()));
    std::iota(order.begin(), order.end(), 0);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto first = static_cast<std::size_t>(20 * i);
      batches.emplace_back(
          data, std::span(order).subspan(first, std::min<std::size_t>(20, order.size() - first)));
      rates.push_back(0.1 / static_cast<double>(i + 1));
    }
    metrics.resize(batches.size());
  }

  std::vector<std::int32_t> order;
  std::vector<Batch> batches;
  std::vector<double> rates;
  std::vector<Metrics> metrics;
};

TEST(CudaTrainer, StepsAtOnceHaveTheBitsOfStepsOneByOne) {
  const Dataset data = noise_images({1, 8, 8}, 393, 3);  // the last batch is of 13
  Sequential one_by_one = built(kNet, {1, 8, 8}), at_once = built(kNet, {1, 8, 8});
  const Trainer::Options options{
      .batch_size = 20, .optimizer = {.momentum = 0.9}, .ema_decay = 0.9, .device = kCard};
  Steps steps(data, 20);
  Trainer a(one_by_one, options), b(at_once, options);
  EXPECT_GE(b.steps_at_once(), 20);
  for (int pass = 0; pass < 3; ++pass) {  // queued by itself, recorded, and queued again
    EXPECT_EQ(b.steps(steps.batches, steps.rates, steps.metrics), 20);
    for (std::size_t i = 0; i < steps.batches.size(); ++i) {
      const Metrics metrics = a.step(steps.batches[i], steps.rates[i]);
      EXPECT_EQ(metrics.loss_sum, steps.metrics[i].loss_sum) << pass << ' ' << i;
      EXPECT_EQ(metrics.examples, steps.metrics[i].examples) << pass << ' ' << i;
    }
  }
  EXPECT_EQ(copy_of(one_by_one.parameters()), copy_of(at_once.parameters()));
  EXPECT_EQ(copy_of(one_by_one.buffers()), copy_of(at_once.buffers()));
  EXPECT_EQ(a.snapshot().average, b.snapshot().average);
  EXPECT_EQ(a.snapshot().steps, 60);
}

TEST(CudaTrainer, AveragesBeginWithWeightsLoadedBeforeTheFirstStep) {
  Sequential late = built(kNet, {1, 8, 8}), early = built(kNet, {1, 8, 8});
  const Trainer::Options options{.batch_size = 20, .ema_decay = 0.9, .device = kCard};
  Trainer loaded_late(late, options);
  for (Sequential* net : {&late, &early}) {
    for (float& value : net->parameters()) value *= 0.5f;
  }
  loaded_late.parameters_changed();
  Trainer loaded_early(early, options);
  EXPECT_EQ(loaded_late.snapshot().average, loaded_early.snapshot().average);
  EXPECT_EQ(loaded_late.snapshot().average_buffers, loaded_early.snapshot().average_buffers);
}

TEST(CudaTrainer, HasTheSameBitsEveryTime) {
  const Dataset data = noise_images({1, 8, 8}, 140, 3);
  std::vector<float> first;
  for (int i = 0; i < 2; ++i) {
    Sequential net = built(kNet, {1, 8, 8});
    Steps steps(data);
    Trainer(net, {.batch_size = 20, .clip_norm = 0.1, .device = kCard})
        .steps(steps.batches, steps.rates, steps.metrics);
    if (i == 0) first = copy_of(net.parameters());
    EXPECT_EQ(copy_of(net.parameters()), first);
  }
}

TEST(CudaTrainer, RefusesALayerOfTheUsers) {
  class Twice final : public Layer {
   public:
    std::string text() const override { return "Twice"; }
    Shape infer(const Shape& input) override { return input; }
    void forward(const ForwardPass&) const override {}
    void backward(const BackwardPass&) const override {}
  };
  Sequential net{Linear(3), Twice()};
  Generator generator;
  net.build({4}, generator);
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { Trainer(net, {.device = kCard}); }),
                       "Twice: a layer of your own, which runs on the CPU alone"));
}

TEST(CudaTrainer, RefusesAClassThatDerivesFromALayerOfTheLibrary) {
  derived::for_each_derived([](const std::string& name, Sequential& net) {
    const auto evaluated = [&] { evaluate(net, noise_images(net.input_shape(), 20, 2), kCard); };
    const std::string message = error_of(ErrorKind::kUsage, evaluated);
    EXPECT_TRUE(contains(message, name));
    EXPECT_TRUE(contains(message, "a layer of your own, which runs on the CPU alone"));
  });
}

TEST(CudaTrainer, GoesOnFromASnapshotOfTheCpusTrainer) {
  const Dataset data = noise_images({1, 8, 8}, 140, 3);
  Sequential of_cpu = built(kNet, {1, 8, 8}), of_card = built(kNet, {1, 8, 8});
  Trainer::Options options{.batch_size = 20, .optimizer = {.kind = Optimizer::Kind::kAdam}};
  Steps steps(data);
  Trainer cpu(of_cpu, options);
  for (std::size_t i = 0; i < 4; ++i) cpu.step(steps.batches[i], 0.01);
  options.device = kCard;
  Trainer card(of_card, options);
  card.restore(cpu.snapshot());
  EXPECT_EQ(copy_of(of_card.parameters()), copy_of(of_cpu.parameters()));
  for (std::size_t i = 4; i < 7; ++i) {
    const double want = cpu.step(steps.batches[i], 0.01).loss();
    EXPECT_NEAR(card.step(steps.batches[i], 0.01).loss(), want, 1e-5 * want);
  }
  EXPECT_EQ(card.snapshot().steps, 7);
}

TEST(CudaTrainer, AStepUndoneIsAsIfItHadNotBeen) {
  const Dataset data = noise_images({1, 8, 8}, 140, 3);
  Sequential net = built(kNet, {1, 8, 8});
  Steps steps(data);
  Trainer trainer(net, {.batch_size = 20, .optimizer = {.momentum = 0.9}, .device = kCard});
  trainer.steps(std::span(steps.batches).first(3), std::span(steps.rates).first(3),
                std::span(steps.metrics).first(3));
  const Trainer::Snapshot before = trainer.snapshot();
  trainer.step(steps.batches[3], 0.1);
  trainer.undo();
  const Trainer::Snapshot after = trainer.snapshot();
  EXPECT_EQ(after.parameters, before.parameters);
  EXPECT_EQ(after.buffers, before.buffers);
  EXPECT_EQ(after.first, before.first);
  EXPECT_EQ(after.steps, 3);
}

TEST(CudaTrainer, EndsARunOfStepsWhereTheLossIsNotFinite) {
  const Dataset data = noise_images({1, 8, 8}, 140, 3);
  Sequential of_cpu = built(kNet, {1, 8, 8}), of_card = built(kNet, {1, 8, 8});
  Trainer::Options options{.batch_size = 20};
  Steps steps(data);
  steps.rates[2] = 1e38;  // the fourth loss is no number
  Trainer cpu(of_cpu, options);
  options.device = kCard;
  Trainer card(of_card, options);
  std::int64_t of_the_cpu = 0;
  while (cpu.failure().empty()) {
    const auto i = static_cast<std::size_t>(of_the_cpu++);
    cpu.step(steps.batches[i], steps.rates[i]);
  }
  EXPECT_EQ(card.steps(steps.batches, steps.rates, steps.metrics), of_the_cpu);
  EXPECT_TRUE(contains(card.failure(), "the loss is")) << card.failure();
  EXPECT_EQ(card.snapshot().steps, cpu.snapshot().steps);
  EXPECT_LE(relative_distance(of_card.parameters(), of_cpu.parameters()), 1e-5);
  EXPECT_LE(relative_distance(of_card.buffers(), of_cpu.buffers()), 1e-5);
  EXPECT_TRUE(std::isfinite(card.step(steps.batches[0], 0.1).loss()));
}

TEST(CudaTrainer, TakesNoStepIfAGradientIsNotFiniteThoughTheLossIs) {
  for (const double clip_norm : {0.0, 1.0}) {
    Sequential net = net_of_a_bad_gradient();
    const std::vector<float> before = copy_of(net.parameters()), running = copy_of(net.buffers());
    Trainer trainer(
        net,
        {.batch_size = 2, .optimizer = {.momentum = 0.9}, .clip_norm = clip_norm, .device = kCard});
    const std::vector<float> values = {1, 2, 3, 4, 5, 6, 7, 8};
    const std::vector<Label> labels = {0, 0};
    EXPECT_TRUE(std::isfinite(trainer.step(Batch(values, labels), 0.1).loss()));
    EXPECT_TRUE(contains(trainer.failure(), "the gradient of layer 2, Linear(4) is not finite"))
        << trainer.failure();
    EXPECT_EQ(copy_of(net.parameters()), before);
    EXPECT_EQ(copy_of(net.buffers()), running);
    EXPECT_EQ(trainer.snapshot().steps, 0);
  }
}

TEST(CudaTrainer, DoesNotGoBackBehindParametersThatWereSetFromOutside) {
  Sequential net = built("Linear(2)", {4});
  Trainer trainer(net, {.batch_size = 1, .device = kCard});
  const std::vector<float> good = {1, 2, 3, 4}, bad = {kNaN, 0, 0, 0};
  const std::vector<Label> label = {1};
  trainer.step(Batch(good, label), 0.1);
  constant_weights(net, 0.5f);
  const std::vector<float> loaded = copy_of(net.parameters());
  trainer.parameters_changed();
  EXPECT_TRUE(std::isnan(trainer.step(Batch(bad, label), 0.1).loss()));
  EXPECT_EQ(copy_of(net.parameters()), loaded);
}

TEST(CudaTrainer, TakesLargerBatchesAndOtherDataThanBefore) {
  Sequential of_cpu = built("Flatten Linear(3)", {1, 4, 4}),
             of_card = built("Flatten Linear(3)", {1, 4, 4});
  Trainer cpu(of_cpu, {.batch_size = 7}), card(of_card, {.batch_size = 7, .device = kCard});
  std::vector<std::int32_t> order(1500);
  std::iota(order.begin(), order.end(), 0);
  for (const std::int64_t images : {7, 40, 1500, 3}) {  // four data sets: not all stay on the card
    const Dataset data = noise_images({1, 4, 4}, images, 3);
    const Batch batch(data, std::span(order).first(static_cast<std::size_t>(images)));
    const double want = cpu.step(batch, 0.1).loss();
    EXPECT_NEAR(card.step(batch, 0.1).loss(), want, 1e-5 * want) << images;
    EXPECT_EQ(card.evaluate(data).predicted, cpu.evaluate(data).predicted) << images;
  }
}

TEST(CudaEvaluate, SaysWhatTheCpuSays) {
  const Dataset data =
      noise_images({2, 9, 9}, 2100, 5);  // three passes, the last not of whole warps
  Sequential net = built("Conv2d(5, 3) Tanh AvgPool2d(2) Flatten Linear(5)", {2, 9, 9});
  net.set_normalization({{0.4f, 0.5f}, {0.2f, 0.3f}});
  const Evaluation want = evaluate(net, data), got = evaluate(net, data, kCard);
  EXPECT_EQ(got.predicted, want.predicted);
  EXPECT_EQ(got.metrics.metric_sum, want.metrics.metric_sum);
  EXPECT_NEAR(got.metrics.loss(), want.metrics.loss(), 1e-5 * want.metrics.loss());
}

TEST(CudaResume, EndsInTheBytesOfARunThatNeverStopped) {
  const Dataset train = noise_images({1, 8, 8}, 150, 3), test = noise_images({1, 8, 8}, 40, 3);
  FitOptions options{.epochs = 3, .batch_size = 4, .lr = 0.05, .device = kCard};
  options.optimizer.momentum = 0.9;
  options.augmentation.flip = true;
  Sequential whole = built(kNet, {1, 8, 8});
  std::int64_t pauses = 0;
  options.on_pause = [&](const Pause&) { return ++pauses > 0; };
  fit(whole, train, test, options);
  ASSERT_GT(pauses, 10);
  for (std::int64_t stop = 1; stop < pauses; stop += 3) {
    Sequential net = built(kNet, {1, 8, 8});
    FitState state;
    std::int64_t seen = 0;
    options.on_pause = [&](const Pause& pause) {
      if (++seen == stop) state = pause.state();
      return seen < stop;
    };
    fit(net, train, test, options);
    options.on_pause = {};
    Sequential again = built(kNet, {1, 8, 8});
    resume(again, train, test, options, state);
    EXPECT_EQ(copy_of(again.parameters()), copy_of(whole.parameters())) << stop;
    EXPECT_EQ(copy_of(again.buffers()), copy_of(whole.buffers())) << stop;
  }
}

}  // namespace
}  // namespace lenet
