#include "run/metric_keys.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "train/loss.h"

namespace lenet {
namespace {

TEST(MetricKeys, ReadWhatTheyPutForEveryLoss) {
  for (const Metric* metric : known_metrics()) {
    nlohmann::ordered_json object;
    put_metric(object, "test", *metric, 0.25);
    put_metric(object, "holdout", *metric, std::nullopt);
    EXPECT_EQ(object.size(), 1u);
    EXPECT_EQ(&metric_of(object, "test"), metric);
    EXPECT_EQ(metric_in(object, "test", *metric), 0.25);
    EXPECT_EQ(metric_in(object, "holdout", *metric), std::nullopt);
    EXPECT_EQ(larger_is_better(metric_key("test", *metric)), metric->larger_is_better);
  }
  EXPECT_EQ(metric_key("test", kAccuracy), "test_acc");
  EXPECT_FALSE(larger_is_better("loss"));
  EXPECT_EQ(metric_keys().size(), 4 * known_metrics().size());
}

}  // namespace
}  // namespace lenet
