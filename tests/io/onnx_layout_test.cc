// ONNX graphs whose images have their channels last, as Keras has them, and other views of images.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/errors.h"
#include "io/onnx_models.h"
#include "io/onnx_reference.h"
#include "lenet/onnx.h"
#include "lenet/trainer.h"

namespace lenet {
namespace {

using namespace onnx_test;

std::string shape_tensor(const std::string& name, const std::vector<float>& sizes) {
  return tensor(name, {std::ssize(sizes)}, sizes, onnx::kInt64);
}

const std::string kToFirst = node("Transpose", {"x"}, {"first"}, {integers("perm", {0, 3, 1, 2})});
const Image kImage{2, 6, 5, numbers(60)};
const Floats kWeight = numbers(3 * 2 * 9, 1), kBias = numbers(3, 2);

/// Conv, back to channels last, these nodes from "last" to "flat", and a Dense layer of 4 classes.
Parts keras(const Names& flattening, const Names& more = {}) {
  Names nodes = {kToFirst, node("Conv", {"first", "w", "b"}, {"c"}),
                 node("Transpose", {"c"}, {"last"}, {integers("perm", {0, 2, 3, 1})})};
  nodes.insert(nodes.end(), flattening.begin(), flattening.end());
  nodes.push_back(node("MatMul", {"flat", "dense"}, {"product"}));
  nodes.push_back(node("Add", {"product", "dense_bias"}, {"y"}));
  Names initializers = {tensor("w", {3, 2, 3, 3}, kWeight), tensor("b", {3}, kBias),
                        tensor("dense", {36, 4}, numbers(144, 3)),
                        tensor("dense_bias", {4}, numbers(4, 4))};
  initializers.insert(initializers.end(), more.begin(), more.end());
  return {.nodes = nodes, .initializers = initializers, .inputs = {value("x", {-1, 6, 5, 2})}};
}

Floats keras_answer() {
  return dense(conv(kImage, kWeight, kBias, 3).channels_last(), numbers(144, 3), numbers(4, 4));
}

TEST(OnnxLayout, OfADenseLayerBehindChannelsLastIsBroughtIntoLenetsOrder) {
  const Parts reshaped =
      keras({node("Reshape", {"last", "s"}, {"flat"})}, {shape_tensor("s", {-1, 36})});
  const Model net = read(reshaped);
  EXPECT_EQ(net.net.text(), "Conv2d(3, 3) Flatten Linear(4)");
  EXPECT_EQ(net.net.input_shape(), (Shape{2, 6, 5}));
  expect_near(forward(net.net, kImage.values), keras_answer());
  expect_near(forward(read(keras({node("Flatten", {"last"}, {"flat"})})).net, kImage.values),
              keras_answer());
}

TEST(OnnxLayout, OfALayerNormOfNodesIsThatOfTheOperator) {
  const Floats scale = numbers(36, 5), bias = numbers(36, 6);
  const Names constants = {tensor("scale", {36}, scale), tensor("bias", {36}, bias),
                           tensor("eps", {}, {1e-5f}), tensor("two", {}, {2})};
  const Names over = {integers("axes", {-1})};
  const Parts nodes =
      keras({node("Flatten", {"last"}, {"f"}), node("ReduceMean", {"f"}, {"m"}, over),
             node("Sub", {"f", "m"}, {"d"}), node("Pow", {"d", "two"}, {"p"}),
             node("ReduceMean", {"p"}, {"v"}, over), node("Add", {"v", "eps"}, {"e"}),
             node("Sqrt", {"e"}, {"s"}), node("Div", {"d", "s"}, {"n"}),
             node("Mul", {"n", "scale"}, {"q"}), node("Add", {"q", "bias"}, {"flat"})},
            constants);
  const Parts one = keras({node("Flatten", {"last"}, {"f"}),
                           node("LayerNormalization", {"f", "scale", "bias"}, {"flat"})},
                          constants);
  EXPECT_EQ(read(nodes).net.text(), "Conv2d(3, 3) Flatten LayerNorm Linear(4)");
  EXPECT_EQ(forward(read(nodes).net, kImage.values), forward(read(one).net, kImage.values));
}

TEST(OnnxLayout, LetsLayersStandBetweenTheFlatteningAndTheDenseLayer) {
  const Floats scale = numbers(36, 5), bias = numbers(36, 6), mean = numbers(36, 7);
  Floats variance = numbers(36, 8);
  for (float& v : variance) v += 1;
  const Model net = read(keras(
      {node("Flatten", {"last"}, {"f"}), node("Relu", {"f"}, {"r"}), node("Dropout", {"r"}, {"d"}),
       node("BatchNormalization", {"d", "s", "t", "m", "v"}, {"flat"})},
      {tensor("s", {36}, scale), tensor("t", {36}, bias), tensor("m", {36}, mean),
       tensor("v", {36}, variance)}));
  EXPECT_EQ(net.net.text(), "Conv2d(3, 3) Flatten ReLU BatchNorm1d Linear(4)");
  Floats row = conv(kImage, kWeight, kBias, 3).channels_last();
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] =
        (std::max(row[i], 0.0f) - mean[i]) / std::sqrt(variance[i] + 1e-5f) * scale[i] + bias[i];
  }
  expect_near(forward(net.net, kImage.values), dense(row, numbers(144, 3), numbers(4, 4)));
}

