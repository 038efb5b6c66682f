#include "run/metric_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "train/loss.h"

namespace lenet {

using Json = nlohmann::ordered_json;

std::string metric_key(std::string_view set, const Metric& metric) {
  return fmt::format("{}_{}", set, metric.name);
}

std::string title_key(const Metric& metric) {
  std::string key(metric.title);
  std::ranges::replace(key, ' ', '_');
  return key;
}

const std::vector<std::string>& metric_keys() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> keys;
    for (const Metric* metric : known_metrics()) {
      for (const std::string_view set : kReportedSets) keys.push_back(metric_key(set, *metric));
    }
    return keys;
  }();
  return all;
}

bool larger_is_better(const std::string& key) {
  for (const Metric* metric : known_metrics()) {
    if (key.ends_with(fmt::format("_{}", metric->name))) return metric->larger_is_better;
  }
  return false;
}

void put_metric(Json& object, std::string_view set, const Metric& metric,
                const std::optional<double>& value) {
  if (value) object[metric_key(set, metric)] = *value;
}

std::optional<double> metric_in(const Json& object, std::string_view set, const Metric& metric) {
  const auto found = object.find(metric_key(set, metric));
  return found == object.end() ? std::nullopt : std::optional(found->get<double>());
}

const Metric& metric_of(const Json& object, std::string_view set) {
  for (const Metric* metric : known_metrics()) {
    if (object.contains(metric_key(set, *metric))) return *metric;
  }
  return kAccuracy;
}

}  // namespace lenet
