// Weights whose names are another framework's, by their order.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/errors.h"
#include "io/model_files.h"

namespace lenet {
namespace {

using Names = std::vector<std::string>;

/// The text of this test's network; its tensors follow as they stand in a state_dict.
constexpr const char* kText =
    "Conv2d(2, 3) BatchNorm2d ReLU Conv2d(2, 3, padding=1) BatchNorm2d ReLU Flatten Linear(7) ReLU "
    "Linear(6) ReLU Linear(3)";

class WeightsByOrder : public ModelFile {
 protected:
  static Sequential network(std::uint64_t seed, const char* text = kText) {
    Sequential net = Sequential::parse(text);
    Generator generator(seed);
    net.build({1, 4, 4}, generator);
    return net;
  }

  /// The tensors of network(1) as a state_dict has them, layer by layer; `modules` name the layers.
  /// What BatchNorm remembers differs from layer to layer.
  static std::vector<NamedTensor> tensors(const Names& modules) {
    Sequential net = network(1);
    std::ranges::generate(net.buffers(), [next = 0.5f]() mutable { return next += 0.25f; });
    std::vector<NamedParameter> all = net.named_parameters();
    for (NamedParameter& buffer : net.named_buffers()) all.push_back(buffer);
    const auto layer = [](const NamedParameter& p) { return std::stoi(p.name); };
    std::ranges::stable_sort(all, {}, layer);
    std::vector<NamedTensor> named;
    std::size_t module = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i > 0 && layer(all[i]) != layer(all[i - 1])) ++module;
      const std::string part = all[i].name.substr(all[i].name.find('.'));
      named.push_back({modules.at(module) + part,
                       all[i].info.shape,
                       {all[i].values.begin(), all[i].values.end()}});
    }
    return named;
  }

  static std::vector<float> all_values(Sequential& net) {
    std::vector<float> values = parameters_of(net);
    values.insert(values.end(), net.buffers().begin(), net.buffers().end());
    return values;
  }

  static std::vector<float> wanted() {
    Sequential net = network(1);
    std::ranges::generate(net.buffers(), [next = 0.5f]() mutable { return next += 0.25f; });
    return all_values(net);
  }

  std::vector<float> read(const std::vector<NamedTensor>& tensors) const {
    write_safetensors(file_, tensors);
    Sequential net = network(9);
    load_weights(file_, net, WeightsBy::kOrder);
    return all_values(net);
  }

  std::string refused(const std::vector<NamedTensor>& tensors, const char* text = kText) const {
    write_safetensors(file_, tensors);
    Sequential net = network(9, text);
    const std::vector<float> before = all_values(net);
    const std::string message = message_of([&] { load_weights(file_, net, WeightsBy::kOrder); });
    EXPECT_EQ(all_values(net), before);
    return message;
  }
};

/// As Python's safetensors sorts them.
std::vector<NamedTensor> sorted(std::vector<NamedTensor> tensors) {
  std::ranges::sort(tensors, {}, &NamedTensor::name);
  return tensors;
}

const Names kPyTorch = {"conv1", "bn1", "conv2", "bn2", "fc1", "fc2", "fc3"};

TEST_F(WeightsByOrder, TakesAnyNamesInTheWritersOrder) {
  EXPECT_EQ(read(tensors(kPyTorch)), wanted());
  EXPECT_EQ(read(tensors({"stem", "norm_b", "body", "norm_a", "z", "y", "x"})), wanted());
}

TEST_F(WeightsByOrder, TakesSortedNamesByTheirNumbers) {
  EXPECT_EQ(read(sorted(tensors(kPyTorch))), wanted());
  EXPECT_EQ(read(sorted(tensors({"features.0", "features.1", "features.9", "features.10",
                                 "classifier.2", "classifier.11", "classifier.100"}))),
            wanted());
  EXPECT_EQ(
      read(sorted(tensors({"net.conv", "net.bn", "net.conv2", "net.bn2", "fc08", "fc9", "fc10"}))),
      wanted());
}

TEST_F(WeightsByOrder, TakesSortedNamesByTheirShapesWhereLettersAreTheWrongWayRound) {
  EXPECT_EQ(read(sorted(tensors({"conv1", "bn1", "conv2", "bn2", "wide", "hidden", "answer"}))),
            wanted());
}

