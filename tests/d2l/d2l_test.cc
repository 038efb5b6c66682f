#include "lenet/d2l.h"

#include <algorithm>
#include <sstream>

#include "base/errors.h"
#include "train/datasets.h"

namespace lenet::d2l {
namespace {

const Matrix kX{3, 3, {0, 1, 2, 3, 4, 5, 6, 7, 8}};

TEST(Corr2d, GivesTheBooksExample) {
  EXPECT_EQ(corr2d(kX, {2, 2, {0, 1, 2, 3}}), (Matrix{2, 2, {19, 25, 37, 43}}));
}

TEST(Corr2d, FindsTheBooksEdges) {
  // 6.2.3: a white image with a black band in the middle; 1 from white to black, -1 back.
  Matrix X{6, 8, std::vector<float>(48, 1.0f)};
  for (std::int64_t r = 0; r < 6; ++r) {
    for (std::int64_t c = 2; c < 6; ++c) X(r, c) = 0;
  }
  const Matrix Y = corr2d(X, {1, 2, {1, -1}});
  ASSERT_EQ(Y.rows, 6);
  ASSERT_EQ(Y.columns, 7);
  for (std::int64_t r = 0; r < 6; ++r) {
    for (std::int64_t c = 0; c < 7; ++c) EXPECT_EQ(Y(r, c), c == 1 ? 1 : c == 5 ? -1 : 0);
  }
}

TEST(Pool2d, GivesTheBooksExamples) {
  EXPECT_EQ(pool2d(kX, {2, 2}), (Matrix{2, 2, {4, 5, 7, 8}}));
  EXPECT_EQ(pool2d(kX, {2, 2}, "avg"), (Matrix{2, 2, {2, 3, 5, 6}}));
  EXPECT_EQ(pool2d(kX, {1, 3}, "max"), (Matrix{3, 1, {2, 5, 8}}));
}

TEST(Corr2dAndPool2d, RefuseWindowsThatDoNotFitAndOtherModes) {
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage,
                                [] {
                                  corr2d(kX, {4, 1, {1, 2, 3, 4}});
                                }),
                       "4x1 does not fit 3x3"));
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage,
                                [] {
                                  pool2d(kX, {1, 4});
                                }),
                       "1x4 does not fit 3x3"));
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage,
                                [] {
                                  pool2d(kX, {2, 2}, "sum");
                                }),
                       "mode 'sum'"));
}

TEST(Accuracy, CountsTheRightPredictionsOfTheBook) {
  // 3.6.5: the first example's class 2 is wrong, the second's is right.
  const Label y[] = {0, 2};
  EXPECT_EQ(accuracy({2, 3, {0.1f, 0.3f, 0.6f, 0.3f, 0.2f, 0.5f}}, y), 1);
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage,
                                [&] {
                                  accuracy({1, 3, {1, 2, 3}}, y);
                                }),
                       "1 predictions, 2 labels"));
}

TEST(TrainCh6, PrintsTheChaptersLinesAndDrawsItsPoints) {
  const DataIter train{noise_images({1, 28, 28}, 160, 10, 1), 16, true};
  const DataIter test{noise_images({1, 28, 28}, 20, 10, 2), 16, false};
  Sequential net = make_lenet();
  std::ostringstream out;
  const TrainCh6 result = train_ch6(net, train, test, 2, 0.9f, Device{}, out);
  const Report& r = result.report;
  char want[200];
  std::snprintf(want, sizeof(want),
                "training on cpu\nloss %.3f, train acc %.3f, test acc %.3f\n"
                "%.1f examples/sec on cpu\n",
                r.loss, r.train_acc(), r.test_acc(), r.examples_per_sec);
  EXPECT_EQ(out.str(), want);
  EXPECT_EQ(r.points.size(), 12u);
  EXPECT_EQ(evaluate_accuracy_gpu(net, test), r.test_acc());
}

TEST(TrainCh6, TrainsAsFitDoesFromTheSameSeed) {
  const DataIter train{noise_images({1, 28, 28}, 64, 10, 1), 16, true};
  const DataIter test{noise_images({1, 28, 28}, 20, 10, 2), 16, false};
  Sequential net = make_lenet(), same = make_lenet();
  std::ostringstream out;
  train_ch6(net, train, test, 1, 0.9f, Device{}, out);
  fit(same, train.data, test.data, {.epochs = 1, .batch_size = 16});
  EXPECT_TRUE(
      std::equal(net.parameters().begin(), net.parameters().end(), same.parameters().begin()));
}

TEST(TrainCh6, RefusesAGraphicsCardThatIsNotThere) {
  const DataIter data{noise_images({1, 28, 28}, 16, 10, 1), 16, true};
  Sequential net = make_lenet();
  std::ostringstream out;
  const Device card{Device::Kind::kCuda, 99};
  EXPECT_TRUE(contains(
      error_of(ErrorKind::kFailed, [&] { train_ch6(net, data, data, 1, 0.9f, card, out); }),
      "cuda:99"));
}

}  // namespace
}  // namespace lenet::d2l
