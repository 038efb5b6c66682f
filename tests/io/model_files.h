// What the tests of saved models share: small networks, their files, and how those are refused.
#pragma once

#include <algorithm>

#include "data/test_files.h"
#include "lenet/model_file.h"
#include "lenet/safetensors.h"

namespace lenet {

inline std::vector<float> parameters_of(const Sequential& net) {
  return {net.parameters().begin(), net.parameters().end()};
}

class ModelFile : public TestFolder {
 protected:
  /// Conv2d 0.weight (2, 1, 3, 3), 0.bias (2); Linear 3.weight (4, 32), 3.bias (4).
  static Sequential small_net(std::uint64_t seed = 0) {
    Sequential net = Sequential::parse("Conv2d(2, 3) ReLU Flatten Linear(4)");
    Generator generator(seed);
    net.build({1, 6, 6}, generator);
    return net;
  }

  /// With running statistics and a normalization of its own.
  static Sequential normalised_net() {
    Sequential net = Sequential::parse("Conv2d(2, 3) BatchNorm2d ReLU Flatten Linear(4)");
    Generator generator(3);
    net.build({1, 6, 6}, generator);
    std::ranges::copy(std::vector<float>{0.5f, -0.25f, 2.0f, 3.0f}, net.buffers().begin());
    net.set_normalization({{0.25f}, {0.5f}});
    return net;
  }

  /// What save_model writes for small_net(), to be spoilt.
  SafeTensors saved() const {
    Sequential net = small_net();
    save_model(file_, net, {});
    return read_safetensors(file_);
  }

  /// The message with which load_model refuses the file.
  std::string refusal(const SafeTensors& content) const {
    write_safetensors(file_, content.tensors, content.metadata);
    return message_of([&] { load_model(file_); });
  }

  /// The message with which load_weights refuses the file, which must leave the network alone.
  std::string weights_refusal(const std::vector<NamedTensor>& tensors) const {
    write_safetensors(file_, tensors);
    Sequential net = small_net(9);
    const std::vector<float> before = parameters_of(net);
    const std::string message = message_of([&] { load_weights(file_, net); });
    EXPECT_EQ(parameters_of(net), before);
    return message;
  }

  template <class Action>
  std::string message_of(Action action) const {
    const std::string message = error_of(ErrorKind::kBadInput, action);
    EXPECT_TRUE(message.starts_with(file_.string() + ": ")) << message;
    return message;
  }

  const std::filesystem::path file_ = dir_ / "model.safetensors";
};

}  // namespace lenet
