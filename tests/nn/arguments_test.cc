#include "nn/arguments.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lenet {
namespace {

const std::vector<Parameter> kConv2d = {
    {"out_channels"}, {"kernel_size", "kernel"}, {"stride"}, {"padding"}, {"bias"}};

struct Conv2dValues {
  std::int64_t out_channels;
  IntegerPair kernel, stride, padding;
  bool bias;
  bool operator==(const Conv2dValues&) const = default;
};

/// What a reader of Conv2d makes of the first layer of a text.
Conv2dValues conv2d(const std::string& text) {
  const ModelText model = parse_model_text(text);
  const Arguments arguments(model, model.layers.front(), kConv2d);
  return {.out_channels = arguments.integer("out_channels"),
          .kernel = arguments.pair("kernel_size"),
          .stride = arguments.pair("stride", {1, 1}),
          .padding = arguments.pair("padding", {0, 0}),
          .bias = arguments.boolean("bias", true)};
}

std::string refusal_of(const std::string& text) {
  try {
    conv2d(text);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kUsage);
    return e.what();
  }
  ADD_FAILURE() << "accepted: " << text;
  return "";
}

TEST(Arguments, MatchParametersByPositionThenByName) {
  const Conv2dValues expected = {6, {5, 5}, {1, 1}, {2, 2}, true};
  EXPECT_EQ(conv2d("Conv2d(6, 5, 1, 2)"), expected);
  EXPECT_EQ(conv2d("Conv2d(6, 5, padding=2)"), expected);
  EXPECT_EQ(conv2d("Conv2d(padding=2, kernel_size=5, out_channels=6)"), expected);
}

TEST(Arguments, TakeAPairWhereAnIntegerStandsForBoth) {
  EXPECT_EQ(conv2d("Conv2d(7, (3, 5), padding=(1, 0), stride=(1, 2), bias=False)"),
            (Conv2dValues{7, {3, 5}, {1, 2}, {1, 0}, false}));
}

TEST(Arguments, KnowAParameterByItsSynonym) {
  EXPECT_EQ(conv2d("Conv2d(6, kernel=3)"), conv2d("Conv2d(6, kernel_size=3)"));
}

TEST(Arguments, OptionalIntegersHaveADefault) {
  const ModelText model = parse_model_text("L L(3)");
  EXPECT_EQ(Arguments(model, model.layers[0], {{"n"}}).integer("n", 8), 8);
  EXPECT_EQ(Arguments(model, model.layers[1], {{"n"}}).integer("n", 8), 3);
}

TEST(Arguments, RefuseOneTooMany) {
  EXPECT_EQ(refusal_of("Conv2d(6, 5, 1, 2, True, 3)"),
            "model text, line 1, column 26: one argument too many, want Conv2d(out_channels, "
            "kernel_size, stride, padding, bias)\n"
            "  Conv2d(6, 5, 1, 2, True, 3)\n"
            "                           ^");
  const ModelText model = parse_model_text("Tanh(1)");
  EXPECT_THROW(Arguments(model, model.layers[0], {}), Error);
}

TEST(Arguments, RefuseAnUnknownName) {
  EXPECT_EQ(refusal_of("Conv2d(6, 5, pading=2)"),
            "model text, line 1, column 14: unknown argument pading, want Conv2d(out_channels, "
            "kernel_size, stride, padding, bias)\n"
            "  Conv2d(6, 5, pading=2)\n"
            "               ^");
}

TEST(Arguments, RefuseTheSameParameterTwice) {
  EXPECT_EQ(refusal_of("Conv2d(6, 5, kernel=3)"),
            "model text, line 1, column 14: kernel_size is given twice\n"
            "  Conv2d(6, 5, kernel=3)\n"
            "               ^");
  EXPECT_EQ(refusal_of("Conv2d(6, 5,\n stride=1, stride=2)"),
            "model text, line 2, column 12: stride is given twice\n"
            "   stride=1, stride=2)\n"
            "             ^");
}

TEST(Arguments, RefuseToGoWithoutARequiredOne) {
  EXPECT_EQ(refusal_of("  Conv2d(6)"),
            "model text, line 1, column 3: no kernel_size, want Conv2d(out_channels, kernel_size, "
            "stride, padding, bias)\n"
            "    Conv2d(6)\n"
            "    ^");
}

TEST(Arguments, RefuseAnotherType) {
  EXPECT_EQ(refusal_of("Conv2d((6, 6), 5)"),
            "model text, line 1, column 8: out_channels is (6, 6), want an integer\n"
            "  Conv2d((6, 6), 5)\n"
            "         ^");
  EXPECT_EQ(refusal_of("Conv2d(6, 2.50)"),
            "model text, line 1, column 11: kernel_size is 2.50, want an integer or a pair (h, w)\n"
            "  Conv2d(6, 2.50)\n"
            "            ^");
  EXPECT_EQ(refusal_of("Conv2d(6, 5, bias=0)"),
            "model text, line 1, column 14: bias is 0, want True or False\n"
            "  Conv2d(6, 5, bias=0)\n"
            "               ^");
}

}  // namespace
}  // namespace lenet
