// Words of names, and the subset that they name.
#include "formats/subset.h"

#include <gtest/gtest.h>

namespace lenet {
namespace {

TEST(WordsOf, ANameAreItsPiecesInLowerCase) {
  EXPECT_EQ(words_of("train-images-idx3-ubyte.gz"),
            (std::vector<std::string>{"train", "images", "idx3", "ubyte", "gz"}));
  EXPECT_EQ(words_of("xTrain"), (std::vector<std::string>{"x", "train"}));
  EXPECT_EQ(words_of("X_TRAIN"), (std::vector<std::string>{"x", "train"}));
  EXPECT_EQ(words_of("fashion-mnist_train"),
            (std::vector<std::string>{"fashion", "mnist", "train"}));
  EXPECT_TRUE(words_of("").empty());
  EXPECT_TRUE(words_of("--._").empty());
}

TEST(SubsetOf, WordsIsTheOneThatTheyName) {
  for (const char* name : {"train", "Training", "seg_train", "x_train", "latest-train-images"}) {
    EXPECT_EQ(subset_of(words_of(name)), Subset::kTrain) << name;
  }
  for (const char* name : {"val", "valid", "Validation", "x_val"}) {
    EXPECT_EQ(subset_of(words_of(name)), Subset::kValidation) << name;
  }
  for (const char* name : {"t10k-images", "Test", "testing", "xTest"}) {
    EXPECT_EQ(subset_of(words_of(name)), Subset::kTest) << name;
  }
}

TEST(SubsetOf, NoWordOfTwoOrOfAPartIsNone) {
  for (const char* name : {"latest", "contest", "trainer", "untrained", "trains", "value", "images",
                           "", "train_test"}) {
    EXPECT_FALSE(subset_of(words_of(name))) << name;
  }
}

}  // namespace
}  // namespace lenet
