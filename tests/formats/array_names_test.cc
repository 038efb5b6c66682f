// The places that arrays have by their names.
#include "formats/array_names.h"

#include "base/errors.h"

namespace lenet {
namespace {

TEST(ArrayNames, OfKerasMedMnistKuzushijiAndOthersHaveTheirPlaces) {
  const std::vector<std::vector<std::string>> all = {
      {"x_train", "y_train", "x_test", "y_test"},
      {"X_train", "Y_train", "X_test", "Y_test"},
      {"train_images", "train_labels", "test_images", "test_labels"},
      {"kmnist-train-imgs", "kmnist-train-labels", "kmnist-test-imgs", "kmnist-test-labels"},
      {"train_data", "train_targets", "test_data", "test_targets"}};
  for (const std::vector<std::string>& names : all) {
    const ArrayNames placed = name_arrays(names, "a");
    EXPECT_EQ(placed.train.images, names[0]);
    EXPECT_EQ(placed.train.labels, names[1]);
    EXPECT_EQ(placed.test.images, names[2]);
    EXPECT_EQ(placed.test.labels, names[3]);
    EXPECT_TRUE(placed.validation.empty());
  }
}

TEST(ArrayNames, WithoutASubsetAreTheTrainingSetIfNoneSaysTrain) {
  EXPECT_EQ(name_arrays({"images", "labels"}, "a").train.images, "images");
  EXPECT_EQ(name_arrays({"data", "target"}, "a").train.labels, "target");
  EXPECT_EQ(name_arrays({"data", "x_train", "y_train"}, "a").train.images, "x_train");
  EXPECT_TRUE(name_arrays({"arr_0", "weights", "train_test_x"}, "a").train.empty());
}

TEST(ArrayNames, OfOnePlaceTwiceAreRefused) {
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput,
                                [] {
                                  name_arrays({"x_train", "train_images"}, "a.npz");
                                }),
                       "a.npz: x_train and train_images are both images by their names"));
}

}  // namespace
}  // namespace lenet
