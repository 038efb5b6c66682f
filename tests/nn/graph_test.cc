#include "nn/graph.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "lenet/error.h"

namespace lenet {
namespace {

TEST(Graph, OfAChainReadsEachValueOnce) {
  Sequential net = Sequential::parse("Conv2d(3, 2) BatchNorm2d Flatten Dropout Linear(4)");
  Generator generator;
  net.build({2, 4, 5}, generator);
  const Graph graph = graph_of(net);
  EXPECT_EQ(graph.values, (std::vector<Shape>{{2, 4, 5}, {3, 3, 4}, {3, 3, 4}, {36}, {36}, {4}}));
  ASSERT_EQ(graph.nodes.size(), 5u);
  for (std::int64_t i = 0; i < net.size(); ++i) {
    const Node& node = graph.nodes[static_cast<std::size_t>(i)];
    EXPECT_EQ(node.index, i);
    EXPECT_EQ(node.path, std::to_string(i));
    EXPECT_EQ(node.inputs, std::vector<std::int64_t>{i});
    EXPECT_EQ(node.output, i + 1);
    EXPECT_EQ(node.layer, &net[i]);
    EXPECT_TRUE(node.op == net[i].operation());
  }
  EXPECT_EQ(graph.input_of(graph.nodes[4]), (Shape{36}));
  EXPECT_EQ(graph.output_of(graph.nodes[4]), (Shape{4}));
  EXPECT_EQ(part_of(net.parameters(), graph.nodes[4].parameters).size(), 4u * 36 + 4);
  EXPECT_EQ(part_of(net.buffers(), graph.nodes[1].buffers).size(), 6u);
}

TEST(Graph, WantsShapes) {
  const Sequential net = Sequential::parse("Linear(4)");
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { graph_of(net); }), "build()"));
}

}  // namespace
}  // namespace lenet
