// What ONNX graphs do to the pixels in front of all layers, which lenet's normalization does.
#include <gtest/gtest.h>

#include <algorithm>
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

/// These nodes from "x" to "front", with the constants one, two, ..., and a Flatten.
Parts in_front(Names nodes, const std::vector<Floats>& constants, const Shape& dims,
               std::int64_t type = onnx::kFloat) {
  nodes.push_back(node("Flatten", {"front"}, {"y"}));
  Parts parts{.nodes = nodes, .inputs = {value("x", dims, type)}};
  const char* const names[] = {"one", "two", "three", "four"};
  for (std::size_t i = 0; i < constants.size(); ++i) {
    const std::int64_t count = std::ssize(constants[i]);
    const bool last = dims.back() == count && dims[1] != count;
    const Shape shape = count == 1 ? Shape() : last ? Shape{count} : Shape{count, 1, 1};
    parts.initializers.push_back(tensor(names[i], shape, constants[i]));
  }
  return parts;
}

Normalization normalization_of(const Parts& parts) {
  return parse_onnx(model(parts), "m.onnx").net.normalization();
}

std::string step(const std::string& op, const std::string& from, const std::string& constant,
                 const std::string& to) {
  return node(op, {from, constant}, {to});
}

const Shape kGrey = {-1, 1, 6, 6}, kColour = {-1, 3, 6, 6}, kColourLast = {-1, 6, 6, 3};

void expect_same(const Normalization& got, const Floats& mean, const Floats& deviation) {
  expect_near(got.mean, mean);
  expect_near(got.deviation, deviation);
}

TEST(OnnxFront, ThatMakesBytesPixelsIsWhatLenetDoesAnyway) {
  EXPECT_EQ(normalization_of(in_front({step("Div", "x", "one", "front")}, {{255}}, kGrey)),
            Normalization());
  EXPECT_EQ(normalization_of(in_front({step("Mul", "x", "one", "front")}, {{1 / 255.0f}}, kGrey)),
            Normalization());
  EXPECT_EQ(
      normalization_of(in_front({step("Mul", "x", "one", "a"), step("Add", "a", "two", "front")},
                                {{1 / 255.0f}, {0}}, kGrey)),
      Normalization());
  EXPECT_EQ(normalization_of(in_front({step("Mul", "x", "one", "front")}, {{1}}, kGrey)),
            Normalization());
}

TEST(OnnxFront, IsTheNormalizationOfPixelsFromZeroToOne) {
  expect_same(
      normalization_of(in_front({step("Sub", "x", "one", "a"), step("Div", "a", "two", "front")},
                                {{0.5f}, {0.25f}}, kGrey)),
      {0.5f}, {0.25f});
  expect_same(
      normalization_of(in_front({step("Mul", "x", "one", "a"), step("Add", "a", "two", "front")},
                                {{2}, {-1}}, kColour)),
      {0.5f, 0.5f, 0.5f}, {0.5f, 0.5f, 0.5f});
}

TEST(OnnxFront, OfBytesIsTheNormalizationOfPixels) {
  // (x - 51) / 102 of a byte x is (p - 0.2) / 0.4 of p = x / 255.
  expect_same(
      normalization_of(in_front({step("Sub", "x", "one", "a"), step("Div", "a", "two", "front")},
                                {{51}, {102}}, kGrey)),
      {0.2f}, {0.4f});
  // Keras' Rescaling(1 / 127.5, offset=-1).
  expect_same(
      normalization_of(in_front({step("Mul", "x", "one", "a"), step("Add", "a", "two", "front")},
                                {{1 / 127.5f}, {-1}}, kGrey)),
      {0.5f}, {0.5f});
  // The mean alone taken away.
  expect_same(normalization_of(in_front({step("Sub", "x", "one", "front")}, {{51}}, kGrey)), {0.2f},
              {1 / 255.0f});
  // Divided by 255, then standardised.
  expect_same(
      normalization_of(in_front({step("Div", "x", "one", "a"), step("Sub", "a", "two", "b"),
                                 step("Div", "b", "three", "front")},
                                {{255}, {0.1f, 0.2f, 0.3f}, {0.5f, 0.25f, 0.125f}}, kColour)),
      {0.1f, 0.2f, 0.3f}, {0.5f, 0.25f, 0.125f});
}

TEST(OnnxFront, HasAValueAChannelOnWhicheverAxisTheChannelsAre) {
  const Names nodes = {step("Sub", "x", "one", "a"), step("Div", "a", "two", "b"),
                       node("Transpose", {"b"}, {"front"}, {integers("perm", {0, 3, 1, 2})})};
  expect_same(
      normalization_of(in_front(nodes, {{0.1f, 0.2f, 0.3f}, {0.5f, 0.25f, 0.125f}}, kColourLast)),
      {0.1f, 0.2f, 0.3f}, {0.5f, 0.25f, 0.125f});
}