TEST_F(WeightsByOrder, PassesOverWhatPyTorchCounts) {
  std::vector<NamedTensor> counted = tensors(kPyTorch);
  counted.push_back({"bn1.num_batches_tracked", {}, {7}});
  EXPECT_EQ(read(counted), wanted());
}

TEST_F(WeightsByOrder, IsRefusedWhereOnlyLettersTell) {
  EXPECT_TRUE(contains(
      refused(sorted(tensors({"conv1", "norm_in", "conv2", "norm_out", "fc1", "fc2", "fc3"}))),
      "\"norm_in\" and \"norm_out\" have the same shapes, and which comes first nobody can tell"));
}

TEST_F(WeightsByOrder, IsRefusedWhereTheHeaderHasAnotherOrderThanTheData) {
  std::string bytes = serialise_safetensors({{"a.weight", {1, 16}, std::vector<float>(16)},
                                             {"b.weight", {1, 16}, std::vector<float>(16)}});
  const auto swap = [&](const std::string& from, const std::string& to) {
    bytes.replace(bytes.find(from), from.size(), to);
  };
  swap("[0,64]", "[@]");
  swap("[64,128]", "[0,64]");
  swap("[@]", "[64,128]");
  write_file(file_, bytes);
  Sequential net = network(9, "Flatten Linear(1, bias=False) Linear(1, bias=False)");
  EXPECT_TRUE(contains(message_of([&] { load_weights(file_, net, WeightsBy::kOrder); }),
                       "another order than its data"));
}

TEST_F(WeightsByOrder, NamesTensorAndLayerThatDiffer) {
  EXPECT_TRUE(contains(refused(tensors(kPyTorch),
                               "Conv2d(2, 3) BatchNorm2d ReLU "
                               "Conv2d(2, 5, padding=2) BatchNorm2d Flatten "
                               "Linear(7) Linear(6) Linear(3)"),
                       "by order: \"conv2\" has bias 2, weight 2x2x3x3, want bias 2, weight "
                       "2x2x5x5 for layer 3 of the network Conv2d(2, 3)"));
  EXPECT_TRUE(contains(refused(tensors(kPyTorch),
                               "Conv2d(2, 3) BatchNorm2d Conv2d(2, 3, padding=1)"
                               " BatchNorm2d Flatten Linear(7) Linear(3)"),
                       "by order: 3 with weights as of a Linear (\"fc1\", \"fc2\", \"fc3\"), the "
                       "network"));
}

TEST_F(WeightsByOrder, IsRefusedForNamesAndShapesOfNoLayer) {
  const auto with = [&](const NamedTensor& more) {
    std::vector<NamedTensor> all = tensors(kPyTorch);
    all.push_back(more);
    return refused(all);
  };
  EXPECT_TRUE(contains(with({"scale", {1}, {1}}), "tensor \"scale\": no name of a part"));
  EXPECT_TRUE(contains(with({"fc3.myweight", {1}, {1}}), "tensor \"fc3.myweight\": no name"));
  EXPECT_TRUE(
      contains(with({"fc4.bias", {1}, {1}}), "tensor \"fc4.bias\" of shape 1: of no layer"));
  EXPECT_TRUE(contains(with({"rnn.weight", {1, 1, 1}, {1}}), "of shape 1x1x1: of no layer"));
  std::vector<NamedTensor> bare = tensors(kPyTorch);
  std::erase_if(bare, [](const NamedTensor& t) { return t.name == "fc2.bias"; });
  EXPECT_TRUE(contains(refused(bare), "\"fc2\" has weight 6x7, want bias 6, weight 6x7"));
  bare = tensors(kPyTorch);
  bare.back().values[0] = HUGE_VALF;
  EXPECT_TRUE(contains(refused(bare), "want finite numbers"));
}

TEST_F(WeightsByOrder, TellsTheOutputsOfTheLastLinear) {
  write_safetensors(file_, sorted(tensors(kPyTorch)));
  EXPECT_EQ(last_outputs_by_order(file_), 3);
  write_safetensors(file_, {{"c.weight", {1, 1, 1, 1}, {1}}});
  EXPECT_EQ(last_outputs_by_order(file_), std::nullopt);
}

}  // namespace
}  // namespace lenet
