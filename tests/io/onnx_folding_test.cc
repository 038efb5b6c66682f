// Nodes of ONNX graphs that compute constants.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/errors.h"
#include "io/onnx_models.h"
#include "io/onnx_reference.h"
#include "lenet/onnx.h"

namespace lenet {
namespace {

using namespace onnx_test;

std::string whole(const std::string& name, const Shape& dims, const Floats& values) {
  return tensor(name, dims, values, onnx::kInt64);
}

/// The parameters of a Flatten of (N, 2, 6, 6), a MatMul with "weight" and what `nodes` make of it.
Parts with_weight(Names nodes, const Names& initializers, std::int64_t opset = 13) {
  nodes.push_back(node("Flatten", {"x"}, {"flat"}));
  nodes.push_back(node("MatMul", {"flat", "weight"}, {"y"}));
  return {.nodes = nodes, .initializers = initializers, .opset = opset};
}

Floats parameters(const Parts& parts) {
  const Model read = parse_onnx(model(parts), "m.onnx");
  return {read.net.parameters().begin(), read.net.parameters().end()};
}

/// (out, in) of a weight (in, out).
Floats by_output(const Floats& weight, std::size_t outputs) {
  Floats rows;
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t i = o; i < weight.size(); i += outputs) rows.push_back(weight[i]);
  }
  return rows;
}

const Floats kValues = numbers(144);

TEST(OnnxFolding, ChangesAWeightsShape) {
  const Names constants = {tensor("w", {2, 6, 6, 2}, kValues), whole("s", {2}, {72, 2}),
                           whole("open", {2}, {-1, 2}), whole("one", {1}, {1})};
  const std::vector<Names> ways = {
      {node("Reshape", {"w", "s"}, {"weight"})},
      {node("Reshape", {"w", "open"}, {"weight"})},
      {node("Unsqueeze", {"w", "one"}, {"u"}), node("Squeeze", {"u", "one"}, {"v"}),
       node("Identity", {"v"}, {"i"}), node("Reshape", {"i", "s"}, {"weight"})},
      {node("Cast", {"w"}, {"c"}, {integer("to", onnx::kFloat)}),
       node("Reshape", {"c", "s"}, {"weight"})}};
  for (const Names& nodes : ways) {
    EXPECT_EQ(parameters(with_weight(nodes, constants)), by_output(kValues, 2));
  }
}

/// A ConstantOfShape of the list "s"; `value` as tensor() makes it, or nothing.
std::string filled(const std::string& output, const std::string& value = "") {
  Names attributes;
  if (!value.empty()) attributes.push_back(tensor_attribute("value", value));
  return node("ConstantOfShape", {"s"}, {output}, attributes);
}

TEST(OnnxFolding, FillsAWeightWithOneValue) {
  const Names sizes = {whole("s", {2}, {72, 2}), whole("one", {1}, {1})};
  const std::string half = tensor("", {1}, {0.5f});
  EXPECT_EQ(parameters(with_weight({filled("weight", half)}, sizes)), Floats(144, 0.5f));
  EXPECT_EQ(parameters(with_weight({filled("weight")}, sizes)), Floats(144, 0.0f));
  const Names moved = {filled("w", half), node("Unsqueeze", {"w", "one"}, {"u"}),
                       node("Squeeze", {"u", "one"}, {"v"}), node("Neg", {"v"}, {"weight"})};
  EXPECT_EQ(parameters(with_weight(moved, sizes)), Floats(144, -0.5f));
}

TEST(OnnxFolding, FillsAShapeWithOneInteger) {
  const Parts parts = {.nodes = {filled("square", whole("", {1}, {12})),
                                 node("Reshape", {"w", "square"}, {"weight"}),
                                 node("MatMul", {"x", "weight"}, {"y"})},
                       .initializers = {tensor("w", {144}, kValues), whole("s", {1}, {2})},
                       .inputs = {value("x", {-1, 12})}};
  EXPECT_EQ(parameters(parts), by_output(kValues, 12));
}

TEST(OnnxFolding, FillsNoMoreThanAGibibyte) {
  const std::string half = tensor("", {1}, {0.5f});
  const auto refused = [&](const Floats& sizes, const Names& nodes) {
    const Names initializers = {whole("s", {std::ssize(sizes)}, sizes)};
    return refusal(with_weight(nodes, initializers));
  };
  const std::string most = "constants of one value, of more than 2^28";
  EXPECT_TRUE(contains(refused({1 << 14, (1 << 14) + 1}, {filled("weight", half)}), most));
  EXPECT_TRUE(contains(refused({1 << 14, 1 << 13}, {filled("a"), filled("b"), filled("c")}), most));
  EXPECT_TRUE(contains(refused({1 << 20, 1 << 20}, {filled("weight")}), "want at most 2^29"));
  EXPECT_TRUE(contains(refused({72, -2}, {filled("weight")}), "shape [72, -2]"));
  EXPECT_TRUE(contains(refused({72, 2}, {filled("weight", tensor("", {2}, {1, 2}))}),
                       "2 values, want one"));
}