TEST(OnnxFront, OfAnInputOfBytesBeginsWithACast) {
  const std::string cast = node("Cast", {"x"}, {"a"}, {integer("to", onnx::kFloat)});
  EXPECT_EQ(normalization_of(
                in_front({cast, step("Div", "a", "one", "front")}, {{255}}, kGrey, onnx::kUint8)),
            Normalization());
  expect_same(normalization_of(
                  in_front({cast, step("Div", "a", "one", "front")}, {{2}}, kGrey, onnx::kUint8)),
              {0}, {2 / 255.0f});
  const std::string message = error_of(ErrorKind::kBadInput, [&] {
    normalization_of(in_front({step("Div", "x", "one", "front")}, {{255}}, kGrey, onnx::kUint8));
  });
  EXPECT_TRUE(contains(message, "takes the input's bytes, want a Cast to floats"));
}

/// A BatchNormalization in front with this scale, bias, mean and variance.
Parts batch_norm(const Floats& values) {
  Parts parts{.nodes = {node("BatchNormalization", {"x", "one", "two", "three", "four"}, {"n"}),
                        node("Flatten", {"n"}, {"y"})},
              .inputs = {value("x", kGrey)}};
  const char* const names[] = {"one", "two", "three", "four"};
  for (std::size_t i = 0; i < values.size(); ++i) {
    parts.initializers.push_back(tensor(names[i], {1}, {values[i]}));
  }
  return parts;
}

TEST(OnnxFront, MayBeABatchNormalizationOfBytes) {
  // (x - 51) / 102 * 2 + 1 = (x - 0) / 51 of a byte x.
  expect_same(normalization_of(batch_norm({2, 1, 51, 102 * 102})), {0}, {0.2f});
  const Model plain = parse_onnx(model(batch_norm({2, 1, 0.2f, 0.16f})), "m.onnx");
  EXPECT_EQ(plain.net.text(), "BatchNorm2d Flatten");
  EXPECT_EQ(plain.net.normalization(), Normalization());
}

TEST(OnnxFront, ThatTurnsBlackIntoWhiteIsALayer) {
  const Model net =
      parse_onnx(model(in_front({step("Div", "x", "one", "a"), step("Mul", "a", "two", "b"),
                                 step("Add", "b", "three", "front")},
                                {{255}, {-1}, {1}}, kGrey)),
                 "m.onnx");
  EXPECT_EQ(net.net.text(), "Affine2d Flatten");
  Floats want = numbers(36);
  const Floats image = want;
  for (float& v : want) v = 1 - v;
  expect_near(forward(net.net, image), want);
}

TEST(OnnxFront, MayTakeThePixelsFromANumber) {
  const Model net = parse_onnx(
      model(in_front({step("Div", "x", "one", "a"), node("Sub", {"two", "a"}, {"front"})},
                     {{255}, {1}}, kGrey)),
      "m.onnx");
  EXPECT_EQ(net.net.text(), "Affine2d Flatten");
  const Model behind =
      parse_onnx(model(in_front({node("Relu", {"x"}, {"a"}), node("Sub", {"one", "a"}, {"front"})},
                                {{1}}, kGrey)),
                 "m.onnx");
  EXPECT_EQ(behind.net.text(), "ReLU Affine2d Flatten");
  const Floats image = numbers(36);
  Floats inverted = image, rectified = image;
  for (float& v : inverted) v = 1 - v;
  for (float& v : rectified) v = 1 - std::max(v, 0.0f);
  expect_near(forward(net.net, image), inverted);
  expect_near(forward(behind.net, image), rectified);
}

TEST(OnnxFront, IsRefusedWhereItLeavesNothingOrFitsNoChannels) {
  const auto refusal = [](const Parts& parts) {
    return error_of(ErrorKind::kBadInput, [&] { normalization_of(parts); });
  };
  EXPECT_TRUE(contains(refusal(in_front({step("Div", "x", "one", "front")}, {{0}}, kGrey)),
                       "a division by 0"));
  EXPECT_TRUE(contains(refusal(in_front({step("Mul", "x", "one", "front")}, {{0}}, kGrey)),
                       "a factor of 0"));
  EXPECT_TRUE(
      contains(refusal(in_front({step("Sub", "x", "one", "front")}, {{1, 2}}, kColour)),
               "a constant of shape [2, 1, 1] beside (N, 3, 6, 6), want one value a channel"));
}

}  // namespace
}  // namespace lenet
