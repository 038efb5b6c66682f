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

// Rows of what is in brackets are indented, and count in the total once.
TEST(Summary, ShowsWhatIsInBrackets) {
  Sequential net = Sequential::parse(
      "Conv2d(2, 1) Residual[ Conv2d(2, 3, padding=1) ReLU ] Sum[ Conv2d(3, 1) | [ Conv2d(3, 1) ] "
      "] Flatten");
  Generator generator;
  net.build({1, 4, 4}, generator);
  EXPECT_EQ(summary_table(net),
            "         layer                      output            parameters   multiply-adds\n"
            "---------------------------------------------------------------------------------\n"
            "         (input)                    1x4x4         \n"
            "      0  Conv2d(2, 1)               2x4x4                      4              32\n"
            "      1  Residual                   2x4x4                     38             576\n"
            "    1.0    Conv2d(2, 3, padding=1)  2x4x4                     38             576\n"
            "    1.1    ReLU                     2x4x4                      0               0\n"
            "      2  Sum                        3x4x4                     18             192\n"
            "  2.0.0    Conv2d(3, 1)             3x4x4                      9              96\n"
            "  2.1.0    Sequential               3x4x4                      9              96\n"
            "2.1.0.0      Conv2d(3, 1)           3x4x4                      9              96\n"
            "      3  Flatten                    48                         0               0\n"
            "---------------------------------------------------------------------------------\n"
            "         total                                                60             800\n"
            "         one training example: 2,368 multiply-adds; weights: 0.2 KiB\n");
  EXPECT_EQ(summary_d2l(net),
            "Conv2d output shape: \t torch.Size([1, 2, 4, 4])\n"
            "Residual output shape: \t torch.Size([1, 2, 4, 4])\n"
            "Sum output shape: \t torch.Size([1, 3, 4, 4])\n"
            "Flatten output shape: \t torch.Size([1, 48])\n");
}

// The gradient by an input costs as much again, where parameters made it.
TEST(Summary, CountsTheWorkOfBranches) {
  Sequential net = Sequential::parse("Sum[ Conv2d(2, 1) | Conv2d(2, 1) ] Conv2d(1, 1)");
  Generator generator;
  net.build({1, 2, 2}, generator);
  EXPECT_EQ(work_of(net).forward, 8 + 8 + 8);
  EXPECT_EQ(work_of(net).training, 2 * 8 + 2 * 8 + 3 * 8);
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
