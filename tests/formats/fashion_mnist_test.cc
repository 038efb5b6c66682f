#include "lenet/fashion_mnist.h"

#include <algorithm>
#include <cmath>

#include "base/sha256.h"
#include "data/test_files.h"
#include "formats/fashion_mnist_files.h"
#include "lenet/load_data.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

const fs::path kDebianFolder = "/usr/share/datasets/fashion-mnist";

std::string sha256_of(const std::string& bytes) {
  return sha256({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// The image file that `data` came from, rebuilt.
std::string image_file_of(const Dataset& data) {
  const std::string pixels(reinterpret_cast<const char*>(data.image(0)),
                           static_cast<std::size_t>(data.size() * 28 * 28));
  return image_file(static_cast<std::uint32_t>(data.size()), 28, 28, pixels);
}

std::vector<int> first_labels(const Dataset& data) {
  return {data.labels().begin(), data.labels().begin() + 10};
}

class FashionMnist : public TestFolder {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fs::exists(kDebianFolder)) << "install dataset-fashion-mnist";
  }
};

TEST_F(FashionMnist, HoldsTheFilesThatZalandoPublished) {
  const auto [train, test] = load_data_fashion_mnist({.dir = kDebianFolder});
  EXPECT_EQ(train.size(), 60'000);
  EXPECT_EQ(test.size(), 10'000);
  EXPECT_EQ(train.image_shape(), (Shape{1, 28, 28}));
  EXPECT_EQ(sha256_of(image_file_of(train)),
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888");
  EXPECT_EQ(sha256_of(image_file_of(test)),
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b");
}

TEST_F(FashionMnist, HasTheLabelsThatTheDatasetIsKnownFor) {
  const auto [train, test] = load_data_fashion_mnist({.dir = kDebianFolder});
  EXPECT_EQ(first_labels(train), (std::vector<int>{9, 0, 0, 3, 0, 2, 7, 2, 5, 5}));
  EXPECT_EQ(first_labels(test), (std::vector<int>{9, 2, 1, 1, 6, 1, 4, 6, 5, 7}));
  for (int label = 0; label < 10; ++label) {
    EXPECT_EQ(std::count(train.labels().begin(), train.labels().end(), label), 6'000);
    EXPECT_EQ(std::count(test.labels().begin(), test.labels().end(), label), 1'000);
  }
}

// 0.2860 and 0.3530 are the constants by which this training set is commonly normalised.
TEST_F(FashionMnist, HasThePublishedMeanAndDeviation) {
  const Dataset train = load_data_fashion_mnist({.dir = kDebianFolder}).first;
  double sum = 0, squares = 0;
  const std::int64_t count = train.size() * 28 * 28;
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = train.image(0)[i] / 255.0;
    sum += value;
    squares += value * value;
  }
  const double mean = sum / static_cast<double>(count);
  EXPECT_NEAR(mean, 0.2860, 0.00005);
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(count) - mean * mean), 0.3530, 0.00005);
}

TEST_F(FashionMnist, KnowsItsClassNames) {
  const auto [train, test] = load_idx_folder(kDebianFolder);
  ASSERT_EQ(train.class_names().size(), 10u);
  EXPECT_EQ(train.class_names()[0], "t-shirt");
  EXPECT_EQ(test.class_names()[9], "ankle boot");
}

TEST_F(FashionMnist, LooksOnlyInTheGivenFolder) {
  const ScopedEnv env("LENET_DATA", kDebianFolder.string());
  const std::string message =
      error_of(ErrorKind::kIo, [&] { load_data_fashion_mnist({.dir = dir_}); });
  EXPECT_TRUE(contains(message, (dir_ / "train-images-idx3-ubyte").string()));
}

TEST_F(FashionMnist, LooksOnlyInTheFolderOfTheEnvironment) {
  const ScopedEnv env("LENET_DATA", dir_.string());
  const std::string message = error_of(ErrorKind::kIo, [] { load_data_fashion_mnist(); });
  EXPECT_TRUE(contains(message, dir_.string()));
  EXPECT_TRUE(contains(message, "$LENET_DATA"));
}

TEST_F(FashionMnist, IsFoundWhereDebianPutsIt) {
  const ScopedEnv unset("LENET_DATA", std::nullopt);
  EXPECT_EQ(load_data_fashion_mnist({.mirrors = {}}).first.size(), 60'000);
}

TEST(FashionMnistLabels, AreNamedAsInD2l) {
  const std::vector<Label> labels = {9, 0, 6};
  EXPECT_EQ(get_fashion_mnist_labels(labels),
            (std::vector<std::string>{"ankle boot", "t-shirt", "shirt"}));
  const std::vector<Label> beyond = {10};
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [&] { get_fashion_mnist_labels(beyond); }),
                       "label 10"));
}

TEST(FashionMnistCache, FollowsXdgThenHome) {
  const ScopedEnv home("HOME", "/home/ada");
  {
    const ScopedEnv xdg("XDG_CACHE_HOME", "/var/cache/ada");
    EXPECT_EQ(standard_places().cache, "/var/cache/ada/lenet/fashion-mnist");
  }
  const ScopedEnv relative("XDG_CACHE_HOME", "cache");
  EXPECT_EQ(standard_places().cache, "/home/ada/.cache/lenet/fashion-mnist");
}

}  // namespace
}  // namespace lenet
