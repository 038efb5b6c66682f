#include "lenet/class_weights.h"

#include "base/errors.h"

namespace lenet {
namespace {

TEST(ClassWeights, OfBalancedClassesMakeAllCountAlike) {
  const std::vector<Label> labels = {0, 1, 1, 1, 3, 3};
  EXPECT_EQ(balanced_weights(labels, 4), (std::vector<float>{1.5f, 0.5f, 0, 0.75f}));
}

TEST(ClassWeights, AreWhatTheirTextSays) {
  EXPECT_FALSE(parse_class_weights("").any());
  EXPECT_FALSE(parse_class_weights("none").any());
  EXPECT_TRUE(parse_class_weights("balanced").balanced);
  EXPECT_EQ(parse_class_weights("1,2.5,0").values, (std::vector<float>{1, 2.5f, 0}));
  for (const char* text : {"none", "balanced", "1,2.5,0", "0.1,1e-05"}) {
    EXPECT_EQ(to_string(parse_class_weights(text)), text);
  }
}

TEST(ClassWeights, ThatAreNoneAreRefused) {
  for (const char* text :
       {"0", "0,0", "-1,2", "1,,2", "1,", ",1", "nan,1", "inf", "1e39", "even", "1;2"}) {
    const std::string message = error_of(ErrorKind::kUsage, [&] { parse_class_weights(text); });
    EXPECT_TRUE(contains(message, std::string("class weights: found \"") + text + "\"")) << message;
  }
}

}  // namespace
}  // namespace lenet
