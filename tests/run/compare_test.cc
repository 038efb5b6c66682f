#include "run/compare.h"

#include "base/errors.h"

namespace lenet {
namespace {

RunHistory run_of(const std::string& folder, nlohmann::ordered_json options,
                  const std::vector<double>& accuracies) {
  RunHistory run{.folder = folder, .name = folder};
  run.options = std::move(options);
  for (const double accuracy : accuracies) {
    run.points.push_back({.epoch = static_cast<double>(run.points.size() + 1),
                          .train_loss = 1,
                          .test_metric = accuracy});
    run.last = accuracy;
  }
  return run;
}

TEST(CurveGroups, AreOfAllOptionsButTheSeed) {
  const auto groups = curve_groups({run_of("a", {{"lr", 0.1}, {"seed", 0}, {"threads", 1}}, {0.5}),
                                    run_of("b", {{"lr", 0.2}, {"seed", 0}, {"epochs", 3}}, {0.6}),
                                    run_of("c", {{"lr", 0.1}, {"seed", 1}, {"threads", 2}}, {0.7}),
                                    run_of("d", {{"lr", 0.3}}, {})},
                                   "test_acc");
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].label, "lr=0.1");
  ASSERT_EQ(groups[0].curves.size(), 2u);
  EXPECT_EQ(groups[0].curves[1][0].y, 0.7);
  EXPECT_EQ(groups[1].label, "b");
}

TEST(CurveGroups, HaveTheNameOfTheirRuns) {
  std::vector<RunHistory> runs = {run_of("a", {{"lr", 0.1}, {"seed", 0}}, {0.5}),
                                  run_of("b", {{"lr", 0.1}, {"seed", 1}}, {0.5}),
                                  run_of("c", {{"lr", 0.2}, {"seed", 1}}, {0.5})};
  runs[0].name = runs[1].name = "slow";
  EXPECT_EQ(curve_groups(runs, "test_acc")[0].label, "slow");
  EXPECT_EQ(curve_groups({runs[0]}, "train_loss")[0].label, "slow");
}

TEST(CurveGroups, OfOneNameAreToldApartByTheirOptions) {
  std::vector<RunHistory> runs = {run_of("a", {{"lr", 0.1}}, {0.5}),
                                  run_of("b", {{"lr", 0.2}}, {0.5})};
  runs[0].name = runs[1].name = "same";
  EXPECT_EQ(curve_groups(runs, "test_acc")[0].label, "lr=0.1");
  EXPECT_EQ(curve_groups({run_of("p", {{"seed", 0}}, {0.5}), run_of("q", {{"seed", 1}}, {0.5})},
                         "test_acc")[0]
                .label,
            "p, q");
}

TEST(CurveGroups, CutLongValuesBetweenCharacters) {
  const std::string path = "/home/aüüüüüüüüüüüüüüüüüüüüüüü";
  const auto groups = curve_groups(
      {run_of("a", {{"data", path}}, {0.5}), run_of("a", {{"data", path + "b"}}, {0.5})},
      "test_acc");
  EXPECT_EQ(groups[0].label, "data=/home/aüüüüüüüüüüüüüüüüü…");
}

TEST(CurveGroups, WithoutPointsAreRefused) {
  EXPECT_EQ(error_of(ErrorKind::kUsage, [] { curve_groups({run_of("a", {}, {0.5})}, "test_mae"); }),
            "no run has points of test_mae");
}

TEST(UsualFigure, IsTheMetricOfTheTestSet) {
  RunHistory errors = run_of("a", {}, {0.5});
  errors.metric = &kMeanAbsoluteError;
  EXPECT_EQ(usual_figure({run_of("b", {}, {}), errors}), "test_mae");
  EXPECT_EQ(usual_figure({}), "test_acc");
}

TEST(CompareFigure, HasAMeanAndABandOfASeveralRuns) {
  const std::string svg =
      compare_figure({{"two", {{{1, 0.5}, {2, 0.7}}, {{1, 0.7}, {2, 0.9}}}}, {"one", {{{1, 0.2}}}}},
                     "test_acc")
          .svg();
  EXPECT_TRUE(contains(svg, "two (2 runs)"));
  EXPECT_TRUE(contains(svg, ">one<"));
  EXPECT_TRUE(contains(svg, "two (2 runs): 0.8 at epoch 2")) << "the mean";
  EXPECT_TRUE(contains(svg, "<polygon class=\"band0\""));
  EXPECT_FALSE(contains(svg, "band1"));
}

TEST(CompareFigure, NamesAsManyAsALegendHolds) {
  std::vector<CurveGroup> groups;
  for (int i = 0; i < 100; ++i) {
    groups.push_back({"group " + std::to_string(i), {{{1, 0.01 * i}, {2, 0.5}}}});
  }
  const std::string svg = compare_figure(groups, "test_acc").svg();
  EXPECT_TRUE(contains(svg, ">group 15<"));
  EXPECT_FALSE(contains(svg, ">group 16<"));
}

}  // namespace
}  // namespace lenet
