// The chapter's run on a graphics card.
#include "lenet/fit.h"
#include "train/golden.h"

namespace lenet {
namespace {

TEST(CudaChapter, LandsWhereSoundRunsLand) {
  const auto& [train, test] = fashion_mnist();
  Sequential net = make_lenet();
  const Report report = fit(net, train, test, {.device = {Device::Kind::kCuda, 0}});
  EXPECT_GT(report.loss, 0.44);
  EXPECT_LT(report.loss, 0.48);
  EXPECT_GT(report.train_acc, 0.82);
  EXPECT_LT(report.train_acc, 0.84);
  EXPECT_GT(report.test_acc, 0.74);
  EXPECT_LT(report.test_acc, 0.83);
}

}  // namespace
}  // namespace lenet
