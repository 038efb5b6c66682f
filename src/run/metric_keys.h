// The metrics of a run in JSON: train_acc, test_acc and the like.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lenet/metrics.h"

namespace lenet {

/// The sets of images that a run reports on: "averaged" is the test set, by the averaged weights.
inline constexpr std::array<std::string_view, 4> kReportedSets = {"train", "test", "holdout",
                                                                  "averaged"};

/// "test_acc".
std::string metric_key(std::string_view set, const Metric& metric);

/// "label_accuracy" of its title.
std::string title_key(const Metric& metric);

/// All that metric_key() makes, of all losses.
const std::vector<std::string>& metric_keys();

/// Of such a key, or of "loss".
bool larger_is_better(const std::string& key);

void put_metric(nlohmann::ordered_json& object, std::string_view set, const Metric& metric,
                const std::optional<double>& value);

/// What is there under the key, if anything is.
std::optional<double> metric_in(const nlohmann::ordered_json& object, std::string_view set,
                                const Metric& metric);

/// The metric by which `set` is reported there; of nothing known, the accuracy.
const Metric& metric_of(const nlohmann::ordered_json& object, std::string_view set);

}  // namespace lenet
