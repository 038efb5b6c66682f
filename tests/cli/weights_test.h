// A folder with small images of three classes, and runs that start from the weights of others.
#pragma once

#include "cli/cli_test.h"
#include "lenet/image.h"
#include "lenet/model_file.h"
#include "lenet/safetensors.h"

namespace lenet {

/// The data set named/: 60 images of 6x6 of the classes high, low, middle, which is their place.
class CliWeights : public Cli {
 protected:
  CliWeights() { draw("named", {"high", "low", "middle"}); }

  /// A folder a class, with 20 images whose bright third is the class' place in the alphabet.
  void draw(const std::string& folder, const Words& classes) const {
    for (std::size_t c = 0; c < classes.size(); ++c) {
      std::filesystem::create_directories(dir_ / folder / classes[c]);
      for (std::size_t i = 0; i < 20; ++i) {
        std::vector<std::uint8_t> pixels(36);
        for (std::size_t k = 0; k < 36; ++k) {
          pixels[k] = static_cast<std::uint8_t>((k / 12 == c ? 190 : 0) + (7 * i + 13 * k) % 60);
        }
        write_png(dir_ / folder / classes[c] / (std::to_string(i) + ".png"), {{1, 6, 6}, pixels});
      }
    }
  }

  Outcome train_on(const std::string& data, const std::string& out, const Words& more = {}) const {
    Words words = {"train", "--data",       data, "--test-split", "0.25", "--epochs", "3", "--out",
                   out,     "--batch-size", "5",  "--lr",         "0.2"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  void train_first(const Words& more = {}) const {
    Words words = {"--model", "Conv2d(3, 3) Tanh Flatten Linear(3)", "--normalize"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = train_on("named", "first", words);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  Model model(const std::string& out) const { return load_model(dir_ / out / "model.safetensors"); }
  Json run_json(const std::string& out) const { return Json::parse(content(out + "/run.json")); }
  std::vector<float> tensor(const std::string& out, const std::string& name) const {
    for (const NamedTensor& t : read_safetensors(dir_ / out / "model.safetensors").tensors) {
      if (t.name == name) return t.values;
    }
    return {};
  }
};

}  // namespace lenet
