// The layers beyond the chapter against PyTorch's outputs and gradients, on every target.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/packs.h"
#include "kernels/targets.h"
#include "lenet/sequential.h"
#include "train/golden.h"

namespace lenet {
namespace {

struct Case {
  const char* text;    ///< of the model
  const char* golden;  ///< name in layers.json
  double tolerance;    ///< epsilons of each value, or of dy
};

/// PyTorch's float32 and ours each err by about half of this: tests/kernels/function_test.cc
/// derives the errors of ours; those of a mean of 20 values are 20 roundings.
const Case kCases[] = {{"LeakyReLU(0.01)", "LeakyReLU(0.01)", 1},
                       {"LeakyReLU(0.2)", "LeakyReLU(0.2)", 1},
                       {"SiLU", "SiLU", 12},
                       {"ScaledTanh", "1.7159 * tanh(2 / 3 * x)", 20},
                       {"AdaptiveAvgPool2d(1)", "AdaptiveAvgPool2d(1)", 20}};

/// One image in every lane.
AlignedFloats packed(const std::vector<float>& image) {
  std::vector<float> pack;
  for (const float v : image) pack.insert(pack.end(), kPack, v);
  return aligned(pack);
}

std::vector<float> floats(const nlohmann::json& json) { return json.get<std::vector<float>>(); }

/// What the layer makes of the image in each lane: y, then dx.
std::vector<float> forward_and_backward(const Layer& layer, const nlohmann::json& golden) {
  const AlignedFloats x = packed(floats(golden.at("x"))), dy = packed(floats(golden.at("dy")));
  const AlignedFloats y = unwritten(dy.size());
  layer.forward({.parameters = {}, .x = x.data(), .y = y.data()});
  layer.backward(
      {.parameters = {}, .x = x.data(), .dy = dy.data(), .dx = x.data(), .dparameters = {}});
  std::vector<float> both(y.data(), y.data() + y.size());
  both.insert(both.end(), x.data(), x.data() + x.size());
  return both;
}

TEST(LayerGolden, OutputsAndGradientsArePyTorchsOnEveryTarget) {
  const nlohmann::json golden = golden_json("layers.json");
  ASSERT_EQ(golden.at("cases").size(), std::size(kCases));
  for (const Case& c : kCases) {
    const nlohmann::json& want = *std::ranges::find_if(
        golden.at("cases"), [&](const nlohmann::json& j) { return j.at("layer") == c.golden; });
    Sequential net = Sequential::parse(c.text);
    net[0].infer(want.at("shape").get<Shape>());
    std::vector<float> values = floats(want.at("y")), dx = floats(want.at("dx"));
    values.insert(values.end(), dx.begin(), dx.end());
    reference::Values magnitude;  // of dx the dy, for derivatives cancel
    for (const float v : floats(want.at("y"))) magnitude.push_back(std::abs(v));
    for (const float dy : floats(want.at("dy"))) {
      magnitude.resize(magnitude.size() + dx.size() / want.at("dy").size(), std::abs(dy));
    }
    for (const auto& got :
         run_on_every_target([&] { return forward_and_backward(net[0], want); })) {
      for (std::int64_t lane = 0; lane < kPack; ++lane) {
        expect_near(lane_of(got.data(), static_cast<std::int64_t>(values.size()), lane),
                    {values.begin(), values.end()}, magnitude,
                    c.tolerance * std::numeric_limits<float>::epsilon(), c.text);
      }
    }
  }
}

}  // namespace
}  // namespace lenet
