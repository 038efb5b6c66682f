#include "lenet/summary.h"

#include "base/errors.h"

namespace lenet {
namespace {

Sequential built_lenet() {
  Generator generator;
  Sequential net = make_lenet();
  net.build({1, 28, 28}, generator);
  return net;
}

TEST(Summary, CountsLeNetsWork) {
  // Forward: 6*25*28*28 + 16*150*10*10 + 400*120 + 120*84 + 84*10. Training: three times that, but
  // for the first layer's gradient by its input.
  const Sequential net = built_lenet();
  constexpr std::int64_t kFirst = 6 * 25 * 28 * 28;
  constexpr std::int64_t kForward = kFirst + 16 * 150 * 10 * 10 + 400 * 120 + 120 * 84 + 84 * 10;
  static_assert(kForward == 416520 && 3 * kForward - kFirst == 1131960);  // as the design states
  EXPECT_EQ(work_of(net).forward, kForward);
  EXPECT_EQ(work_of(net).training, 3 * kForward - kFirst);
}

TEST(Summary, HasEachLayersParameters) {
  const std::vector<LayerSummary> layers = summarize(built_lenet());
  ASSERT_EQ(layers.size(), 12u);
  const std::int64_t want[] = {156, 0, 0, 2416, 0, 0, 0, 48120, 0, 10164, 0, 850};
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(layers[i].parameters, want[i]) << i;
  EXPECT_EQ(layers[0].name, "Conv2d");
  EXPECT_EQ(layers[0].text, "Conv2d(6, 5, padding=2)");
  EXPECT_EQ(layers[5].output, (Shape{16, 5, 5}));
}

TEST(Summary, PrintsTheChaptersLines) {
  EXPECT_EQ(summary_d2l(built_lenet()),
            "Conv2d output shape: \t torch.Size([1, 6, 28, 28])\n"
            "Sigmoid output shape: \t torch.Size([1, 6, 28, 28])\n"
            "AvgPool2d output shape: \t torch.Size([1, 6, 14, 14])\n"
            "Conv2d output shape: \t torch.Size([1, 16, 10, 10])\n"
            "Sigmoid output shape: \t torch.Size([1, 16, 10, 10])\n"
            "AvgPool2d output shape: \t torch.Size([1, 16, 5, 5])\n"
            "Flatten output shape: \t torch.Size([1, 400])\n"
            "Linear output shape: \t torch.Size([1, 120])\n"
            "Sigmoid output shape: \t torch.Size([1, 120])\n"
            "Linear output shape: \t torch.Size([1, 84])\n"
            "Sigmoid output shape: \t torch.Size([1, 84])\n"
            "Linear output shape: \t torch.Size([1, 10])\n");
}

TEST(Summary, TableHasTheTotals) {
  const std::string table = summary_table(built_lenet());
  for (const char* part : {"1x28x28", "Conv2d(6, 5, padding=2)", "16x5x5", "48,120", "61,706",
                           "416,520", "1,131,960", "241.0 KiB"}) {
    EXPECT_TRUE(contains(table, part));
  }
}

}  // namespace
}  // namespace lenet