/// From a file of some hundred bytes none of these takes memory or time of its own choice.
TEST(OnnxFolding, LetsAFillDoNoMoreThanALayerNeeds) {
  const Names sizes = {whole("s", {1}, {1 << 26}), whole("s2", {2}, {1 << 13, 1 << 13}),
                       whole("deep", {9}, Floats(9, 1)), tensor("one", {}, {1})};
  const auto refused = [&](const Names& nodes, const Shape& input = {-1, 2, 6, 6},
                           std::int64_t opset = 13) {
    return refusal(
        {.nodes = nodes, .initializers = sizes, .inputs = {value("x", input)}, .opset = opset});
  };
  const std::string most = "computed constants of more values than the file holds";
  for (const char* op : {"Neg", "Transpose", "Sqrt"}) {
    EXPECT_TRUE(contains(refused({filled("w"), node(op, {"w"}, {"y"})}), most)) << op;
  }
  EXPECT_TRUE(contains(refused({filled("w"), node("Add", {"w", "one"}, {"y"})}), most));
  EXPECT_TRUE(
      contains(refused({node("ConstantOfShape", {"deep"}, {"y"})}), "9 axes, want at most 8"));
  EXPECT_TRUE(contains(
      refused({filled("s4"), node("Upsample", {"x", "s4"}, {"y"}, {text("mode", "nearest")})},
              {-1, 2, 6, 6}, 9),
      "shape [67108864], want 4 values"));
  EXPECT_TRUE(contains(refused({node("Relu", {"x"}, {"y"})}, {-1, 1 << 28, 1, 1}), "too large"));
  Names again = {node("ConstantOfShape", {"s2"}, {"w"}), node("MatMul", {"x", "w"}, {"0"})};
  for (int i = 0; i < 99; ++i) {
    again.push_back(node("Add", {std::to_string(i), "one"}, {std::to_string(i + 1)}));
  }
  EXPECT_TRUE(contains(refused(again, {-1, 1 << 13}), "again and again"));
}

TEST(OnnxFolding, MovesAWeightsAxes) {
  // Keras' (height, width, in, out) as (out, in, height, width).
  const Floats keras = numbers(3 * 3 * 2 * 4);
  Floats want;
  for (std::size_t o = 0; o < 4; ++o) {
    for (std::size_t c = 0; c < 2; ++c) {
      for (std::size_t place = 0; place < 9; ++place)
        want.push_back(keras[(place * 2 + c) * 4 + o]);
    }
  }
  EXPECT_EQ(parameters({.nodes = {node("Transpose", {"k"}, {"w"}, {integers("perm", {3, 2, 0, 1})}),
                                  node("Conv", {"x", "w"}, {"y"})},
                        .initializers = {tensor("k", {3, 3, 2, 4}, keras)}}),
            want);
}

TEST(OnnxFolding, ComputesWithWeights) {
  const Floats row = {2, 4};
  const Names constants = {tensor("w", {72, 2}, kValues), tensor("r", {2}, row),
                           tensor("k", {1, 1}, {4})};
  Floats product = kValues;
  for (std::size_t i = 0; i < product.size(); ++i) product[i] *= row[i % 2];
  EXPECT_EQ(parameters(with_weight({node("Mul", {"w", "r"}, {"weight"})}, constants)),
            by_output(product, 2));
  Floats quotient = kValues;
  for (float& v : quotient) v = -(v / 2);
  EXPECT_EQ(parameters(with_weight({node("Sqrt", {"k"}, {"two"}), node("Div", {"w", "two"}, {"q"}),
                                    node("Neg", {"q"}, {"weight"})},
                                   constants)),
            by_output(quotient, 2));
}

TEST(OnnxFolding, TakesNumbersOfConstantNodes) {
  const auto ints = node("Constant", {}, {"s"}, {integers("value_ints", {-1, 72})});
  const auto list = node("Constant", {}, {"n"}, {integer("value_int", 72)});
  const Names flat = {node("Reshape", {"x", "s"}, {"flat"}), node("MatMul", {"flat", "w"}, {"y"})};
  EXPECT_EQ(parameters({.nodes = {ints, flat[0], flat[1]},
                        .initializers = {tensor("w", {72, 2}, kValues)}}),
            by_output(kValues, 2));
  const auto concat = node("Concat", {"open", "u"}, {"s"}, {integer("axis", 0)});
  EXPECT_EQ(parameters(
                {.nodes = {list, node("Unsqueeze", {"n", "zero"}, {"u"}), concat, flat[0], flat[1]},
                 .initializers = {tensor("w", {72, 2}, kValues), whole("open", {1}, {-1}),
                                  whole("zero", {1}, {0})}}),
            by_output(kValues, 2));
}

