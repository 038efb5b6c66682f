#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <vector>

#include "base/thread_team.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "kernels/fma_peak.h"
#include "lenet/device.h"
#include "lenet/predictor.h"
#include "lenet/simd.h"
#include "lenet/summary.h"
#include "lenet/timer.h"
#include "lenet/trainer.h"
#include "run/json_document.h"
#include "run/model_argument.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct BenchOptions {
  CommonOptions common;
  std::string model = "lenet";
  std::optional<std::string> input;
  std::int64_t batch_size = 256;
  int rounds = 7;
  double momentum = 0;
  std::string augment = "none";
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

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

/// Speed and, on the CPU, share of the peak, measured round by round beside it.
struct Speed {
  std::vector<double> examples_per_sec, gflops, share;

  void add(double examples, std::int64_t multiply_adds, std::optional<double> peak) {
    examples_per_sec.push_back(examples);
    gflops.push_back(examples * static_cast<double>(multiply_adds) * 2e-9);
    if (peak) share.push_back(gflops.back() / *peak);
  }

  Json document() const {
    Json document = {{"examples_per_sec", median(examples_per_sec)}, {"gflops", median(gflops)}};
    if (!share.empty()) document["share_of_peak"] = median(share);
    return document;
  }
};

struct Measurements {
  std::vector<double> peak;
  Speed train, inference;
  std::vector<double> single_image_us;
  int threads = 0;
  Device device;

  bool on_cpu() const { return device.kind == Device::Kind::kCpu; }
};

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

Sequential network_of(const BenchOptions& o) {
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

Measurements measure(const BenchOptions& o) {
  Measurements m;
  m.device = parse_device(o.common.device);
  Sequential net = network_of(o);
  const std::int64_t classes = std::min(element_count(net.output_shape()), kMostClasses);
  const Dataset data = noise(
      net.input_shape(), std::max<std::int64_t>(o.batch_size, m.on_cpu() ? 4096 : 10'000), classes);
  std::vector<std::int32_t> order(static_cast<std::size_t>(o.batch_size));
  std::iota(order.begin(), order.end(), 0);
  const Augmentation augmentation = parse_augmentation(o.augment);
  check(augmentation, net.input_shape());
  Trainer trainer(net, {.batch_size = o.batch_size,
                        .threads = o.common.threads,
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

double percentile(const std::vector<double>& sorted, double p) {
  return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size()))];
}

Json document_of(const Measurements& m, const BenchOptions& o) {
  Json document = Json::object();
  if (m.on_cpu()) document["fma_peak_gflops"] = median(m.peak);
  document.update(Json{{"train", m.train.document()}, {"inference", m.inference.document()}});
  if (m.on_cpu()) {
    document["single_image"] = {{"p50_us", percentile(m.single_image_us, 0.5)},
                                {"p99_us", percentile(m.single_image_us, 0.99)}};
  }
  document.update(Json{{"device", to_string(m.device)},
                       {"threads", m.threads},
                       {"simd", simd_target()},
                       {"batch_size", o.batch_size},
                       {"model", o.model},
                       {"momentum", o.momentum},
                       {"augment", o.augment},
                       {"rounds", o.rounds}});
  return document;
}

void print(const Measurements& m, const BenchOptions& o) {
  if (m.on_cpu()) {
    fmt::print("{} threads, {}, median of {} rounds\n", m.threads, simd_target(), o.rounds);
    fmt::print("FMA peak      {:10.1f} GFLOP/s\n", median(m.peak));
  } else {
    fmt::print("{}, median of {} rounds\n", to_string(m.device), o.rounds);
  }
  for (const auto& [name, speed] :
       {std::pair("training", &m.train), std::pair("inference", &m.inference)}) {
    const std::string share =
        m.on_cpu() ? fmt::format("  {:4.1f} % of the peak", 100 * median(speed->share)) : "";
    fmt::print("{:<12}  {:10.1f} GFLOP/s{}  {:11.1f} examples/sec\n", name, median(speed->gflops),
               share, median(speed->examples_per_sec));
  }
  if (!m.on_cpu()) return;
  fmt::print("one image     {:10.1f} us, 99 of 100 within {:.1f} us\n",
             percentile(m.single_image_us, 0.5), percentile(m.single_image_us, 0.99));
}

void run_bench(const BenchOptions& o) {
  const Measurements m = measure(o);
  if (o.common.json) {
    fmt::print("{}", json_text(document_of(m, o)));
  } else {
    print(m, o);
  }
}

}  // namespace

void add_bench(const Command& app) {
  auto o = std::make_shared<BenchOptions>();
  const Command command = app.add_command(
      "bench", "Speed of training and inference, and its share of this machine's FMA peak");
  command
      .option("MODEL", &o->model,
              "Preset (lenet), text file, saved model, a run's folder or model text")
      .show_default();
  command.option("--model", &o->model, "The same").excludes({"MODEL"});
  command.option("--input", &o->input, "Shape of an image; a saved model has its own")
      .default_text("1x28x28");
  command.option("--batch-size", &o->batch_size, "Examples a step")
      .check(whole_number(1, 1 << 20))
      .show_default();
  command.option("--momentum", &o->momentum, "SGD's momentum, in training")
      .check(finite_number())
      .show_default();
  command.option("--augment", &o->augment, "Random changes of images, in training: flip,shift=1")
      .show_default();
  command.option("--rounds", &o->rounds, "Rounds to take the median of")
      .check(whole_number(1, 1000))
      .show_default();
  add_threads(command, o->common.threads);
  add_device(command, o->common.device);
  add_json(command, o->common.json);
  command.runs([o] { run_bench(*o); });
}

}  // namespace lenet::cli
