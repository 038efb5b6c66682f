#include "lenet/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/sha256.h"
#include "lenet/error.h"
#include "lenet/safetensors.h"
#include "train/loss.h"

namespace lenet {
namespace {

using Json = nlohmann::json;

constexpr const char* kDigest = "sha256";

/// The tensors of a trainer under their names.
template <class Snapshot>
auto tensors_of(Snapshot& s, const std::string& prefix) {
  return std::to_array({std::pair(prefix + "parameters", &s.parameters),
                        std::pair(prefix + "buffers", &s.buffers),
                        std::pair(prefix + "optimizer.first", &s.first),
                        std::pair(prefix + "optimizer.second", &s.second),
                        std::pair(prefix + "average.parameters", &s.average),
                        std::pair(prefix + "average.buffers", &s.average_buffers)});
}

/// Calls f with the name and the tensor, for each of a state's.
template <class State, class F>
void for_each_tensor(State& s, F f) {
  for (const auto& [name, values] : tensors_of(s.trainer, "")) f(name, *values);
  for (const auto& [name, values] : tensors_of(s.epoch_start, "epoch_start.")) f(name, *values);
  f("best.parameters", s.best.parameters);
  f("best.buffers", s.best.buffers);
}

Json optional_number(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

std::optional<double> read_optional(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

Json document_of(const Report& r) {
  Json epochs = Json::array(), points = Json::array();
  for (const EpochReport& e : r.epochs) {
    epochs.push_back({e.epoch, e.train_loss, e.train_metric, e.test_metric,
                      optional_number(e.holdout_metric), optional_number(e.averaged_metric)});
  }
  for (const FitPoint& p : r.points) {
    points.push_back({p.epoch, optional_number(p.train_loss), optional_number(p.train_metric),
                      optional_number(p.test_metric)});
  }
  return {{"examples", r.examples},
          {"wall_seconds", r.wall_seconds},
          {"epochs", epochs},
          {"points", points},
          {"step_losses", r.step_losses}};
}

/// On the images set aside, after an epoch that has ended.
std::optional<double> holdout_of(const Report& r, double epoch) {
  const auto found = std::ranges::find_if(
      r.epochs, [=](const EpochReport& e) { return static_cast<double>(e.epoch) == epoch; });
  return found == r.epochs.end() ? std::nullopt : found->holdout_metric;
}

Report read_report(const Json& document, const Metric& metric) {
  Report r;
  r.metric = &metric;
  r.examples = document.at("examples");
  r.wall_seconds = document.at("wall_seconds");
  r.step_losses = document.at("step_losses").get<std::vector<double>>();
  for (const Json& e : document.at("epochs")) {
    r.epochs.push_back({.epoch = e.at(0),
                        .train_loss = e.at(1),
                        .train_metric = e.at(2),
                        .test_metric = e.at(3),
                        .holdout_metric = read_optional(e.at(4)),
                        .averaged_metric = read_optional(e.at(5)),
                        .metric = &metric});
  }
  for (const Json& p : document.at("points")) {
    FitPoint& point = r.points.emplace_back();
    point = {.epoch = p.at(0),
             .train_loss = read_optional(p.at(1)),
             .train_metric = read_optional(p.at(2)),
             .test_metric = read_optional(p.at(3)),
             .metric = &metric};
    if (point.test_metric) point.holdout_metric = holdout_of(r, point.epoch);
  }
  return r;
}

/// A metric's sum, as a whole number where it counts.
Json sum_of(double sum) {
  const bool counts = sum == std::floor(sum) && std::abs(sum) < 0x1p53;
  return counts ? Json(static_cast<std::int64_t>(sum)) : Json(sum);
}

/// The best on the images set aside.
std::string best_key(const Metric& metric) { return fmt::format("best_{}", metric.name); }

/// By which the run is judged.
const Metric& metric_of(const Json& document) {
  for (const Metric* metric : known_metrics()) {
    if (document.contains(best_key(*metric))) return *metric;
  }
  return kAccuracy;
}

Json document_of(const FitState& s) {
  return {{"epoch", s.epoch},
          {"step", s.step},
          {"sum", {s.sum.loss_sum, sum_of(s.sum.metric_sum), s.sum.examples}},
          {"generator", s.generator.state()},
          {"steps", s.trainer.steps},
          {"rollbacks", s.rollbacks},
          {best_key(*s.report.metric), s.best_metric},
          {"best_epoch", s.best_epoch},
          {"step_seconds", s.step_seconds},
          {"report", document_of(s.report)}};
}

FitState read_state(const Json& document) {
  const Metric& metric = metric_of(document);
  FitState s;
  s.epoch = document.at("epoch");
  s.step = document.at("step");
  const Json& sum = document.at("sum");
  s.sum = {
      .loss_sum = sum.at(0), .metric_sum = sum.at(1), .examples = sum.at(2), .metric = &metric};
  s.generator.set_state(document.at("generator"));
  s.trainer.steps = document.at("steps");
  if (s.step < 0 || s.trainer.steps < s.step) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("step {} of an epoch after {} steps", s.step, s.trainer.steps));
  }
  s.epoch_start.steps = s.trainer.steps - s.step;
  s.rollbacks = document.at("rollbacks");
  s.best_metric = document.at(best_key(metric));
  s.best_epoch = document.at("best_epoch");
  s.step_seconds = document.at("step_seconds");
  s.report = read_report(document.at("report"), metric);
  return s;
}

/// The SHA-256 of the file as it would be without one.
std::string digest_of(const SafeTensors& file) {
  Metadata rest = file.metadata;
  rest.erase(kDigest);
  const std::string bytes = serialise_safetensors(file.tensors, rest);
  return sha256({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

[[noreturn]] void damaged(const std::filesystem::path& path, const std::string& what) {
  throw Error(ErrorKind::kBadInput,
              fmt::format("{}: {}; want a checkpoint as lenet wrote it", path.string(), what));
}

}  // namespace

std::int64_t checkpoint_bytes(const Sequential& net, const FitOptions& options) {
  const std::int64_t average = options.ema_decay > 0, best = options.keep_best;
  const std::int64_t trainers = options.rollbacks > 0 ? 2 : 1;
  const auto parameters = static_cast<std::int64_t>(net.parameters().size());
  const auto buffers = static_cast<std::int64_t>(net.buffers().size());
  const std::int64_t floats =
      parameters * (trainers * (1 + options.optimizer.state_vectors() + average) + best) +
      buffers * (trainers * (1 + average) + best);
  constexpr std::int64_t kHeader = 1 << 16, kEpoch = 1 << 11, kStep = 1 << 5;
  const bool limited = options.max_steps < std::numeric_limits<std::int64_t>::max();
  return 4 * floats + kHeader + kEpoch * options.epochs + (limited ? kStep * options.max_steps : 0);
}

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  SafeTensors file;
  for_each_tensor(checkpoint.state, [&](const std::string& name, const auto& values) {
    if (!values.empty()) file.tensors.push_back({name, {std::ssize(values)}, values});
  });
  file.metadata = {{"run", checkpoint.run}, {"state", document_of(checkpoint.state).dump()}};
  file.metadata[kDigest] = digest_of(file);
  write_safetensors(path, file.tensors, file.metadata);
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  SafeTensors file = read_safetensors(path);
  for (const char* key : {"run", "state", kDigest}) {
    if (!file.metadata.contains(key)) damaged(path, fmt::format("no metadata \"{}\"", key));
  }
  const std::string digest = digest_of(file);
  if (digest != file.metadata[kDigest]) {
    damaged(path, fmt::format("its SHA-256 is {}, not {:.64}: it is damaged", digest,
                              file.metadata[kDigest]));
  }
  Checkpoint checkpoint{.run = file.metadata["run"], .state = FitState()};
  try {
    checkpoint.state = read_state(Json::parse(file.metadata["state"]));
  } catch (const Json::exception& e) {
    damaged(path, fmt::format("metadata \"state\": {}", e.what()));
  } catch (const Error& e) {
    damaged(path, fmt::format("metadata \"state\": {}", e.what()));
  }
  for_each_tensor(checkpoint.state, [&](const std::string& name, std::vector<float>& values) {
    const auto found = std::ranges::find(file.tensors, name, &NamedTensor::name);
    if (found != file.tensors.end()) values = std::move(found->values);
  });
  return checkpoint;
}

}  // namespace lenet
