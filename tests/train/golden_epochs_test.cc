// Ten epochs of the chapter against PyTorch's, one test a seed so that they can run side by side.
#include "lenet/fit.h"
#include "train/golden.h"

namespace lenet {
namespace {

class GoldenEpochs : public testing::TestWithParam<int> {};

TEST_P(GoldenEpochs, TrainAsPyTorchDoes) {
  const auto& [train, test] = fashion_mnist();
  const nlohmann::json golden =
      golden_json("lenet_seed" + std::to_string(GetParam()) + "_epochs.json")["epochs"];
  ASSERT_EQ(golden.size(), 10u);
  FitOptions options{.seed = static_cast<std::uint64_t>(GetParam())};
  if (kUnderSanitizer) options.max_steps = 5;  // a sanitizer takes twenty times as long
  Sequential net = make_lenet();
  const Report report = fit(net, train, test, options);

  if (kUnderSanitizer) {
    ASSERT_EQ(report.step_losses.size(), 5u);
    for (const double loss : report.step_losses) EXPECT_LT(loss, 4);
    return;
  }
  ASSERT_EQ(report.epochs.size(), golden.size());
  for (std::size_t i = 0; i < golden.size(); ++i) {
    EXPECT_NEAR(report.epochs[i].train_loss, golden[i]["loss"], 0.0005) << "epoch " << i + 1;
    EXPECT_NEAR(report.epochs[i].train_acc(), golden[i]["train_acc"], 0.0005) << "epoch " << i + 1;
  }
  expect_the_chapters_band(report);
}

INSTANTIATE_TEST_SUITE_P(Seed, GoldenEpochs, testing::Values(0, 1, 2));

}  // namespace
}  // namespace lenet
