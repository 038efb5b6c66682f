#include "page/weight_history.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "lenet/layers.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

Sequential network() {
  Sequential net = Sequential::parse("Conv2d(2, 3) Flatten Linear(2)");
  Generator generator(0);
  net.build({1, 4, 4}, generator);
  return net;
}

TEST(WeightHistory, HasNormsUpdatesAndCounts) {
  Sequential net = network();
  WeightHistory history;
  history.add(1, net.named_parameters());
  std::vector<float> before(net.parameters().begin(), net.parameters().end());
  for (float& x : net.parameters()) x += 0.5f;
  history.add(3, net.named_parameters());
  const Json document = Json::parse(history.document().dump());
  EXPECT_EQ(document["epochs"], Json::parse("[1, 3]"));
  const Json& weight = document["tensors"][0];
  EXPECT_EQ(weight["name"], "0.weight");
  EXPECT_EQ(weight["shape"], Json::parse("[2, 1, 3, 3]"));
  double norm = 0;
  for (std::size_t i = 0; i < 18; ++i) norm += std::pow(static_cast<double>(before[i]), 2);
  EXPECT_NEAR(weight["norm"][0], std::sqrt(norm), 1e-9);
  EXPECT_TRUE(weight["update"][0].is_null());
  EXPECT_NEAR(weight["update"][1], 0.5 * std::sqrt(18) / 2, 1e-6) << "over two epochs";
  const auto counts = weight["counts"][1].get<std::vector<int>>();
  EXPECT_EQ(counts.size(), 40u);
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0), 18);
  EXPECT_EQ(document["filters"]["values"].size(), 2u);
  EXPECT_EQ(document["filters"]["values"][0].size(), 18u);
}

TEST(WeightHistory, TakesValuesThatAreNotFinite) {
  Sequential net = network();
  net.parameters()[0] = NAN;
  net.parameters()[1] = INFINITY;
  WeightHistory history;
  history.add(1, net.named_parameters());
  const Json document = Json::parse(history.document().dump());
  const auto counts = document["tensors"][0]["counts"][0].get<std::vector<int>>();
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0), 16);
  EXPECT_TRUE(document["tensors"][0]["norm"][0].is_null());
}

TEST(WeightHistory, KeepsTheNewestOfManyEpochs) {
  Sequential net = network();
  WeightHistory history;
  for (std::int64_t epoch = 1; epoch <= 1000; ++epoch) history.add(epoch, net.named_parameters());
  const Json document = Json::parse(history.document().dump());
  EXPECT_LE(document["epochs"].size(), 400u);
  EXPECT_EQ(document["epochs"].back(), 1000);
  EXPECT_EQ(document["filters"]["values"].size(), document["epochs"].size());
}

}  // namespace
}  // namespace lenet
