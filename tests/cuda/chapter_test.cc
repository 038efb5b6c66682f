// The chapter's run on a graphics card.
#include "lenet/fit.h"
#include "train/golden.h"

namespace lenet {
namespace {

TEST(CudaChapter, LandsWhereSoundRunsLand) {
  const auto& [train, test] = fashion_mnist();
  Sequential net = make_lenet();
  const Report report = fit(net, train, test, {.device = {Device::Kind::kCuda, 0}});
  expect_the_chapters_band(report);
}

}  // namespace
}  // namespace lenet