TEST(OnnxLayout, TakesPerChannelOperandsOnTheLastAxis) {
  const Floats bias = numbers(3, 9), factor = numbers(3, 10);
  const Model net =
      read(keras({node("Add", {"last", "k"}, {"added"}), node("Mul", {"added", "m"}, {"scaled"}),
                  node("Flatten", {"scaled"}, {"flat"})},
                 {tensor("k", {3}, bias), tensor("m", {1, 1, 1, 3}, factor)}));
  EXPECT_EQ(net.net.text(), "Conv2d(3, 3) Affine2d Flatten Linear(4)");
  Floats row = conv(kImage, kWeight, kBias, 3).channels_last();
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = (row[i] + bias[i % 3]) * factor[i % 3];
  expect_near(forward(net.net, kImage.values), dense(row, numbers(144, 3), numbers(4, 4)));
}

TEST(OnnxLayout, OfColourImagesIsSeenByTheirShapeWhereNoNodeSaysIt) {
  const Image image{3, 6, 5, numbers(90)};
  const Model net =
      read({.nodes = {node("Flatten", {"x"}, {"flat"}), node("MatMul", {"flat", "w"}, {"y"})},
            .initializers = {tensor("w", {90, 2}, numbers(180, 1))},
            .inputs = {value("x", {-1, 6, 5, 3})}});
  EXPECT_EQ(net.net.input_shape(), (Shape{3, 6, 5}));
  expect_near(forward(net.net, image.values),
              dense(image.channels_last(), numbers(180, 1), {0, 0}));
}

/// The input's shape for a Flatten and a MatMul.
Shape input_of(const Shape& dims, Names nodes = {}) {
  std::int64_t count = 1;
  Shape batched = {-1};
  for (const std::int64_t size : dims) count *= size;
  batched.insert(batched.end(), dims.begin(), dims.end());
  nodes.push_back(node("Flatten", {nodes.empty() ? "x" : "to"}, {"flat"}));
  nodes.push_back(node("MatMul", {"flat", "w"}, {"y"}));
  return read({.nodes = nodes,
               .initializers = {tensor("w", {count, 1}, numbers(count)),
                                shape_tensor("image", {-1, 1, 6, 5}),
                                shape_tensor("grey", {0, 6, 5, 1})},
               .inputs = {value("x", batched)}})
      .net.input_shape();
}

TEST(OnnxLayout, OfTheInputIsThatOfItsImages) {
  EXPECT_EQ(input_of({28, 28, 1}), (Shape{1, 28, 28}));
  EXPECT_EQ(input_of({28, 28}), (Shape{1, 28, 28}));
  EXPECT_EQ(input_of({3, 32, 32}), (Shape{3, 32, 32}));
  EXPECT_EQ(input_of({4, 3, 3}), (Shape{4, 3, 3}));
  EXPECT_EQ(input_of({30}), (Shape{30}));
  EXPECT_EQ(input_of({30}, {node("Reshape", {"x", "image"}, {"to"})}), (Shape{1, 6, 5}));
  EXPECT_EQ(input_of({30}, {node("Reshape", {"x", "grey"}, {"to"})}), (Shape{1, 6, 5}));
  EXPECT_EQ(input_of({6, 5, 1}, {node("Reshape", {"x", "image"}, {"to"})}), (Shape{1, 6, 5}));
  EXPECT_EQ(input_of({28, 1, 28}), (Shape{28, 1, 28}));
}

