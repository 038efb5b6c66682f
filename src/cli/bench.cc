#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/options.h"
#include "lenet/simd.h"
#include "run/json_document.h"
#include "run/speed.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

double percentile(const std::vector<double>& sorted, double p) {
  return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size()))];
}

Json document_of(const Speed& speed) {
  Json document = {{"examples_per_sec", median(speed.examples_per_sec)},
                   {"gflops", median(speed.gflops)}};
  if (!speed.share.empty()) document["share_of_peak"] = median(speed.share);
  return document;
}

Json document_of(const Measurements& m, const SpeedOptions& o) {
  Json document = Json::object();
  if (m.on_cpu()) document["fma_peak_gflops"] = median(m.peak);
  document.update(Json{{"train", document_of(m.train)}, {"inference", document_of(m.inference)}});
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

void print(const Measurements& m, const SpeedOptions& o) {
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

void run_bench(const SpeedOptions& o, bool json) {
  const Measurements m = measure(o);
  if (json) {
    fmt::print("{}", json_text(document_of(m, o)));
  } else {
    print(m, o);
  }
}

}  // namespace

void add_bench(const Command& app) {
  auto o = std::make_shared<SpeedOptions>();
  auto json = std::make_shared<bool>(false);
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
  add_threads(command, o->threads);
  add_device(command, o->device);
  add_json(command, *json);
  command.runs([o, json] { run_bench(*o, *json); });
}

}  // namespace lenet::cli
