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
#include "run/metric_keys.h"
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

Json epoch_document(const EpochReport& e) {
  Json epoch = {{"epoch", e.epoch}, {"loss", e.train_loss}};
  put_metric(epoch, "train", *e.metric, e.train_metric);
  put_metric(epoch, "test", *e.metric, e.test_metric);
  put_metric(epoch, "holdout", *e.metric, e.holdout_metric);
  put_metric(epoch, "averaged", *e.metric, e.averaged_metric);
  return epoch;
}

EpochReport epoch_of(const Json& epoch, const Metric& metric) {
  return {.epoch = epoch.at("epoch").get<std::int64_t>(),
          .train_loss = epoch.at("loss").get<double>(),
          .train_metric = epoch.at(metric_key("train", metric)).get<double>(),
          .test_metric = epoch.at(metric_key("test", metric)).get<double>(),
          .holdout_metric = metric_in(epoch, "holdout", metric),
          .averaged_metric = metric_in(epoch, "averaged", metric),
          .metric = &metric};
}

/// Throws what Json throws of a document that has another form.
Report parsed_report(const Json& result) {
  const Metric& metric = metric_of(result, "test");
  Report report;
  report.metric = &metric;
  report.loss = result.at("loss").get<double>();
  report.train_metric = result.at(metric_key("train", metric)).get<double>();
  report.test_metric = result.at(metric_key("test", metric)).get<double>();
  report.holdout_metric = metric_in(result, "holdout", metric);
  for (const Json& epoch : result.at("epochs")) report.epochs.push_back(epoch_of(epoch, metric));
  report.best_epoch = result.value("best_epoch", std::ssize(report.epochs));
  const bool set_aside = std::ranges::any_of(
      report.epochs, [](const EpochReport& e) { return e.holdout_metric.has_value(); });
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
  if (!o.teacher.empty()) run["teacher"] = absolute(o.teacher);
  return run;
}

void name_run(const std::string& name, const std::string& note, Json& run) {
  if (!name.empty()) run["name"] = name;
  if (!note.empty()) run["note"] = note;
}

void require_same_weights(const Json& run, const char* key, const std::filesystem::path& file,
                          const std::string& sha256) {
  const std::string before = text_in(run, key);
  if (before.empty() || before == sha256) return;
  const bool teacher = std::string_view(key) == kTeacherSha256;
  throw Error(ErrorKind::kBadInput,
              fmt::format("{}: the run {} other weights (SHA-256 {:.{}}..., now "
                          "{:.{}}...); only the same can give the same again",
                          file.string(), teacher ? "was taught by" : "started from", before,
                          kShownOfSha256, sha256, kShownOfSha256));
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
  const Metric& metric = *report.metric;
  Json result = {{"loss", report.loss}};
  put_metric(result, "train", metric, report.train_metric);
  put_metric(result, "test", metric, report.test_metric);
  put_metric(result, "holdout", metric, report.holdout_metric);
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
    put_metric(result, "averaged", metric, report.epochs.back().averaged_metric);
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
