#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <locale>
#include <sstream>

#include "lenet/animator.h"
#include "lenet/error.h"
#include "plot/xml.h"

namespace lenet {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Coordinates are written with two decimals; those of the frame are too.
constexpr double kRounding = 0.0101;

struct Rect {
  double x, y, width, height;
};

Rect rect(const std::string& svg, const std::string& css_class) {
  const auto found = tags(svg, "rect", "class=\"" + css_class + "\"");
  EXPECT_EQ(found.size(), 1u);
  const auto number = [&](const char* name) { return std::stod(attribute(found.at(0), name)); };
  return {number("x"), number("y"), number("width"), number("height")};
}

std::vector<PlotPoint> points(const std::string& polyline) {
  std::istringstream in(attribute(polyline, "points"));
  std::vector<PlotPoint> result;
  PlotPoint p;
  char comma = 0;
  while (in >> p.x >> comma >> p.y) result.push_back(p);
  return result;
}

void expect_at(PlotPoint point, double x, double y) {
  EXPECT_NEAR(point.x, x, kRounding);
  EXPECT_NEAR(point.y, y, kRounding);
}

/// The ten epochs that D2L prints for PyTorch.
Animator chapter() {
  constexpr double kLoss[] = {2.318, 1.726, .928, .750, .665, .608, .566, .521, .496, .469};
  constexpr double kTrain[] = {.101, .326, .629, .708, .739, .765, .781, .801, .813, .823};
  constexpr double kTest[] = {.100, .547, .680, .700, .713, .747, .774, .763, .806, .780};
  Animator animator({.xlim = AxisLimits{1, 10}});
  for (int epoch = 0; epoch < 10; ++epoch) {
    animator.add(epoch + 1, {kLoss[epoch], kTrain[epoch], std::nullopt});
    animator.add(epoch + 1, {std::nullopt, std::nullopt, kTest[epoch]});
  }
  return animator;
}

/// The fourth style of D2L's Animator is "r:", of dots 1 1.65 line widths apart.
TEST(Svg, DrawsAFourthSeriesAsD2lDoes) {
  AnimatorOptions options;
  options.series.push_back({"holdout acc", 0xff0000, LineStyle::kDotted});
  Animator animator(options);
  for (const double x : {0, 1}) animator.add(x, {1, 1, 1, x});
  const std::string svg = animator.svg();
  const auto lines = tags(svg, "polyline");
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(attribute(lines[3], "stroke"), "#ff0000");
  EXPECT_EQ(attribute(lines[3], "stroke-dasharray"), "1.5 2.475");
  EXPECT_NE(svg.find(">holdout acc</text>"), std::string::npos);
}

TEST(Svg, DrawsTheSeriesInTheStylesOfTheChapter) {
  const auto lines = tags(chapter().svg(), "polyline");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(attribute(lines[0], "stroke"), "#1f77b4");
  EXPECT_EQ(attribute(lines[1], "stroke"), "#bf00bf");
  EXPECT_EQ(attribute(lines[2], "stroke"), "#008000");
  // matplotlib's "--" and "-." are 3.7 1.6 and 6.4 1.6 1 1.6 line widths long.
  EXPECT_EQ(attribute(lines[0], "stroke-dasharray"), "");
  EXPECT_EQ(attribute(lines[1], "stroke-dasharray"), "5.55 2.4");
  EXPECT_EQ(attribute(lines[2], "stroke-dasharray"), "9.6 2.4 1.5 2.4");
  for (const std::string& line : lines) EXPECT_EQ(points(line).size(), 10u);
}

TEST(Svg, PutsPointsWhereTheLimitsSay) {
  Animator animator({.xlim = AxisLimits{1, 5}, .ylim = AxisLimits{-1, 3}, .series = {{"a"}}});
  animator.add(1, {-1.0});
  animator.add(2, {2.0});
  animator.add(5, {3.0});
  const std::string svg = animator.svg();
  const Rect frame = rect(svg, "frame");
  const auto line = points(tags(svg, "polyline").at(0));
  ASSERT_EQ(line.size(), 3u);
  expect_at(line[0], frame.x, frame.y + frame.height);
  expect_at(line[1], frame.x + frame.width / 4, frame.y + frame.height / 4);
  expect_at(line[2], frame.x + frame.width, frame.y);
}

TEST(Svg, CutsCurvesAtTheLimits) {
  Animator animator({.xlim = AxisLimits{1, 2}, .ylim = AxisLimits{0, 4}, .series = {{"a"}}});
  for (const double x : {0.2, 0.4, 0.8}) animator.add(x, {4.0});
  animator.add(1.2, {0.0});  // from (0.8, 4): half-way down at x = 1
  animator.add(1.4, {8.0});  // leaves through the top at x = 1.3
  const std::string svg = animator.svg();
  const Rect frame = rect(svg, "frame");
  const auto lines = tags(svg, "polyline");
  ASSERT_EQ(lines.size(), 1u);
  const auto line = points(lines[0]);
  ASSERT_EQ(line.size(), 3u);
  expect_at(line[0], frame.x, frame.y + frame.height / 2);
  expect_at(line[1], frame.x + frame.width * 0.2, frame.y + frame.height);
  expect_at(line[2], frame.x + frame.width * 0.3, frame.y);
}

TEST(Svg, ACurveThatLeavesAndReturnsIsDrawnInTwoPieces) {
  Animator animator({.xlim = AxisLimits{0, 4}, .ylim = AxisLimits{0, 1}, .series = {{"a"}}});
  for (const auto& p : {PlotPoint{0, 0}, {2, 2}, {4, 0}}) animator.add(p.x, {p.y});
  const std::string svg = animator.svg();
  const Rect frame = rect(svg, "frame");
  const auto lines = tags(svg, "polyline");
  ASSERT_EQ(lines.size(), 2u);
  expect_at(points(lines[0]).back(), frame.x + frame.width / 4, frame.y);
  expect_at(points(lines[1]).front(), frame.x + frame.width * 3 / 4, frame.y);
}

TEST(Svg, ShowsOneEpochFromZeroToOne) {
  Animator animator({.xlim = AxisLimits{1, 1}, .ylim = AxisLimits{0, 1}, .series = {{"a"}}});
  animator.add(0.5, {0.5});
  animator.add(1.0, {1.0});
  const std::string svg = animator.svg();
  const Rect frame = rect(svg, "frame");
  const auto line = points(tags(svg, "polyline").at(0));
  expect_at(line.at(0), frame.x + frame.width / 2, frame.y + frame.height / 2);
  expect_at(line.at(1), frame.x + frame.width, frame.y);
}

TEST(Svg, ConnectsAcrossMissingValues) {
  Animator animator({.series = {{"a"}, {"b"}}});
  animator.add(1, {1.0, 5.0});
  animator.add(2, {std::nullopt, 6.0});
  animator.add(3, {2.0, std::nullopt});
  const auto lines = tags(animator.svg(), "polyline");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(points(lines[0]).size(), 2u);
  EXPECT_EQ(points(lines[1]).size(), 2u);
}

TEST(Svg, BreaksTheCurveWhereAValueIsNotFinite) {
  Animator animator({.series = {{"a"}}});
  double x = 0;
  for (const double y : {1.0, 2.0, kNan, 3.0, kInfinity, 1.0, 2.0, 3.0, -kInfinity}) {
    animator.add(++x, {y});
  }
  const std::string svg = animator.svg();
  const auto lines = tags(svg, "polyline");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(points(lines[0]).size(), 2u);
  EXPECT_EQ(points(lines[1]).size(), 3u);
  EXPECT_EQ(tags(svg, "circle").size(), 1u) << "the point without neighbours";
  EXPECT_EQ(xml_fault(svg), "");
  EXPECT_EQ(svg.find("nan"), svg.npos);
  EXPECT_EQ(svg.find("inf"), svg.npos);
}

TEST(Svg, IsWellFormedWhateverTheData) {
  EXPECT_EQ(xml_fault(chapter().svg()), "");
  EXPECT_EQ(xml_fault(Animator().svg()), "");
  EXPECT_EQ(xml_fault(Animator({.series = {}}).svg()), "");
  Animator extreme({.ylabel = "y", .series = {{"a"}}, .width = 2, .height = 2});
  for (const double y : {1e100, -1e100, 1e308, 5e-324, kNan}) extreme.add(y, {y});
  EXPECT_EQ(xml_fault(extreme.svg()), "");
  EXPECT_GT(rect(extreme.svg(), "frame").width, 0);
}

TEST(Svg, EscapesText) {
  Animator animator({.xlabel = "a<b", .ylabel = "c&d", .series = {{"\"e\">\x01"}}});
  animator.add(1, {1.0});
  const std::string svg = animator.svg();
  EXPECT_EQ(xml_fault(svg), "");
  EXPECT_NE(svg.find(">a&#60;b<"), svg.npos);
  EXPECT_NE(svg.find(">c&#38;d<"), svg.npos);
  EXPECT_NE(svg.find(">&#34;e&#34;&#62;\uFFFD<"), svg.npos);
}

TEST(Svg, HasTheSameBytesForTheSameDataInEveryLocale) {
  struct CommaPunct : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::string expected = chapter().svg();
  EXPECT_EQ(chapter().svg(), expected);
  const std::locale before = std::locale::global(std::locale(std::locale(), new CommaPunct));
  const std::string elsewhere = chapter().svg();
  std::locale::global(before);
  EXPECT_EQ(elsewhere, expected);
}

TEST(Svg, TellsScreenReadersWhatItShows) {
  const std::string svg = chapter().svg();
  EXPECT_EQ(attribute(tags(svg, "svg").at(0), "role"), "img");
  EXPECT_EQ(attribute(tags(svg, "svg").at(0), "aria-label"),
            "train loss, train acc, test acc by epoch");
  EXPECT_NE(svg.find("<title>train loss, train acc, test acc by epoch</title>"), svg.npos);
  EXPECT_NE(svg.find("train loss: 0.469 at epoch 10"), svg.npos);
}

TEST(Svg, ChangesColorsOnDarkPages) {
  const std::string svg = chapter().svg();
  const std::size_t dark = svg.find("@media (prefers-color-scheme: dark)");
  ASSERT_NE(dark, svg.npos);
  for (const char* rule : {".page", ".text", ".frame", ".grid", ".series0", ".series2"}) {
    EXPECT_NE(svg.find(std::string(".lenet-plot ") + rule, dark), svg.npos) << rule;
  }
}

TEST(Svg, HasTheSizeOfTheChapter) {
  const std::string root = tags(chapter().svg(), "svg").at(0);
  EXPECT_EQ(attribute(root, "width"), "3.5in");
  EXPECT_EQ(attribute(root, "height"), "2.5in");
  EXPECT_EQ(attribute(root, "viewBox"), "0 0 252 180");  // 72 points an inch
}

TEST(Svg, PutsTheLegendWhereItHidesNothing) {
  // Lines along the top and down the right side leave the lower left.
  Animator corner({.xlim = AxisLimits{0, 1}, .ylim = AxisLimits{0, 1}, .series = {{"a"}}});
  for (const auto& p : {PlotPoint{0, .9}, PlotPoint{.9, .9}, PlotPoint{.9, 0}})
    corner.add(p.x, {p.y});
  const Rect frame = rect(corner.svg(), "frame");
  const Rect box = rect(corner.svg(), "legend");
  EXPECT_LT(box.x + box.width, frame.x + 0.9 * frame.width);
  EXPECT_GT(box.y, frame.y + 0.1 * frame.height);

  const Rect of_chapter = rect(chapter().svg(), "legend");
  EXPECT_GT(of_chapter.x, frame.x + frame.width / 2) << "matplotlib's place: the upper right";
  EXPECT_LT(of_chapter.y, frame.y + frame.height / 4);
}

TEST(Svg, DrawsABandBelowItsCurve) {
  Animator animator(
      {.xlim = AxisLimits{0, 1}, .ylim = AxisLimits{0, 1}, .series = {{"a", 0xff0000}}});
  for (const double x : {0.0, 1.0}) {
    animator.add(x, {0.5});
    animator.add_band(0, x, 0.25, 2);  // cut at the axis
  }
  animator.add_band(0, 2, kNan, 1);
  const std::string svg = animator.svg();
  const auto bands = tags(svg, "polygon", "class=\"band0\"");
  ASSERT_EQ(bands.size(), 1u);
  const std::vector<PlotPoint> corners = points(bands[0]);
  ASSERT_EQ(corners.size(), 4u);
  const Rect frame = rect(svg, "frame");
  expect_at(corners[0], frame.x, frame.y + 0.75 * frame.height);
  expect_at(corners[2], frame.x + frame.width, frame.y);
  EXPECT_LT(svg.find("<polygon"), svg.find("<polyline"));
  EXPECT_THROW(animator.add_band(1, 0, 0, 1), Error);
}

TEST(Svg, ShowsAWholeBandWithoutLimits) {
  Animator animator({.series = {{"a"}}});
  animator.add(1, {0.5});
  animator.add_band(0, 1, -3, 4);
  EXPECT_LT(animator.y_limits().min, -2.9);
  EXPECT_GT(animator.y_limits().max, 3.9);
}

}  // namespace
}  // namespace lenet
