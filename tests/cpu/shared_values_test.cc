// The plan of a graph whose values have several readers.
#include <gtest/gtest.h>

#include "base/aligned.h"
#include "cpu/plan.h"
#include "nn/networks.h"

namespace lenet::cpu {
namespace {

/// A network of `text` as a graph in which each node of `reads` reads the value beside it.
struct Branched {
  Sequential net;
  Graph graph;

  Branched(const char* text, const Shape& input,
           const std::vector<std::pair<std::size_t, std::int64_t>>& reads)
      : net(Sequential::parse(text)) {
    build_at_random(net, input);
    graph = graph_of(net);
    for (const auto& [node, value] : reads) graph.nodes[node].inputs = {value};
  }
};

/// One pass forward, and one backward from the outputs of `ends`, whose gradients are all 1.
class Passes {
 public:
  Passes(const Branched& net, const std::vector<std::size_t>& ends)
      : plan(net.graph), arena(plan.arena_size()), packed(plan.packed_size()), gradients(plan, 1) {
    plan.pack(net.net, packed.data());
    const PackPass pass{
        .parameters = net.net.parameters(), .packed = packed.data(), .arena = arena.data()};
    for (std::int64_t i = 0; i < plan.stages().front().input().count; ++i) {
      arena.data()[i] = static_cast<float>(i * 37 % 64 - 31) / 32;
    }
    plan.forward(pass);
    for (const std::size_t end : ends) {
      const PlannedStage& stage = plan.stages()[end];
      outputs.emplace_back(arena.data() + stage.output,
                           arena.data() + stage.output + stage.output_count);
      std::fill_n(arena.data() + stage.dy, stage.output_count, 1.0f);
    }
    plan.backward({0, plan.stages().size()}, pass, {gradients, 0});
  }

  /// The gradient by the first stage's parameters, summed over the pack.
  std::vector<float> first_gradient() {
    const PlannedStage& first = plan.stages().front();
    std::vector<float> sum(static_cast<std::size_t>(first.node.parameters.last));
    for (const UpdatePart& part : first.cpu->traits().parts) {
      const ParameterRange ranges[] = {part.weight, part.bias};
      gradients.sum(first, part, ranges, kPack, false, sum);
    }
    return sum;
  }

  Plan plan;
  AlignedFloats arena, packed;
  BatchGradients gradients;
  std::vector<std::vector<float>> outputs;
};

double sum_of(const Passes& passes) {
  double sum = 0;
  for (const auto& output : passes.outputs) {
    for (const float v : output) sum += v;
  }
  return sum;
}

/// Expects the gradient of the sum of all outputs of `ends` by the first stage's parameters to be
/// that of central differences.
void expect_first_gradient(Branched net, const std::vector<std::size_t>& ends) {
  const std::vector<float> got = Passes(net, ends).first_gradient();
  double distance = 0, norm = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    constexpr float kStep = 1.0f / 64;
    float& p = net.net.parameters()[i];
    const float at = p;
    p = at + kStep;
    const double above = sum_of(Passes(net, ends));
    p = at - kStep;
    const double below = sum_of(Passes(net, ends));
    p = at;
    const double want = (above - below) / (2 * static_cast<double>(kStep));
    distance += (got[i] - want) * (got[i] - want);
    norm += want * want;
  }
  EXPECT_GT(norm, 0);
  EXPECT_LE(std::sqrt(distance / norm), 1e-3);
}

TEST(SharedValues, HaveTheSumOfTheGradientsOfTwoReaders) {
  expect_first_gradient({"Linear(4) Sigmoid Linear(4) Linear(3)", {5}, {{3, 2}}}, {1, 2});
}

TEST(SharedValues, HaveTheSumOfTheGradientsOfThreeReadersThatCannotWriteOverWhatTheyRead) {
  expect_first_gradient(
      {"Conv2d(2, 3, padding=1) Tanh AvgPool2d(3, stride=1, padding=1) AvgPool2d(2) Conv2d(3, 2)",
       {1, 4, 4},
       {{3, 2}, {4, 2}}},
      {1, 2, 3});
}

TEST(SharedValues, HaveTheSumOfTheGradientsOfReadersOfAValueWithoutActivation) {
  expect_first_gradient({"Linear(4) Linear(4) SiLU Linear(2)", {3}, {{2, 1}, {3, 1}}}, {1, 2, 3});
}

TEST(SharedValues, HaveReadersBehindAFlattenToo) {
  const Branched net("Conv2d(2, 2) Flatten ReLU Dropout", {1, 3, 3}, {{3, 1}});
  const Plan plan(net.graph);
  ASSERT_EQ(plan.stages().size(), 3);
  EXPECT_EQ(plan.stages()[0].activation, Function());
  EXPECT_EQ(plan.stages()[1].sources.front(), 0);
  EXPECT_EQ(plan.stages()[2].sources.front(), 0);
  expect_first_gradient({"Conv2d(2, 2) Flatten SiLU Linear(3)", {1, 3, 3}, {{3, 2}}}, {1, 2});
}

TEST(SharedValues, NeedNoGradientWhereNothingTrainsBefore) {
  Branched net("Linear(4) Linear(4) Linear(4)", {3}, {{2, 1}});
  const Frozen frozen{.parameters = {net.graph.nodes[0].parameters}, .buffers = {}};
  const Plan plan(net.graph, frozen);
  EXPECT_FALSE(plan.stages()[1].wants_dx());
  EXPECT_FALSE(plan.stages()[2].wants_dx());
}

TEST(SharedValues, HandNoActivationToAPooling) {
  const Branched alone("Conv2d(2, 2) Sigmoid AvgPool2d(2)", {1, 5, 5}, {});
  EXPECT_TRUE(Plan(alone.graph).stages()[0].activation_left);
  const Branched shared("Conv2d(2, 2) Sigmoid AvgPool2d(2) Conv2d(2, 1)", {1, 5, 5}, {{3, 2}});
  EXPECT_FALSE(Plan(shared.graph).stages()[0].activation_left);
}

TEST(SharedValues, AreNotWrittenOverByAFunction) {
  const Branched shared("Linear(4) Sigmoid Linear(4)", {3}, {{2, 1}});
  const Plan plan(shared.graph);
  ASSERT_EQ(plan.stages().size(), 3);
  EXPECT_EQ(plan.stages()[0].activation, Function());
}

TEST(SharedValues, AreNoneInAChain) {
  const Branched chain("Linear(4) Sigmoid Linear(4) Flatten Linear(2)", {3}, {});
  const Plan plan(chain.graph);
  ASSERT_EQ(plan.stages().size(), 3);
  for (const PlannedStage& stage : plan.stages()) {
    EXPECT_EQ(stage.dy, stage.output);
    EXPECT_EQ(stage.input().reader, Reader::kOnly);
  }
  EXPECT_FALSE(plan.stages()[0].wants_dx());
  EXPECT_TRUE(plan.stages()[2].wants_dx());
}

}  // namespace
}  // namespace lenet::cpu
