// The result of training has the same bits for any number of threads, for every instruction set
// with FMA, and every time.
#include <cstring>

#include "kernels/targets.h"
#include "lenet/fit.h"
#include "lenet/trainer.h"
#include "train/datasets.h"
#include "train/golden.h"

namespace lenet {
namespace {

const std::vector<int> kThreads = kUnderSanitizer ? std::vector{1, 3} : std::vector{1, 2, 3, 7};

/// 23 whole batches of 256 and one of 208, or fewer under a sanitizer.
const Dataset& examples() {
  static const Dataset data = first_images(fashion_mnist().first, kUnderSanitizer ? 1100 : 6096);
  return data;
}

struct Trained {
  std::vector<float> weights;
  double loss, accuracy;
};

/// LeNet after one epoch of batches of `batch_size`.
Trained train_an_epoch(int threads, std::int64_t batch_size) {
  Sequential net = make_lenet();
  const Report report =
      fit(net, examples(), examples(), {.epochs = 1, .batch_size = batch_size, .threads = threads});
  EXPECT_EQ(report.threads, threads);
  return {{net.parameters().begin(), net.parameters().end()}, report.loss, report.test_acc()};
}

void expect_same_bits(const Trained& got, const Trained& want, const std::string& what) {
  ASSERT_EQ(got.weights.size(), want.weights.size());
  EXPECT_EQ(
      std::memcmp(got.weights.data(), want.weights.data(), want.weights.size() * sizeof(float)), 0)
      << what;
  EXPECT_EQ(got.loss, want.loss) << what;
  EXPECT_EQ(got.accuracy, want.accuracy) << what;
}

TEST(SameBits, OnAnyNumberOfThreadsAndEveryTargetWithFma) {
  const Trained want = train_an_epoch(1, 256);
  EXPECT_TRUE(std::isfinite(want.loss));
  for (const std::int64_t target : fma_targets()) {
    const ForcedTarget forced(target);
    for (const int threads : kThreads) {
      expect_same_bits(
          train_an_epoch(threads, 256), want,
          std::string(hwy::TargetName(target)) + ", " + std::to_string(threads) + " threads");
    }
  }
}

TEST(SameBits, OnAnyNumberOfThreadsWithoutFma) {
  for (const std::int64_t target : kernel_targets()) {
    if (has_fma(target)) continue;
    const ForcedTarget forced(target);
    const Trained want = train_an_epoch(1, 256);
    expect_same_bits(train_an_epoch(3, 256), want, hwy::TargetName(target));
  }
}

TEST(SameBits, ForBatchesLargerThanAMicroBatch) {
  // 2,000 images are 125 packs, a micro-batch 64.
  const Trained want = train_an_epoch(1, kUnderSanitizer ? 1100 : 2000);
  for (const int threads : {2, 7}) {
    expect_same_bits(train_an_epoch(threads, kUnderSanitizer ? 1100 : 2000), want,
                     std::to_string(threads) + " threads");
  }
}

TEST(SameBits, InTheFiguresOfBatchesLargerThanAMicroBatch) {
  // A micro-batch has 64 packs, or 4 a thread: 1,024 images on 16 threads, 1,088 on 17.
  const Dataset data = noise_images({1, 6, 6}, 5000, 4);
  for (const std::int64_t batch_size : {2500, 5000}) {
    std::vector<std::vector<double>> figures;
    for (const int threads : {1, 2, 3, 8, 17}) {
      Sequential net = Sequential::parse("Conv2d(3, 3) ReLU Flatten Linear(4)");
      figures.emplace_back();
      FitOptions options{.epochs = 3, .batch_size = batch_size, .lr = 0.1, .threads = threads};
      options.on_step = [&](const StepEvent& e) { figures.back().push_back(e.step_loss); };
      const Report report = fit(net, data, data, options);
      for (const FitPoint& p : report.points) {
        figures.back().push_back(p.train_loss.value_or(*p.test_metric));
      }
      figures.back().push_back(evaluate(net, data, threads).metrics.loss_sum);
      EXPECT_EQ(figures.back(), figures.front()) << batch_size << ", " << threads << " threads";
    }
  }
}

TEST(SameBits, EveryTime) {
  const Trained want = train_an_epoch(2, 256);
  for (int i = 0; i < 3; ++i) expect_same_bits(train_an_epoch(2, 256), want, "again");
}

TEST(SameBits, InEvaluationOnAnyNumberOfThreads) {
  Generator generator;
  Sequential net = make_lenet();
  net.build({1, 28, 28}, generator);
  const Dataset data = first_images(fashion_mnist().second, 997);
  const Evaluation want = evaluate(net, data, 1);
  EXPECT_EQ(want.metrics.examples, 997);
  for (const int threads : kThreads) {
    const Evaluation got = evaluate(net, data, threads);
    EXPECT_EQ(got.metrics.loss_sum, want.metrics.loss_sum);
    EXPECT_EQ(got.metrics.metric_sum, want.metrics.metric_sum);
    EXPECT_EQ(got.predicted, want.predicted);
  }
}

}  // namespace
}  // namespace lenet
