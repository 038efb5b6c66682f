#include "run/run_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "base/file.h"
#include "base/sha256.h"
#include "lenet/error.h"
#include "lenet/simd.h"
#include "run/data_options.h"
#include "run/json_document.h"
#include "run/run_ending.h"
#include "run/run_options.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownOfSha256 = 12;  // digits in messages

/// A path as it can be found from anywhere; empty if there is none.
std::string absolute(const std::string& path) {
  return path.empty() ? "" : std::filesystem::absolute(path).string();
}

/// The folder that the data comes from, or its name, as "fashion-mnist".
std::string data_name(const RunOptions& o) {
  if (o.data.path == kFashionMnist) return kFashionMnist;
  if (is_named_data(o.data)) return o.data.path;
  if (!o.data.path.empty()) return absolute(o.data.path);
  const char* folder = std::getenv("LENET_DATA");
  return folder && *folder ? absolute(folder) : "fashion-mnist";
}

/// What is there under the name, if anything is.
std::optional<double> number_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? std::nullopt : std::optional(found->get<double>());
}

Json epoch_document(const EpochReport& e) {
  Json epoch = {{"epoch", e.epoch},
                {"loss", e.train_loss},
                {"train_acc", e.train_acc},
                {"test_acc", e.test_acc}};
  if (e.holdout_acc) epoch["holdout_acc"] = *e.holdout_acc;
  if (e.averaged_acc) epoch["averaged_acc"] = *e.averaged_acc;
  return epoch;
}

EpochReport epoch_of(const Json& epoch) {
  return {.epoch = epoch.at("epoch").get<std::int64_t>(),
          .train_loss = epoch.at("loss").get<double>(),
          .train_acc = epoch.at("train_acc").get<double>(),
          .test_acc = epoch.at("test_acc").get<double>(),
          .holdout_acc = number_in(epoch, "holdout_acc"),
          .averaged_acc = number_in(epoch, "averaged_acc")};
}

/// Throws what Json throws of a document that has another form.
Report parsed_report(const Json& result) {
  Report report;
  report.loss = result.at("loss").get<double>();
  report.train_acc = result.at("train_acc").get<double>();
  report.test_acc = result.at("test_acc").get<double>();
  report.holdout_acc = number_in(result, "holdout_acc");
  for (const Json& epoch : result.at("epochs")) report.epochs.push_back(epoch_of(epoch));
  report.best_epoch = result.value("best_epoch", std::ssize(report.epochs));
  const bool set_aside = std::ranges::any_of(
      report.epochs, [](const EpochReport& e) { return e.holdout_acc.has_value(); });
  report.out_of_patience = set_aside && result.contains("early_stop");
  if (result.contains("step_losses")) result["step_losses"].get_to(report.step_losses);
  return report;
}

}  // namespace

Json run_document(const RunOptions& o, const Device& device, const Sequential& net,
                  const Dataset& train) {
  Json run = {{"lenet", LENET_VERSION},
              {"started", utc_now()},
              {"images", train.size()},
              {"input_shape", to_string(net.input_shape())},
              {"simd", simd_target()}};
  run.update(options_document(o));
  run["device"] = to_string(device);
  run["data"] = data_name(o);
  run["model"] = net.text();
  run["weights"] = absolute(o.weights);
  return run;
}

void require_same_weights(const Json& run, const std::filesystem::path& file,
                          const std::string& sha256) {
  const std::string before = text_in(run, kWeightsSha256);
  if (before.empty() || before == sha256) return;
  throw Error(ErrorKind::kBadInput,
              fmt::format("{}: the run started from other weights (SHA-256 {:.{}}..., now "
                          "{:.{}}...); only the same can give the same again",
                          file.string(), before, kShownOfSha256, sha256, kShownOfSha256));
}

void require_same_data(const Json& run, const RunOptions& now, const std::string& sha256,
                       const std::string& advice) {
  const std::string before = text_in(run, kDataSha256);
  if (before.empty() || before == sha256) return;
  throw Error(ErrorKind::kBadInput,
              fmt::format("the data is not that of the run, which was {} (SHA-256 {:.{}}...); {} "
                          "has other images, labels or class names (SHA-256 {:.{}}...); {}",
                          text_in(run, "data"), before, kShownOfSha256, data_name(now), sha256,
                          kShownOfSha256, advice));
}

Json result_document(const Report& report, const RunOptions& o, const Device& device,
                     const RunFolder& folder) {
  Json epochs = Json::array();
  for (const EpochReport& e : report.epochs) epochs.push_back(epoch_document(e));
  Json result = {
      {"loss", report.loss}, {"train_acc", report.train_acc}, {"test_acc", report.test_acc}};
  if (report.holdout_acc) result["holdout_acc"] = *report.holdout_acc;
  result.update({{"examples_per_sec", report.examples_per_sec},
                 {"wall_seconds", report.wall_seconds},
                 {"device", to_string(device)},
                 {"threads", report.threads},
                 {"simd", simd_target()},
                 {"seed", o.fit.seed},
                 {"out", folder.path().string()},
                 {"sha256", sha256_of_file(folder.model_file())},
                 {"epochs", epochs}});
  if (report.out_of_patience) result["early_stop"] = early_stop_text(report, o.fit.patience);
  if (report.best_epoch != std::ssize(report.epochs)) result["best_epoch"] = report.best_epoch;
  if (report.averages) {
    result["averaged_acc"] = *report.epochs.back().averaged_acc;
    result["averaged_sha256"] = sha256_of_file(folder.averages_file());
  }
  if (o.fit.max_steps != FitOptions().max_steps) result["step_losses"] = report.step_losses;
  return result;
}

Report report_of(const Json& result, const RunFolder& folder) {
  try {
    return parsed_report(result);
  } catch (const Json::exception& e) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: its result is none that lenet train wrote: {}",
                            (folder.path() / "run.json").string(), e.what()));
  }
}

}  // namespace lenet
