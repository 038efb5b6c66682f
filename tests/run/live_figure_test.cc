#include <gtest/gtest.h>

#include <string>

#include "data/test_files.h"
#include "lenet/live.h"
#include "plot/terminal.h"
#include "train/datasets.h"

namespace lenet {
namespace {

/// Trains a small network for two epochs of three steps.
Report train(const FitOptions& options) {
  Sequential net = Sequential::parse("Flatten Linear(2)");
  const Dataset data = noise_images({1, 4, 4}, 30, 2);
  return fit(net, data, data, options);
}

FitOptions two_epochs() { return {.epochs = 2, .batch_size = 10, .lr = 0.1, .threads = 1}; }

TEST(LiveFigure, IsDrawnInATerminal) {
  const ScopedEnv term("TERM", "xterm"), no_color("NO_COLOR", "1");
  Terminal terminal(60, 16);
  FitOptions options = two_epochs();
  LiveFigure figure(options, terminal.file());
  train(options);
  figure.finish();
  std::string screen;
  while (!terminal.silent()) screen += terminal.frame();
  EXPECT_TRUE(contains(screen, "epoch 2/2"));
  EXPECT_TRUE(contains(screen, "train loss"));
  EXPECT_TRUE(contains(screen, "\xe2\xa0")) << "a character of braille";
}

TEST(LiveFigure, IsALineAnEpochElsewhere) {
  std::FILE* const file = std::tmpfile();
  FitOptions options = two_epochs();
  LiveFigure figure(options, file);
  train(options);
  figure.finish();
  std::string text(4096, '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  EXPECT_TRUE(text.starts_with("epoch 1/2  loss ")) << text;
  EXPECT_TRUE(contains(text, "\nepoch 2/2  loss ")) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
}

TEST(LiveFigure, HasTheCurvesOfTheRunAndOfTheImagesSetAside) {
  FitOptions options = two_epochs();
  options.holdout = 0.4;
  LiveFigure figure(options, nullptr);
  const Report report = train(options);
  const std::string svg = figure.animator().svg();
  EXPECT_TRUE(contains(svg, "holdout acc"));

  FitOptions again = two_epochs();
  again.holdout = 0.4;
  LiveFigure later(again, nullptr);  // of a run that goes on
  for (const FitPoint& point : report.points) later.add(point);
  EXPECT_EQ(later.animator().svg(), svg);
}

TEST(LiveFigure, NamesTheMetricOfTheDatasLoss) {
  FitOptions options = two_epochs();
  options.holdout = 0.4;
  LiveFigure figure(options, nullptr);
  Sequential net = Sequential::parse("Flatten Linear(2)");
  const Dataset data = noise_with_rows({1, 4, 4}, 30, 2);
  const Report report = fit(net, data, data, options);
  const std::string svg = figure.animator().svg();
  for (const char* label : {"train mae", "test mae", "holdout mae"}) {
    EXPECT_TRUE(contains(svg, label)) << label;
  }
  EXPECT_FALSE(contains(svg, "acc"));
  EXPECT_GT(report.points.size(), 2u);
}

TEST(LiveFigure, CallsWhatWasThereBefore) {
  FitOptions options = two_epochs();
  int steps = 0, points = 0, epochs = 0;
  options.on_step = [&](const StepEvent&) { ++steps; };
  options.on_point = [&](const FitPoint&) { ++points; };
  options.on_epoch = [&](const EpochReport&) { ++epochs; };
  LiveFigure figure(options, nullptr);
  const Report report = train(options);
  EXPECT_EQ(steps, 6);
  EXPECT_EQ(points, std::ssize(report.points));
  EXPECT_EQ(epochs, 2);
}

}  // namespace
}  // namespace lenet