TEST(OnnxLayout, IsRefusedWhereOnlyAPermutationWouldDo) {
  const auto with = [](const Names& nodes) {
    return refusal(
        {.nodes = nodes,
         .initializers = {tensor("w", {3, 2, 3, 3}, kWeight), shape_tensor("s", {-1, 12, 6})},
         .inputs = {value("x", {-1, 2, 6, 6})}});
  };
  const std::string to_last = node("Transpose", {"x"}, {"last"}, {integers("perm", {0, 2, 3, 1})});
  const std::string swapped = node("Transpose", {"x"}, {"y"}, {integers("perm", {0, 1, 3, 2})});
  EXPECT_TRUE(contains(with({node("Relu", {"x"}, {"r"}), node("Transpose", {"r"}, {"y"})}),
                       "perm is [] on (N, 2, 6, 6)"));
  EXPECT_TRUE(contains(with({swapped}), "perm is [0, 1, 3, 2] on (N, 2, 6, 6), want the channels"));
  EXPECT_TRUE(contains(with({node("Relu", {"x"}, {"r"}),
                             node("Transpose", {"r"}, {"last"}, {integers("perm", {0, 2, 3, 1})}),
                             node("Conv", {"last", "w"}, {"y"})}),
                       "shape (N, 6, 6, 2), its channels last, want (N, channels"));
  EXPECT_TRUE(contains(with({node("Relu", {"x"}, {"r"}), node("Reshape", {"r", "s"}, {"y"})}),
                       "(N, 2, 6, 6) as (N, 12, 6), want the images flattened"));
  EXPECT_TRUE(contains(with({to_last, node("Relu", {"last"}, {"y"})}),
                       "the graph gives images with their channels last"));
}

TEST(OnnxView, OfMeansIsThatOfTheirChannels) {
  const Image image{2, 6, 6, numbers(72)};
  const Floats weight = numbers(2 * 3, 1), want = dense(means(image), weight, {0, 0, 0});
  const auto gives = [&](const Names& means_to_flat, std::int64_t opset) {
    Names nodes = means_to_flat;
    nodes.push_back(node("MatMul", {"flat", "w"}, {"y"}));
    const Model net =
        read({.nodes = nodes,
              .initializers = {tensor("w", {2, 3}, weight), shape_tensor("both", {-1, -2}),
                               shape_tensor("rows", {-1, 2})},
              .opset = opset});
    EXPECT_EQ(net.net.text(), "AdaptiveAvgPool2d(1) Flatten Linear(3, bias=False)");
    expect_near(forward(net.net, image.values), want);
  };
  const std::string mean = node("GlobalAveragePool", {"x"}, {"g"});
  const std::string kept = node("ReduceMean", {"x"}, {"g"}, {integers("axes", {2, 3})});
  gives({node("ReduceMean", {"x"}, {"flat"}, {integers("axes", {2, 3}), integer("keepdims", 0)})},
        13);
  gives({node("ReduceMean", {"x", "both"}, {"flat"}, {integer("keepdims", 0)})}, 18);
  gives({kept, node("Squeeze", {"g"}, {"flat"}, {integers("axes", {2, 3})})}, 11);
  gives({kept, node("Squeeze", {"g", "both"}, {"flat"})}, 21);
  gives({mean, node("Squeeze", {"g"}, {"flat"})}, 13);
  gives({mean, node("Reshape", {"g", "rows"}, {"flat"})}, 13);
  gives({mean, node("Flatten", {"g"}, {"f"}), node("Unsqueeze", {"f", "both"}, {"u"}),
         node("Squeeze", {"u", "both"}, {"flat"})},
        13);
}

TEST(OnnxView, OfMeansWithTheChannelsLast) {
  const Model net =
      read({.nodes = {kToFirst, node("Relu", {"first"}, {"r"}),
                      node("Transpose", {"r"}, {"last"}, {integers("perm", {0, 2, 3, 1})}),
                      node("ReduceMean", {"last"}, {"g"}, {integers("axes", {1, 2})}),
                      node("Transpose", {"g"}, {"again"}, {integers("perm", {0, 3, 1, 2})}),
                      node("Conv", {"again", "w"}, {"c"}), node("Flatten", {"c"}, {"y"})},
            .initializers = {tensor("w", {3, 2, 1, 1}, numbers(6))},
            .inputs = {value("x", {-1, 6, 5, 2})}});
  EXPECT_EQ(net.net.text(), "ReLU AdaptiveAvgPool2d(1) Conv2d(3, 1, bias=False) Flatten");
}

TEST(OnnxView, TakesAFlattenBackWhereImagesComeAgain) {
  const Parts parts = {
      .nodes = {node("GlobalMaxPool", {"x"}, {"g"}), node("Flatten", {"g"}, {"f"}),
                node("Unsqueeze", {"f", "both"}, {"u"}), node("Conv", {"u", "w"}, {"c"}),
                node("Flatten", {"c"}, {"y"})},
      .initializers = {tensor("w", {3, 2, 1, 1}, numbers(6)), shape_tensor("both", {2, 3})}};
  const Model net = read(parts);
  EXPECT_EQ(net.net.text(), "AdaptiveMaxPool2d(1) Conv2d(3, 1, bias=False) Flatten");
}

