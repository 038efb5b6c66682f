#include "export/c_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <limits>

namespace lenet {
namespace {

TEST(CText, FloatsAreConstantsThatReadBackBitForBit) {
  EXPECT_EQ(c_float(1), "1.0f");
  EXPECT_EQ(c_float(-0.0f), "-0.0f");
  EXPECT_EQ(c_float(0.1f), "0.1f");
  std::uint32_t bits = 1;
  for (int i = 0; i < 100000; ++i) {
    bits = bits * 1664525u + 1013904223u;                        // Numerical Recipes
    const auto value = std::bit_cast<float>(bits & 0xFF7FFFFF);  // finite
    const std::string text = c_float(value);
    EXPECT_EQ(std::bit_cast<std::uint32_t>(std::strtof(text.c_str(), nullptr)), bits & 0xFF7FFFFF)
        << text;
    EXPECT_NE(text.find_first_of(".e"), std::string::npos) << text;
  }
  for (const float value : {std::numeric_limits<float>::max(), std::numeric_limits<float>::min(),
                            std::numeric_limits<float>::denorm_min()}) {
    EXPECT_EQ(std::strtof(c_float(value).c_str(), nullptr), value);
  }
}

TEST(CText, StringsEscapeWhatCReadsOtherwise) {
  EXPECT_EQ(c_string("ankle boot"), R"("ankle boot")");
  EXPECT_EQ(c_string("\"\\"), R"("\"\\")");
  EXPECT_EQ(c_string("?\?/"), R"("\?\?/")");
  EXPECT_EQ(c_string("\n1\x7f"), R"("\0121\177")");
  EXPECT_EQ(c_string("\xc3\xa4"
                     "7"),
            R"("\303\2447")");
}

TEST(CText, IdentifiersAreLettersDigitsAndUnderscores) {
  for (const char* good : {"a", "Model_7"}) EXPECT_TRUE(is_c_identifier(good)) << good;
  for (const char* bad : {"", "7a", "_a", "a-b", "a b", "\xc3\xa4"}) {
    EXPECT_FALSE(is_c_identifier(bad)) << bad;
  }
  EXPECT_EQ(to_c_identifier("my-model.v2"), "my_model_v2");
  EXPECT_EQ(to_c_identifier("5net"), "model_5net");
  EXPECT_EQ(to_c_identifier(""), "model_");
}

TEST(CText, ListsKeepToAHundredColumns) {
  const std::string text = c_list(std::vector<std::string>(100, "12345678"));
  std::size_t start = 0;
  for (std::size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    EXPECT_LE(end - start, 100u);
  }
  EXPECT_EQ(c_list({"1", "2"}), "    1, 2,\n");
}

}  // namespace
}  // namespace lenet
