#include "run/speed.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include "base/thread_team.h"
#include "kernels/fma_peak.h"
#include "lenet/augment.h"
#include "lenet/predictor.h"
#include "lenet/summary.h"
#include "lenet/timer.h"
#include "lenet/trainer.h"
#include "run/model_argument.h"

namespace lenet {
namespace {

/// Images of noise with labels of noise: speed does not depend on what they show.
Dataset noise(const Shape& shape, std::int64_t count, std::int64_t classes) {
  const auto bytes = static_cast<std::size_t>(count * element_count(shape));
  auto pixels = std::make_unique_for_overwrite<std::uint8_t[]>(bytes);
  std::vector<Label> labels(static_cast<std::size_t>(count));
  Generator generator;
  std::generate_n(pixels.get(), bytes,
                  [&] { return static_cast<std::uint8_t>(generator.next32()); });
  for (auto& label : labels) {
    label = static_cast<Label>(generator.next32() % static_cast<std::uint32_t>(classes));
  }
  return Dataset(std::move(pixels), 0, shape, std::move(labels), classes);
}

/// Calls f(), which returns the work that it did, for at least `seconds`, and returns work a
/// second.
template <class F>
double rate(double seconds, F f) {
  Timer timer;
  double work = 0;
  do {
    work += f();
  } while (timer.elapsed() < seconds);
  return work / timer.elapsed();
}

/// The most GFLOP/s that the team's threads reach together.
double fma_peak_gflops(ThreadTeam& team) {
  std::vector<std::int64_t> operations(static_cast<std::size_t>(team.size()));
  std::vector<float> sinks(operations.size());
  return 1e-9 * rate(0.1, [&] {
           team.run(team.size(), [&](std::int64_t task, int) {
             const auto i = static_cast<std::size_t>(task);
             operations[i] = kernels::fma_peak(100'000, &sinks[i]);
           });
           return static_cast<double>(
               std::accumulate(operations.begin(), operations.end(), std::int64_t{0}));
         });
}

/// One image after the other on one thread, from bytes to probabilities.
void measure_single_image(const Sequential& net, const Dataset& data, std::vector<double>& us) {
  Predictor predictor(net);
  Timer timer;
  for (int i = 0; i < 300; ++i) {
    timer.start();
    predictor.probabilities(data.image(i % data.size()));
    us.push_back(timer.stop() * 1e6);
  }
}

Sequential network_of(const SpeedOptions& o) {
  Sequential net = parse_model_argument(o.model).net;
  const bool saved = net.built();
  Generator generator;
  build_for(o.input, net, generator);
  if (!saved) xavier_uniform(net, generator);
  return net;
}

/// Steps on one batch, as many at once as the trainer takes.
class RepeatedSteps {
 public:
  RepeatedSteps(Trainer& trainer, const Batch& batch)
      : trainer_(trainer),
        batches_(static_cast<std::size_t>(trainer.steps_at_once()), batch),
        rates_(batches_.size(), 0.01),
        metrics_(batches_.size()) {}

  /// The images of the steps made.
  double run() {
    trainer_.steps(batches_, rates_, metrics_);
    return static_cast<double>(batches_.front().size()) * static_cast<double>(batches_.size());
  }

 private:
  Trainer& trainer_;
  std::vector<Batch> batches_;
  std::vector<double> rates_;
  std::vector<Metrics> metrics_;
};

}  // namespace

void Speed::add(double examples, std::int64_t multiply_adds, std::optional<double> peak) {
  examples_per_sec.push_back(examples);
  gflops.push_back(examples * static_cast<double>(multiply_adds) * 2e-9);
  if (peak) share.push_back(gflops.back() / *peak);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Measurements measure(const SpeedOptions& o) {
  Measurements m;
  m.device = parse_device(o.device);
  Sequential net = network_of(o);
  const std::int64_t classes = std::min(element_count(net.output_shape()), kMostClasses);
  const Dataset data = noise(
      net.input_shape(), std::max<std::int64_t>(o.batch_size, m.on_cpu() ? 4096 : 10'000), classes);
  std::vector<std::int32_t> order(static_cast<std::size_t>(o.batch_size));
  std::iota(order.begin(), order.end(), 0);
  const Augmentation augmentation = parse_augmentation(o.augment);
  check(augmentation, net.input_shape());
  Trainer trainer(net, {.batch_size = o.batch_size,
                        .threads = o.threads,
                        .optimizer = {.momentum = o.momentum},
                        .device = m.device});
  RepeatedSteps steps(trainer, Batch(data, order).augmented(augmentation, 0, 0));
  ThreadTeam team(trainer.threads());
  const Work work = work_of(net);
  m.threads = trainer.threads();
  steps.run();  // warm
  for (int round = 0; round < o.rounds; ++round) {
    std::optional<double> peak;
    if (m.on_cpu()) m.peak.push_back(*(peak = fma_peak_gflops(team)));
    m.train.add(rate(0.3, [&] { return steps.run(); }), work.training, peak);
    m.inference.add(rate(0.2,
                         [&] {
                           trainer.evaluate(data);
                           return static_cast<double>(data.size());
                         }),
                    work.forward, peak);
    if (m.on_cpu()) measure_single_image(net, data, m.single_image_us);
  }
  std::ranges::sort(m.single_image_us);
  return m;
}

}  // namespace lenet
