// A folder with models that tell images of a few pixels apart, and such images.
#pragma once

#include "cli/cli_test.h"
#include "lenet/fashion_mnist.h"
#include "lenet/image.h"
#include "lenet/model_file.h"

namespace lenet {

class CliModelData : public Cli {
 protected:
  /// Tells images of 2x2 by their mean m: dark below 1/4, light above 3/4, else grey. The logits
  /// are 0, 8 m - 2 and 16 m - 8, times 4.
  void write_brightness_model(const std::string& name) const {
    Sequential net = Sequential::parse("Flatten Linear(3)");
    Generator generator;
    net.build({1, 2, 2}, generator);
    const std::vector<float> values = {0, 0, 0, 0, 8, 8, 8, 8, 16, 16, 16, 16, 0, -8, -32};
    std::ranges::copy(values, net.parameters().begin());
    save_model(dir_ / name, net, {"dark", "grey", "light"});
  }

  /// A PNG in the folder of its class.
  void draw(const std::string& folder, const std::string& name, std::uint8_t value,
            std::int64_t side = 2) const {
    std::filesystem::create_directories(dir_ / folder);
    const auto pixels = static_cast<std::size_t>(side * side);
    write_png(dir_ / folder / (name + ".png"),
              {{1, side, side}, std::vector<std::uint8_t>(pixels, value)});
  }

  /// A model of this many outputs that answers class 0.
  void write_model(const std::string& name, const Shape& input, std::int64_t outputs,
                   const Words& names = {}) const {
    Sequential net = Sequential::parse("Flatten Linear(" + std::to_string(outputs) + ")");
    Generator generator;
    net.build(input, generator);
    constant_weights(net, 0);
    std::ranges::fill(net.parameters(), 0.0f);
    net.named_parameters()[1].values[0] = 1;
    save_model(dir_ / name, net, names);
  }

  static Words fashion_names() { return {kFashionMnistLabels.begin(), kFashionMnistLabels.end()}; }
};

}  // namespace lenet
