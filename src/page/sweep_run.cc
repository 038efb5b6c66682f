#include "page/sweep_run.h"

#include <fmt/format.h>

#include "base/number_text.h"
#include "run/json_document.h"
#include "run/metric_keys.h"
#include "run/record_keys.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

/// Values that are numbers as such, so that they are sorted as numbers.
Json options_of(const Json& result) {
  Json options = Json::object();
  for (const auto& [name, value] : result.at("options").items()) {
    const auto text = value.get<std::string>();
    const std::optional<double> number = number_in<double>(text);
    options[name] = number ? Json(*number) : Json(text);
  }
  return options;
}

}  // namespace

SweepRun::SweepRun(const std::filesystem::path& sweep, std::int64_t number, const Json& result)
    : points_(points_table(metric_of(result, "test"))), steps_(steps_table()) {
  const std::string name = name_of_folder(sweep);
  RunHistory run{.folder = sweep, .name = fmt::format("{}/{}", name, number)};
  run.metric = &metric_of(result, "test");
  run.options = options_of(result);
  run.why = text_in(result, "error");
  run.state = run.why.empty() ? RunState::kFinished : RunState::kDiverged;
  for (const Json& value : result.value(metric_key("test", *run.metric) + 's', Json::array())) {
    run.epochs_done += 1;
    if (!value.is_number()) continue;
    const FitPoint point{
        .epoch = run.epochs_done, .test_metric = value.get<double>(), .metric = run.metric};
    add_point(point, {}, {}, points_);
    run.last = point.test_metric;
    if (!run.best || better(*run.metric, *run.last, *run.best)) run.best = run.last;
  }
  run.epochs = static_cast<std::int64_t>(run.epochs_done);
  info_ = page_info(run);
  info_["command"] = "";
}

}  // namespace lenet