/// A Reshape of the input to what the nodes make of its sizes.
std::string text_of(Names nodes) {
  nodes.push_back(node("Concat", {"first", "second"}, {"to"}, {integer("axis", 0)}));
  nodes.push_back(node("Reshape", {"x", "to"}, {"y"}, {integer("allowzero", 1)}));
  return parse_onnx(model({.nodes = nodes,
                           .initializers = {whole("rest", {1}, {72}), whole("open", {1}, {-1}),
                                            whole("zero", {1}, {0}), whole("one", {1}, {1}),
                                            whole("three", {1}, {3}), whole("last", {1}, {4})},
                           .opset = 18}),
                    "m.onnx")
      .net.text();
}

std::string shape_part(const std::string& to, std::int64_t start, std::int64_t end) {
  return node("Shape", {"x"}, {to}, {integer("start", start), integer("end", end)});
}

TEST(OnnxFolding, TakesAPartOfAShape) {
  const auto identity = [](const std::string& from, const std::string& to) {
    return node("Identity", {from}, {to});
  };
  EXPECT_EQ(text_of({shape_part("first", 0, 1), identity("rest", "second")}), "Flatten");
  EXPECT_EQ(text_of({shape_part("first", -4, -3), identity("rest", "second")}), "Flatten");
  // The batch as a number, as PyTorch has it, and made a list again.
  EXPECT_EQ(text_of({shape_part("n", 0, 1), node("Squeeze", {"n"}, {"number"}),
                     node("Reshape", {"number", "open"}, {"first"}), identity("rest", "second")}),
            "Flatten");
  // All sizes but the batch, multiplied.
  EXPECT_EQ(
      text_of({node("Shape", {"x"}, {"all"}), node("Slice", {"all", "zero", "one"}, {"first"}),
               node("Slice", {"all", "three", "last"}, {"w"}), shape_part("c", 1, 2),
               shape_part("h", 2, 3), node("Mul", {"c", "h"}, {"ch"}),
               node("Mul", {"ch", "w"}, {"second"})}),
      "Flatten");
}

TEST(OnnxFolding, IsRefusedWhereItCannotBe) {
  const Names weight = {tensor("w", {72, 2}, kValues), whole("s", {2}, {71, 2}),
                        tensor("k", {3}, {1, 2, 3}), tensor("zero", {}, {0})};
  const auto with = [&](const std::string& one) { return refusal(with_weight({one}, weight)); };
  EXPECT_TRUE(contains(with(node("Reshape", {"w", "s"}, {"weight"})),
                       "shape [71, 2] of a constant of shape [72, 2]"));
  EXPECT_TRUE(
      contains(with(node("Mul", {"w", "k"}, {"weight"})), "constants of shapes [72, 2] and [3]"));
  EXPECT_TRUE(contains(with(node("Div", {"w", "zero"}, {"weight"})), "not finite"));
  EXPECT_TRUE(contains(with(node("Transpose", {"w"}, {"weight"}, {integers("perm", {0, 0})})),
                       "perm is [0, 0] for 2 axes"));
  EXPECT_TRUE(contains(with(node("Unsqueeze", {"w", "s"}, {"weight"})), "axis 71 of 4"));
  const auto batch = [&](const std::string& op) {
    return error_of(ErrorKind::kBadInput, [&] {
      text_of({shape_part("n", 0, 1), node(op, {"n", "one"}, {"first"}),
               node("Identity", {"rest"}, {"second"})});
    });
  };
  EXPECT_TRUE(contains(batch("Mul"), "computes with the number of images"));
}

TEST(OnnxFolding, HoldsNoMoreThanTheFileAllows) {
  // 24 copies of a million values, which a Transpose makes of 4 MB.
  Names nodes;
  std::string last = "w";
  for (int i = 0; i < 24; ++i) {
    const std::string next = "w" + std::to_string(i);
    nodes.push_back(node("Transpose", {last}, {next}));
    last = next;
  }
  EXPECT_TRUE(
      contains(refusal({.nodes = nodes,
                        .initializers = {tensor("w", {1 << 10, 1 << 10}, Floats(1 << 20, 0.5f))}}),
               "computed constants of more values than the file holds"));
}

}  // namespace
}  // namespace lenet
