// The weights of others in our presets.
#include <gtest/gtest.h>

#include <algorithm>

#include "lenet/model_file.h"
#include "lenet/safetensors.h"
#include "lenet/trainer.h"
#include "train/golden.h"

namespace lenet {
namespace {

const std::vector<float>& values_of(const SafeTensors& file, const std::string& name) {
  return std::ranges::find(file.tensors, name, &NamedTensor::name)->values;
}

TEST(MlperfTiny, ReferenceWeightsGiveTheReferencesOutputs) {
  const std::filesystem::path folder = LENET_GOLDEN_DIR "/mlperf-tiny";
  Sequential net = *make_preset("resnet8", 10);
  Generator generator;
  net.build({3, 32, 32}, generator);
  load_weights(folder / "resnet8.safetensors", net);
  const SafeTensors io = read_safetensors(folder / "resnet8_io.safetensors");
  const std::vector<float> found = forward(net, values_of(io, "input"));
  const std::vector<float> want = values_of(io, "output");
  ASSERT_EQ(found.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(found[i], want[i], 1e-4) << i;
}

}  // namespace
}  // namespace lenet
