// Clip, Max and Min of ONNX, which lenet has no layers for, as layers that it has.
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

/// From the input, (N, 2, 6, 6), to "y", with the bounds as constants.
Parts bounded(const std::string& node, float least = 0, float most = 6) {
  return {.nodes = {node},
          .initializers = {tensor("least", {}, {least}), tensor("most", {}, {most})}};
}

/// Numbers from -10 to 10.
Floats wide() {
  Floats values = numbers(72);
  for (float& v : values) v *= 20;
  return values;
}

void expect_bounds(const Parts& parts, float least, float most) {
  const Floats x = wide();
  Floats want = x;
  for (float& v : want) v = std::min(std::max(v, least), most);
  expect_near(forward(read(parts).net, x), want);
}

TEST(OnnxBounds, OfReLU6) {
  const Parts clip = bounded(node("Clip", {"x", "least", "most"}, {"y"}));
  EXPECT_EQ(read(clip).net.text(), "ReLU6");
  expect_bounds(clip, 0, 6);
  const Parts attributes =
      bounded(node("Clip", {"x"}, {"y"}, {number("min", 0), number("max", 6)}));
  EXPECT_EQ(read(attributes).net.text(), "ReLU6");
  expect_bounds(attributes, 0, 6);
  Parts in_two = bounded(node("Max", {"least", "x"}, {"m"}));
  in_two.nodes.push_back(node("Min", {"m", "most"}, {"y"}));
  EXPECT_EQ(read(in_two).net.text(), "ReLU Affine2d ReLU Affine2d");
  expect_bounds(in_two, 0, 6);
}

TEST(OnnxBounds, OfZeroAloneAreReLU) {
  EXPECT_EQ(read(bounded(node("Clip", {"x", "least"}, {"y"}))).net.text(), "ReLU");
  EXPECT_EQ(read(bounded(node("Max", {"x", "least"}, {"y"}))).net.text(), "ReLU");
  EXPECT_EQ(read(bounded(node("Clip", {"x"}, {"y"}, {number("min", 0), number("max", 3.4e38f)})))
                .net.text(),
            "ReLU");
}

TEST(OnnxBounds, OfAnyNumbers) {
  expect_bounds(bounded(node("Clip", {"x", "least", "most"}, {"y"}), -1.5f, 2.5f), -1.5f, 2.5f);
  expect_bounds(bounded(node("Clip", {"x", "", "most"}, {"y"}), 0, 2), -100, 2);
  expect_bounds(bounded(node("Min", {"x", "most"}, {"y"}), 0, -3), -100, -3);
}

TEST(OnnxBounds, OfFeaturesAreRefusedUnlessAReLUDoes) {
  const auto behind_flatten = [](const std::string& one, float most = 5) {
    Parts parts = bounded(node("Flatten", {"x"}, {"flat"}), 0, most);
    parts.nodes.push_back(one);
    return parts;
  };
  EXPECT_EQ(read(behind_flatten(node("Clip", {"flat", "least"}, {"y"}))).net.text(),
            "Flatten ReLU");
  EXPECT_EQ(read(behind_flatten(node("Clip", {"flat", "least", "most"}, {"y"}), 6)).net.text(),
            "Flatten ReLU6");
  EXPECT_TRUE(
      contains(refusal(behind_flatten(node("Clip", {"flat", "least", "most"}, {"y"}))),
               "node \"n\" (\"Clip\"): bounds of features, (N, 72), want bounds of images"));
  EXPECT_TRUE(
      contains(refusal(bounded(node("Clip", {"x", "most", "least"}, {"y"}))), "from 6 to 0"));
  EXPECT_TRUE(
      contains(refusal(bounded(node("Max", {"x", "least", "most"}, {"y"}))), "as its one input"));
}

}  // namespace
}  // namespace lenet
