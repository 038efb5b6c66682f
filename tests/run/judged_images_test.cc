#include "run/judged_images.h"

#include <cmath>
#include <fstream>
#include <iterator>
#include <memory>

#include "base/errors.h"
#include "run/judged_files.h"

namespace lenet {
namespace {

/// Of 2x2, each of one grey.
std::unique_ptr<std::uint8_t[]> greys(std::int64_t images) {
  auto pixels = std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(images * 4));
  for (std::int64_t i = 0; i < images * 4; ++i) pixels[i] = static_cast<std::uint8_t>(i / 4 + 1);
  return pixels;
}

std::string file_text(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

class JudgedClasses : public testing::Test {
 protected:
  const float ln2_ = std::log(2.0f), ln3_ = std::log(3.0f);
  // Right by 3 to 1; wrong by 3 to 1; wrong by 2 to 1; wrong by 2 to 1.
  const std::vector<float> outputs_ = {ln3_, 0, ln3_, 0, 0, ln2_, ln2_, 0};
  const Dataset images_{greys(4), 0, {1, 2, 2}, {0, 1, 0, 1}, 2, {"a,b", "c"}};
  const JudgedImages judged_{images_, {outputs_, 2}, LossFunction::kCrossEntropy, {"a,b", "c"}};
};

TEST_F(JudgedClasses, HaveALikeliestAndItsProbability) {
  const Answer answer = answer_of(judged_, 2);
  EXPECT_EQ(answer.predicted, 1);
  EXPECT_NEAR(answer.probability, 2.0 / 3, 1e-7);
  EXPECT_NEAR(answer.all[0], 1.0 / 3, 1e-7);
  EXPECT_NEAR(loss_of(judged_, 1), std::log(4.0), 1e-7);
}

TEST_F(JudgedClasses, WorstMistakesHaveTheLargestLoss) {
  EXPECT_EQ(worst_mistakes(judged_, 9), (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(worst_mistakes(judged_, 1), (std::vector<std::int64_t>{1}));
}

TEST_F(JudgedClasses, ThresholdLeavesTheSure) {
  const Coverage coverage = coverage_of(judged_, 0.7);
  EXPECT_EQ(coverage.covered, 2);
  EXPECT_EQ(coverage.right, 1);
  EXPECT_EQ(coverage.all, 4);
}

TEST_F(JudgedClasses, MistakesAreDrawnTheWorstFirst) {
  const Image sheet = mistakes_sheet(judged_, 2);
  // "said a,b 0.75" has 13 letters, an image 2 * 56 pixels.
  EXPECT_EQ(sheet.shape, (Shape{1, 2 + 112 + 2 * 13 + 2, 2 + 2 * (112 + 2)}));
  EXPECT_EQ(sheet.pixels[static_cast<std::size_t>(2 * sheet.shape[2] + 2)], 2);
  EXPECT_EQ(sheet.pixels[static_cast<std::size_t>(2 * sheet.shape[2] + 2 + 114)], 3);
}

TEST_F(JudgedClasses, PredictionsAreARowAnImage) {
  const std::string path = testing::TempDir() + "predictions.csv";
  write_predictions(path, judged_, 0.7);
  const std::string text = file_text(path);
  EXPECT_TRUE(
      text.starts_with("image,class,predicted,probability,\"a,b\",c\n"
                       "0,\"a,b\",\"a,b\",0.75,0.75,0.25\n"
                       "1,c,\"a,b\",0.75,0.75,0.25\n"
                       "2,\"a,b\",,0.666666"))
      << text;
}

TEST_F(JudgedClasses, OutputsThatAreNoNumbersAreRefused) {
  const std::vector<float> odd = {0, 0, 1, std::nanf("")};
  const Dataset images(greys(2), 0, {1, 2, 2}, {0, 1}, 2);
  const JudgedImages judged{images, {odd, 2}, LossFunction::kCrossEntropy, {}};
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [&] { worst_mistakes(judged, 1); }),
                       "outputs for image 1 are not finite"));
}

/// Two outputs an image, of `loss`.
class JudgedRows : public testing::TestWithParam<std::pair<LossFunction, double>> {
 protected:
  const std::vector<float> outputs_ = {0, 1, 0, 4};
  const Dataset images_{
      FloatImages{{0, 0, 0, 1, 2, 3, 4, 5}}, {1, 2, 2}, FloatTargets{{0, 1, 0, 1}, 2, {"x", "y"}}};
  const JudgedImages judged_{images_, {outputs_, 2}, GetParam().first, {"x", "y"}};
};

TEST_P(JudgedRows, HaveTheLossThatTrains) {
  EXPECT_NEAR(loss_of(judged_, 1), GetParam().second, 1e-6);
}

TEST_P(JudgedRows, HaveAnIntervalRoundTheirMetric) {
  // Absolute errors of (0 + 0) / 2 and (0 + 3) / 2; the labels, and the class, are right in both.
  const bool numbers =
      GetParam().first == LossFunction::kMse || GetParam().first == LossFunction::kL1;
  const Interval interval = *metric_interval(judged_);
  EXPECT_NEAR((interval.low + interval.high) / 2, numbers ? 0.75 : 1, 1e-12);
  EXPECT_NEAR(interval.half(), numbers ? 1.96 * 0.75 : 0, 1e-4);
}

TEST_P(JudgedRows, AreToldWithTheirTargets) {
  const std::string path = testing::TempDir() + "rows.csv";
  write_predictions(path, judged_, 0);
  EXPECT_TRUE(file_text(path).starts_with("image,x,y,said x,said y\n0,0,1,"));
  EXPECT_GT(mistakes_sheet(judged_, 5).pixels.size(), 0u);  // of floats; the first are all alike
}

// Of outputs 0 and 4, targets 0 and 1.
INSTANTIATE_TEST_SUITE_P(
    Of, JudgedRows,
    testing::Values(std::pair(LossFunction::kMse, 4.5), std::pair(LossFunction::kL1, 1.5),
                    std::pair(LossFunction::kBce, (std::log(2.0) + std::log1p(std::exp(-4.0))) / 2),
                    std::pair(LossFunction::kCrossEntropy, std::log1p(std::exp(-4.0)))),
    [](const auto& test) {
      std::string name = to_string(test.param.first);
      std::erase(name, '-');
      return name;
    });

}  // namespace
}  // namespace lenet
