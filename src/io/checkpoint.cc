#include "lenet/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/sha256.h"
#include "lenet/error.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

using Json = nlohmann::json;

constexpr const char* kDigest = "sha256";

/// The tensors of a state under their names.
template <class State>
auto tensors_of(State& s) {
  return std::to_array({std::pair("parameters", &s.trainer.parameters),
                        std::pair("buffers", &s.trainer.buffers),
                        std::pair("optimizer.first", &s.trainer.first),
                        std::pair("optimizer.second", &s.trainer.second),
                        std::pair("average.parameters", &s.trainer.average),
                        std::pair("average.buffers", &s.trainer.average_buffers),
                        std::pair("best.parameters", &s.best.parameters),
                        std::pair("best.buffers", &s.best.buffers)});
}

Json optional_number(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

std::optional<double> read_optional(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

Json document_of(const Report& r) {
  Json epochs = Json::array(), points = Json::array();
  for (const EpochReport& e : r.epochs) {
    epochs.push_back({e.epoch, e.train_loss, e.train_acc, e.test_acc,
                      optional_number(e.holdout_acc), optional_number(e.averaged_acc)});
  }
  for (const FitPoint& p : r.points) {
    points.push_back({p.epoch, optional_number(p.train_loss), optional_number(p.train_acc),
                      optional_number(p.test_acc)});
  }
  return {{"examples", r.examples},
          {"wall_seconds", r.wall_seconds},
          {"epochs", epochs},
          {"points", points},
          {"step_losses", r.step_losses}};
}

Report read_report(const Json& document) {
  Report r;
  r.examples = document.at("examples");
  r.wall_seconds = document.at("wall_seconds");
  r.step_losses = document.at("step_losses").get<std::vector<double>>();
  for (const Json& e : document.at("epochs")) {
    r.epochs.push_back(
        {e.at(0), e.at(1), e.at(2), e.at(3), read_optional(e.at(4)), read_optional(e.at(5))});
  }
  for (const Json& p : document.at("points")) {
    r.points.push_back(
        {p.at(0), read_optional(p.at(1)), read_optional(p.at(2)), read_optional(p.at(3))});
  }
  return r;
}

Json document_of(const FitState& s) {
  return {{"epoch", s.epoch},
          {"step", s.step},
          {"sum", {s.sum.loss_sum, s.sum.correct, s.sum.examples}},
          {"generator", s.generator.state()},
          {"steps", s.trainer.steps},
          {"best_acc", s.best_acc},
          {"best_epoch", s.best_epoch},
          {"step_seconds", s.step_seconds},
          {"report", document_of(s.report)}};
}

FitState read_state(const Json& document) {
  FitState s;
  s.epoch = document.at("epoch");
  s.step = document.at("step");
  const Json& sum = document.at("sum");
  s.sum = {.loss_sum = sum.at(0), .correct = sum.at(1), .examples = sum.at(2)};
  s.generator.set_state(document.at("generator"));
  s.trainer.steps = document.at("steps");
  s.best_acc = document.at("best_acc");
  s.best_epoch = document.at("best_epoch");
  s.step_seconds = document.at("step_seconds");
  s.report = read_report(document.at("report"));
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

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  SafeTensors file;
  for (const auto& [name, values] : tensors_of(checkpoint.state)) {
    if (values->empty()) continue;
    file.tensors.push_back({name, {std::ssize(*values)}, *values});
  }
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
  }
  for (const auto& [name, values] : tensors_of(checkpoint.state)) {
    const auto found = std::ranges::find(file.tensors, name, &NamedTensor::name);
    if (found != file.tensors.end()) *values = std::move(found->values);
  }
  return checkpoint;
}

}  // namespace lenet
