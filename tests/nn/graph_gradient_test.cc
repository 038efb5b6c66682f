// Networks with branches: outputs, loss and every gradient against the reference in double.
#include <string>
#include <vector>

#include "nn/networks.h"

namespace lenet {
namespace {

/// Every producer of a value that meets others, every join, and every reader of what they give.
std::vector<std::string> networks() {
  const char* producers[] = {"Conv2d(2, 3, padding=1)",
                             "Conv2d(2, 1) ReLU",
                             "Conv2d(2, 1) Sigmoid",
                             "Conv2d(2, 1) SiLU",
                             "MaxPool2d(3, stride=1, padding=1)",
                             "Conv2d(2, 1) Tanh AvgPool2d(3, stride=1, padding=1)",
                             "BatchNorm2d",
                             "Conv2d(2, 1) BatchNorm2d ReLU",
                             "Residual[ Conv2d(2, 1) ]",
                             "Sum[ Conv2d(2, 1) | Conv2d(2, 1) Tanh ] ReLU",
                             "Concat[ Conv2d(1, 1) | Conv2d(1, 1) Tanh ]",
                             "Concat[ | Conv2d(1, 3, padding=1) ] Conv2d(2, 1)"};
  const char* joins[] = {"Residual[ {} ]",
                         "Sum[ {} | Conv2d(2, 1) ]",
                         "Sum[ Conv2d(2, 1) Sigmoid | {} | ]",
                         "Sum[ | | {} ]",
                         "Concat[ | {} ]",
                         "Concat[ {} | Conv2d(3, 1) ReLU | ]",
                         "Concat[ {} | {} ]",
                         "Scale[ {} ]",
                         "Scale[ {} AdaptiveAvgPool2d(1) Conv2d(2, 1) Sigmoid ]",
                         "Residual[ Scale[ {} AdaptiveAvgPool2d(1) Flatten ] ]"};
  const char* readers[] = {"",
                           "ReLU",
                           "SiLU",
                           "MaxPool2d(2)",
                           "Sigmoid AvgPool2d(2)",
                           "BatchNorm2d",
                           "Concat[ | Conv2d(1, 1) ] Residual[ Tanh ]"};
  const char* firsts[] = {"Conv2d(2, 1) ", "Conv2d(2, 1) Tanh "};
  std::vector<std::string> texts;
  std::size_t turn = 0;
  for (const char* join : joins) {
    for (const char* producer : producers) {
      std::string text = join;
      for (std::size_t at; (at = text.find("{}")) != text.npos;) text.replace(at, 2, producer);
      // Each pair of producer and join with one first and one reader; each pair of join and reader.
      texts.push_back(std::string(firsts[turn % 2]) + text + " " +
                      readers[turn % std::size(readers)] + " Flatten Linear(3)");
      ++turn;
    }
  }
  return texts;
}

class GraphGradient : public testing::TestWithParam<std::string> {};

// Weights by which no ReLU and no maximum changes within a step of the differences. The gradient of
// a bias in front of a normalisation is 0 but for rounding.
TEST_P(GraphGradient, IsThatOfTheReference) {
  Sequential net = Sequential::parse(GetParam());
  Generator generator(8);
  net.build({2, 4, 4}, generator);
  generator.uniform(net.parameters(), -0.5, 0.5);
  const reference::Network reference = reference::network_of(GetParam(), {2, 4, 4});
  const auto examples = random_examples({2, 4, 4}, 3, 19);
  expect_reference_gradient(net, reference, examples, {.batch_size = 32, .threads = 2}, 0.05);
}

INSTANTIATE_TEST_SUITE_P(Generated, GraphGradient, testing::ValuesIn(networks()));

class GraphOutputs : public testing::TestWithParam<const char*> {};

TEST_P(GraphOutputs, AndGradientsAreThoseOfTheReference) {
  Sequential net = Sequential::parse(GetParam());
  build_at_random(net, {2, 6, 5});
  expect_reference(net, reference::network_of(GetParam(), {2, 6, 5}));
}

INSTANTIATE_TEST_SUITE_P(
    Graphs, GraphOutputs,
    testing::Values("Residual[ Conv2d(2, 3, padding=1) ReLU ] Flatten Linear(3)",
                    "Concat[ | Conv2d(1, 3, padding=1) ] Concat[ | Conv2d(1, 1) ] Concat[ | "
                    "Conv2d(1, 1) ] Flatten Linear(3)",
                    "Flatten Linear(6) Sigmoid Residual[ Linear(6) Tanh Residual[ Linear(6) ReLU ] "
                    "] Concat[ | Linear(2) ] Linear(3)",
                    "Conv2d(3, 1) Concat[ Conv2d(2, 1) ReLU | Conv2d(2, 3, padding=1) ReLU | "
                    "MaxPool2d(3, stride=1, padding=1) Conv2d(1, 1) ReLU ] AvgPool2d(2) Flatten "
                    "Linear(3)",
                    // The last value is a join's; U-Net's shape; an output that others read.
                    "Conv2d(2, 1) Residual[ Conv2d(2, 3, padding=1) ] Flatten",
                    "Flatten Linear(4) Concat[ | Linear(3) ReLU ]",
                    "Flatten Linear(4) Tanh Sum[ | Linear(4) Sigmoid | Linear(4) ]",
                    "Flatten Linear(4) Sum[ | ]", "Flatten Linear(4) Concat[ | | Flatten ]",
                    "Flatten Linear(4) Concat[ | Linear(2) ] ReLU",
                    "Sum[ Conv2d(2, 1) | Residual[ Conv2d(2, 1) ] ] Flatten Linear(3)",
                    "Conv2d(2, 1) Sum[ Conv2d(2, 1) | Residual[ Conv2d(2, 1) ] ] Flatten "
                    "Linear(3)"));

}  // namespace
}  // namespace lenet
