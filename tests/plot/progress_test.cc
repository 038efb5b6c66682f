#include "plot/progress.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "plot/text.h"

namespace lenet {
namespace {

constexpr Progress kSome{.epoch = 3,
                         .epochs = 10,
                         .step = 94,
                         .steps = 235,
                         .images_per_second = 78900,
                         .loss = 0.912,
                         .metric = 0.634,
                         .seconds_left = 5};

TEST(ProgressLine, TellsTheShareOfTheWholeRun) {
  // Two epochs and 94 of 235 steps are 24 % of ten: 7.2 of the 30 characters.
  std::string bar;
  for (int i = 0; i < 7; ++i) bar += "━";
  for (int i = 7; i < 30; ++i) bar += "─";
  EXPECT_EQ(progress_line(kSome, 120, false),
            "epoch 3/10  " + bar + "   24%  78,900 images/s  loss 0.912  acc 0.634  0:05 left");
}

TEST(ProgressLine, FitsEveryWidthAndKeepsTheEpochLongest) {
  for (int columns = 1; columns <= 150; ++columns) {
    for (const bool color : {false, true}) {
      EXPECT_LE(terminal_width(progress_line(kSome, columns, color)), columns);
    }
  }
  EXPECT_EQ(progress_line(kSome, 46, false), "epoch 3/10  loss 0.912  acc 0.634  0:05 left");
  EXPECT_EQ(progress_line(kSome, 24, false), "epoch 3/10  loss 0.912");
  EXPECT_EQ(progress_line(kSome, 8, false), "epoch 3/");
}

TEST(ProgressLine, GroupsDigitsAndSplitsTime) {
  Progress p = kSome;
  const auto line = [&p] { return progress_line(p, 200, false); };
  p.images_per_second = 999.6;
  EXPECT_NE(line().find("  1,000 images/s"), std::string::npos);
  p.images_per_second = 123;
  EXPECT_NE(line().find("  123 images/s"), std::string::npos);
  p.images_per_second = 1234567;
  EXPECT_NE(line().find("  1,234,567 images/s"), std::string::npos);
  p.seconds_left = 3599.6;
  EXPECT_NE(line().find("  1:00:00 left"), std::string::npos);
  p.seconds_left = 125;
  EXPECT_NE(line().find("  2:05 left"), std::string::npos);
}

TEST(ProgressLine, LeavesOutWhatIsNoNumber) {
  Progress p = kSome;
  for (const double odd : {std::numeric_limits<double>::quiet_NaN(), -1.0,
                           std::numeric_limits<double>::infinity(), 1e300}) {
    p.images_per_second = odd;
    p.seconds_left = odd;
    const std::string line = progress_line(p, 200, false);
    EXPECT_EQ(line.find("images/s"), std::string::npos) << odd;
    EXPECT_EQ(line.find("left"), std::string::npos) << odd;
  }
  p.loss = std::nan("");
  EXPECT_NE(progress_line(p, 200, false).find("loss nan"), std::string::npos);
}

TEST(EpochLine, ShowsTheTestAccuracyIfThereIsOne) {
  EpochResult result{.epoch = 3,
                     .epochs = 10,
                     .loss = 0.8124,
                     .train_metric = 0.681,
                     .test_metric = 0.673,
                     .images_per_second = 76500};
  EXPECT_EQ(epoch_line(result),
            "epoch 3/10  loss 0.812  train acc 0.681  test acc 0.673  76,500 images/s");
  result.holdout_metric = 0.69;
  EXPECT_EQ(epoch_line(result),
            "epoch 3/10  loss 0.812  train acc 0.681  test acc 0.673  holdout acc 0.690  76,500 "
            "images/s");
  result.test_metric = result.holdout_metric = std::nullopt;
  EXPECT_EQ(epoch_line(result), "epoch 3/10  loss 0.812  train acc 0.681  76,500 images/s");
}

TEST(EpochLine, ShowsHalfOfTheIntervalOfTheTestAccuracy) {
  EXPECT_EQ(epoch_line({.epoch = 1,
                        .epochs = 1,
                        .loss = 1,
                        .train_metric = 0.5,
                        .test_metric = 0.772,
                        .test_margin = 0.0082}),
            "epoch 1/1  loss 1.000  train acc 0.500  test acc 0.772 ± 0.008  0 images/s");
}

TEST(ProgressLine, IsAsciiWhereTheCurvesAre) {
  Progress progress = {.epoch = 1, .epochs = 2, .step = 1, .steps = 3};
  progress.test_metric = 0.5, progress.test_margin = 0.1;
  const std::string line = progress_line(progress, 100, false, Glyphs::kAscii);
  for (const char c : line) EXPECT_TRUE(c >= ' ' && c < 0x7F) << line;
  EXPECT_TRUE(line.find("test acc 0.500") != line.npos) << line;
}

}  // namespace
}  // namespace lenet
