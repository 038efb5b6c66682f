#include "run/resume.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/file.h"
#include "lenet/error.h"
#include "run/checkpoints.h"
#include "run/data_options.h"
#include "run/json_document.h"
#include "run/option_table.h"
#include "run/record_keys.h"
#include "run/run_options.h"
#include "run/run_record.h"
#include "run/unread_options.h"
#include "train/fit_options.h"

namespace lenet {

using Json = nlohmann::ordered_json;

void add_change(Json& run, const std::string& key) {
  Json& changed = run["changed"];
  if (!changed.is_array()) changed = Json::array();  // not there yet, or no list of lenet's
  if (std::ranges::find(changed, Json(key)) == changed.end()) changed.push_back(key);
}

namespace {

/// Throws Error (kUsage) unless the option of this key may differ from the run's.
void require_changeable(const std::string& key, const std::vector<std::string>& allowed,
                        const Json& before, const Json& after) {
  const std::string name = option_name(key);
  if (std::ranges::find(changeable_options(), name) == changeable_options().end()) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("--{}: the run has {}, and that cannot change to {} while it goes; leave "
                    "it out, or train anew. What can change, with --allow-change: {}",
                    name, before.dump(), after.dump(), fmt::join(changeable_options(), ", ")));
  }
  if (std::ranges::find(allowed, name) != allowed.end()) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("--{0}: the run has {1}, and {2} would change its result; leave it out, "
                          "or add --allow-change {0}",
                          name, before.dump(), after.dump()));
}

/// SGD keeps a velocity for a momentum alone.
void require_same_velocity(const RunOptions& before, const RunOptions& after) {
  const double was = before.fit.optimizer.momentum, is = after.fit.optimizer.momentum;
  if ((was == 0) == (is == 0)) return;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("--momentum: the run has {:g}, which cannot change to {:g}; want {}", was, is,
                  was == 0 ? "0, as no velocity was kept"
                           : "a number above 0 for the velocity that it keeps"));
}

/// The result of a run that has ended and left its model; else null.
Json result_in(const std::filesystem::path& folder) {
  constexpr std::int64_t kMostBytes = 1 << 30;
  std::error_code ignored;
  const std::filesystem::path record = folder / "run.json";
  if (!std::filesystem::exists(record, ignored) ||
      !std::filesystem::exists(folder / "model.safetensors", ignored)) {
    return {};
  }
  const Json run = parse_json(read_file(record, kMostBytes));
  return run.is_object() && run.contains("result") ? run["result"] : Json();
}

/// Of a run that has trained all its steps: no record may say that options trained it which came
/// after the last. How far it trains may be changed to just that. Throws Error (kUsage).
void require_own_training(const Resumption& from, const std::string& data_sha256) {
  std::vector<std::string> changed = from.changed;
  if (text_in(from.run, kDataSha256) != data_sha256) changed.push_back("data");
  std::erase_if(changed, [](const std::string& k) { return k == "epochs" || k == "max_steps"; });
  if (changed.empty()) return;
  throw Error(
      ErrorKind::kUsage,
      fmt::format(
          "--{}: no step is left to train with it; leave it out, and the run ends as it was "
          "trained",
          option_name(changed.front())));
}

}  // namespace

const std::vector<std::string>& changeable_options() {
  static const std::vector<std::string> names = {"epochs",
                                                 "max-steps",
                                                 "patience",
                                                 "lr",
                                                 "schedule",
                                                 "warmup",
                                                 "step-epochs",
                                                 "gamma",
                                                 "min-lr",
                                                 "pct-start",
                                                 "anneal",
                                                 "div-factor",
                                                 "final-div-factor",
                                                 "momentum",
                                                 "nesterov",
                                                 "dampening",
                                                 "betas",
                                                 "eps",
                                                 "alpha",
                                                 "weight-decay",
                                                 "clip-norm",
                                                 "label-smoothing",
                                                 "class-weights",
                                                 "augment",
                                                 "device",
                                                 "data"};
  return names;
}

Resumption read_resumption(const std::filesystem::path& folder, const Json& given,
                           const std::vector<std::string>& allow_change, const Note& note) {
  FoundCheckpoint found = newest_checkpoint(folder, note);
  Resumption resumption{.options = {},
                        .run = parse_json(found.checkpoint.run),
                        .result = result_in(folder),
                        .changed = {},
                        .newest_damaged = found.newest_damaged,
                        .state = std::move(found.checkpoint.state)};
  if (!resumption.run.is_object()) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: its checkpoint names no options", folder.string()));
  }
  RunOptions& options = resumption.options;
  read_options(run_options(resumption.run), "run of " + folder.string(), options);
  const RunOptions own = options;
  read_options(given, "command line", options);
  const Json before = options_document(own), after = options_document(options);
  const bool knows_data = !text_in(resumption.run, kDataSha256).empty();
  for (const auto& [key, value] : given.items()) {
    const Json was = before.value(key, Json()), is = after.value(key, Json());
    if (key == "threads" || (key == "data" && knows_data) || was == is) continue;
    require_changeable(key, allow_change, was, is);
    resumption.changed.push_back(key);
    add_change(resumption.run, key);
  }
  require_read(given, options);
  require_same_velocity(own, options);
  return resumption;
}

bool is_finished(const Resumption& from, const Sequential& net, const FitOptions& options,
                 const CheckedFit& checked, const std::string& data_sha256) {
  const StepCount steps = steps_of(std::ssize(checked.split().train), options);
  check_state(from.state, net, options, steps);
  const bool all_trained = is_finished(from.state, options, steps);
  if (!from.result.is_null()) return all_trained || from.changed.empty();
  if (all_trained) require_own_training(from, data_sha256);
  return false;
}

}  // namespace lenet
