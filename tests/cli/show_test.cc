// lenet show.
#include "cli/cli_test.h"
#include "lenet/image.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

class CliShow : public Cli {
 protected:
  CliShow() {
    const Outcome trained = run({"train", "--data", "bands", "--max-steps", "2", "--out", "out",
                                 "--model", "Conv2d(4, 3) ReLU MaxPool2d(2) Flatten Linear(3)"});
    EXPECT_EQ(trained.exit_code, 0) << trained.err;
    write_png(dir_ / "a.png", {{1, 12, 12}, std::vector<std::uint8_t>(144, 255)});
  }

  std::string output(const Words& words) const {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  }
};

TEST_F(CliShow, PrintsFilters) {
  EXPECT_TRUE(output({"show", "out"}).starts_with("0 Conv2d(4, 3)  0.weight 4x1x3x3, from "));
  EXPECT_TRUE(contains(output({"show", "out", "--layer", "4"}), "4.weight 3x100"));
}

TEST_F(CliShow, PrintsWhatEachLayerMakesOfImages) {
  const std::string all = output({"show", "out", "a.png"});
  EXPECT_TRUE(all.starts_with("the images  1x12x12, from 255 to 255\n"));
  for (const char* line :
       {"\n0 Conv2d(4, 3)  4x10x10, ", "\n2 MaxPool2d(2)  4x5x5, ", "\n4 Linear(3)  3, "}) {
    EXPECT_TRUE(contains(all, line)) << all;
  }
  const std::string one = output({"show", "out", "--test", "0,7", "--layer", "1"});
  EXPECT_TRUE(contains(one, "\n1 ReLU  4x10x10, "));
  EXPECT_FALSE(contains(one, "Conv2d"));
}

TEST_F(CliShow, WritesPicturesAndNumbers) {
  EXPECT_EQ(output({"show", "out", "a.png", "-o", "maps.png"}), "");
  EXPECT_GT(read_image(dir_ / "maps.png").shape[1], 100);
  EXPECT_EQ(output({"show", "out", "--test", "3,4", "-o", "maps.safetensors"}), "");
  const SafeTensors numbers = read_safetensors(dir_ / "maps.safetensors");
  ASSERT_EQ(numbers.tensors.size(), 5u);
  EXPECT_EQ(numbers.tensors[1].name, "1");
  EXPECT_EQ(numbers.tensors[1].shape, (Shape{2, 4, 10, 10}));
}

TEST_F(CliShow, RefusesWhatCannotBeShown) {
  expect_refusal(run({"show", "out", "--layer", "9"}), 2, {"layer 9", "want one of 0, 1, 2, 3, 4"});
  expect_refusal(run({"show", "out", "--layer", "1"}), 2, {"layer 1, ReLU", "no filters"});
  expect_refusal(run({"show", "out", "a.png", "--layer", "x"}), 2, {"layer x"});
  expect_refusal(run({"show", "out", "--test", "100"}), 2, {"--test", "100"});
  expect_refusal(run({"show", "out", "a.png", "--test", "1"}), 2, {"IMAGES and --test"});
  expect_refusal(run({"show", "out", "--data", "bands"}), 2, {"--data", "--test"});
  expect_refusal(run({"show", "out", "-o", "a.jpg"}), 2, {"a.jpg", ".png or .safetensors"});
  expect_refusal(run({"show", "out", "-o", "a.safetensors"}), 2, {"the model's file"});
  expect_refusal(run({"show", "out", "bands/t10k-images-idx3-ubyte"}), 2,
                 {"100 images, want at most 64"});
  expect_refusal(run({"show", "out", "--test", "1", "-o", "out/model.safetensors"}), 2,
                 {"the file that is read"});
  expect_refusal(run({"show", "--test", "1", "out", "--layer", "1", "-o", "a.gif"}), 2, {"a.gif"});
}

}  // namespace
}  // namespace lenet