TEST(OnnxView, IsRefusedWhereAxesOrSizesAreOthers) {
  const auto with = [](const std::string& one) {
    return refusal({.nodes = {node("Relu", {"x"}, {"r"}), one},
                    .initializers = {shape_tensor("first", {0}), shape_tensor("second", {1}),
                                     shape_tensor("far", {9})}});
  };
  EXPECT_TRUE(contains(with(node("ReduceMean", {"r"}, {"y"}, {integers("axes", {1, 2})})),
                       "over the axes [1, 2] of (N, 2, 6, 6), want height and width"));
  EXPECT_TRUE(contains(with(node("ReduceMax", {"r"}, {"y"})), "over the axes [] of"));
  EXPECT_TRUE(contains(with(node("Squeeze", {"r", "first"}, {"y"})), "behind the batch"));
  EXPECT_TRUE(contains(with(node("Squeeze", {"r", "second"}, {"y"})), "axis 1 of (N, 2, 6, 6)"));
  EXPECT_TRUE(contains(with(node("Unsqueeze", {"r", "far"}, {"y"})), "axes [9] of 5"));
}

TEST(OnnxPadding, ThatDiffersOnBothSidesIsAZeroPad2dInFront) {
  const Image image{2, 6, 6, numbers(72)};
  const auto gives = [&](const Names& nodes, const Pads& pads, const std::string& text) {
    const Model net =
        read({.nodes = nodes,
              .initializers = {tensor("w", {3, 2, 3, 3}, kWeight), tensor("b", {3}, kBias),
                               shape_tensor("pads", {0, 0, 0, 0, 0, 0, 1, 1}),
                               shape_tensor("sides", {0, 0, 1, 1}), shape_tensor("axes", {2, 3})}});
    EXPECT_EQ(net.net.text(), text);
    expect_near(forward(net.net, image.values), conv(image, kWeight, kBias, 3, 2, pads).values);
  };
  const std::string two = integers("strides", {2, 2});
  const auto conv_of = [&](const std::string& input, const std::string& padding) {
    return node("Conv", {input, "w", "b"}, {"y"}, {two, padding});
  };
  const std::string behind = "ZeroPad2d((0, 1, 0, 1)) Conv2d(3, 3, stride=2)";
  const std::string front = "ZeroPad2d((1, 0, 1, 0)) Conv2d(3, 3, stride=2)";
  gives({conv_of("x", integers("pads", {0, 0, 1, 1}))}, {0, 0, 1, 1}, behind);
  gives({conv_of("x", integers("pads", {1, 1, 0, 0}))}, {1, 1, 0, 0}, front);
  gives({conv_of("x", integers("pads", {1, 0, 1, 2}))}, {1, 0, 1, 2},
        "ZeroPad2d((0, 2, 0, 0)) Conv2d(3, 3, stride=2, padding=(1, 0))");
  gives({conv_of("x", integers("pads", {0, 5, 0, 0}))}, {0, 5, 0, 0},
        "ZeroPad2d((5, 0, 0, 0)) Conv2d(3, 3, stride=2)");
  gives({conv_of("x", text("auto_pad", "SAME_UPPER"))}, {0, 0, 1, 1}, behind);
  gives({conv_of("x", text("auto_pad", "SAME_LOWER"))}, {1, 1, 0, 0}, front);
  gives({node("Pad", {"x", "pads"}, {"p"}), conv_of("p", text("auto_pad", "VALID"))}, {0, 0, 1, 1},
        behind);
  gives({node("Pad", {"x", "sides", "", "axes"}, {"p"}), conv_of("p", text("auto_pad", "VALID"))},
        {0, 0, 1, 1}, behind);
}

TEST(OnnxNames, OfNodesWithoutOneAreTheirNumberAndOutput) {
  std::string unnamed;
  protozero::pbf_writer writer(unnamed);
  writer.add_string(f::node::kInput, "r");
  writer.add_string(f::node::kOutput, "y");
  writer.add_string(f::node::kOperator, "Celu");
  EXPECT_TRUE(contains(refusal({.nodes = {node("Relu", {"x"}, {"r"}), unnamed}}),
                       "m.onnx: node 1, which gives \"y\" (\"Celu\"): no layer of lenet"));
}

}  // namespace
}  // namespace lenet
