#include "page/page_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

PageTable table_of(const std::vector<std::pair<double, std::optional<double>>>& rows) {
  PageTable table({"x", "y"});
  for (const auto& [x, y] : rows) table.add({x, y});
  return table;
}

/// x = 0, 1, 2, ..., y a zigzag with one peak and one gap.
PageTable zigzag(std::int64_t rows) {
  PageTable table({"x", "y"});
  for (std::int64_t i = 0; i < rows; ++i) {
    std::optional<double> y = i == rows / 3 ? 1000 : static_cast<double>(i % 7);
    if (i == rows / 2) y.reset();
    table.add({static_cast<double>(i), y});
  }
  return table;
}

TEST(PageTable, GivesItsRowsFromOneOnAndNullWhereThereIsNone) {
  const PageTable table = table_of({{0, 5}, {1, {}}, {2, 7}});
  EXPECT_EQ(table.part(0, 10), Json::parse(R"json({"version": 0, "from": 0, "next": 3, "columns":
      {"x": [0.0, 1.0, 2.0], "y": [5.0, null, 7.0]}})json"));
  EXPECT_EQ(table.part(2, 10)["columns"]["y"], Json::parse("[7.0]"));
  EXPECT_EQ(table.part(3, 10)["columns"]["y"], Json::array());
  EXPECT_EQ(table.part(99, 10)["from"], 3);
}

TEST(PageTable, OfManyRowsGivesThePeaksInOrder) {
  const PageTable table = zigzag(100'000);
  const Json part = table.part(0, 500);
  const auto x = part["columns"]["x"].get<std::vector<double>>();
  EXPECT_LE(x.size(), 500u);
  EXPECT_GT(x.size(), 200u);
  EXPECT_TRUE(std::ranges::is_sorted(x));
  EXPECT_EQ(x.front(), 0);
  EXPECT_EQ(x.back(), 99'999);
  EXPECT_NE(std::ranges::find(x, 33'333.0), x.end()) << "the peak";
  EXPECT_EQ(part["next"], 100'000);
}

TEST(PageTable, ThinnedHasHalfOfTheRowsAndAllPeaks) {
  PageTable table = zigzag(64);
  for (int i = 0; i < 4; ++i) table.thin();
  EXPECT_EQ(table.version(), 4);
  EXPECT_LE(table.rows(), 8);
  const Json columns = table.part(0, 100)["columns"];
  EXPECT_TRUE(std::ranges::is_sorted(columns["x"].get<std::vector<double>>()));
  EXPECT_NE(std::ranges::find(columns["y"], Json(1000.0)), columns["y"].end());
  PageTable gaps = table_of({{0, {}}, {1, 5}, {2, 1}, {3, 3}, {4, 7}, {5, 7}, {6, 8}, {7, 7.5}});
  gaps.thin();
  EXPECT_EQ(gaps.part(0, 9)["columns"]["y"], Json::parse("[5.0, 1.0, 7.0, 8.0, 7.5]"));
  PageTable none({"x", "y"});
  none.thin();
  EXPECT_EQ(none.rows(), 0);
  PageTable few = table_of({{0, 1}});
  few.thin();
  EXPECT_EQ(few.rows(), 1);
}

TEST(PageTable, AnEpochThatBeginsAgainTakesThePlaceOfTheOld) {
  PageTable table = table_of({{1, 10}, {1.5, 11}, {2, 12}, {2, 13}, {2.5, 14}});
  EXPECT_EQ(table.version(), 0) << "equal values are no step back";
  table.add({2, 20});
  EXPECT_EQ(table.version(), 1);
  EXPECT_EQ(table.part(0, 10)["columns"]["y"], Json::parse("[10.0, 11.0, 20.0]"));
}

TEST(PageTable, BecomesOneThatHasGrownWithoutNewNumbers) {
  PageTable table = table_of({{1, 10}, {2, {}}});
  table.become(table_of({{1, 10}, {2, {}}, {3, 12}}));
  EXPECT_EQ(table.version(), 0);
  EXPECT_EQ(table.rows(), 3);
  table.become(table_of({{1, 10}, {2, 99}, {3, 12}, {4, 0}}));
  EXPECT_EQ(table.version(), 1);
  table.become(table_of({{1, 10}}));
  EXPECT_EQ(table.version(), 2);
  EXPECT_EQ(table.rows(), 1);
}

}  // namespace
}  // namespace lenet
