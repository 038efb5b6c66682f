// Writes networks as ONNX files and modules of PyTorch, and what they make of Fashion-MNIST's test
// images, for readers that are not lenet's: NAME.onnx, NAME.py with NAME.safetensors and the
// weights of seed 7, NAME.seed7.safetensors, and NAME.f32, logits (10000, 10).
//
// usage: onnx_logits FOLDER
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "lenet/fashion_mnist.h"
#include "lenet/onnx.h"
#include "lenet/pytorch.h"
#include "lenet/trainer.h"
#include "nn/preset_images.h"

namespace lenet {
namespace {

/// Every layer that no preset has, and a normalization of the pixels.
constexpr const char* kOdd =
    "Conv2d(5, (3, 5), stride=(1, 2), padding=(1, 2)) LeakyReLU(0.2) AvgPool2d(3, stride=2) "
    "BatchNorm2d(eps=0.01, affine=False) SiLU MaxPool2d(3, stride=2, padding=1) Affine2d "
    "Dropout Tanh AvgPool2d((2, 1)) Flatten Linear(30, bias=False) BatchNorm1d ReLU Linear(10)";

/// Apart, since OpenCV 4.6 leaves padding out of the average whatever count_include_pad says.
constexpr const char* kPaddedAverage =
    "Conv2d(4, 3) AvgPool2d(3, stride=2, padding=1) Flatten Linear(10)";

/// Windows over the edge, and means that leave padding out.
constexpr const char* kPools =
    "Conv2d(4, 2) MaxPool2d(2, ceil_mode=True) AvgPool2d(3, stride=2, padding=1, ceil_mode=True, "
    "count_include_pad=False) Conv2d(6, 1) ReLU MaxPool2d(3, stride=2, padding=1, ceil_mode=True) "
    "AdaptiveMaxPool2d((5, 1)) Flatten Linear(10)";

/// A window over padding that counts.
constexpr const char* kPaddedOverTheEdge =
    "Conv2d(4, 3) AvgPool2d(3, stride=2, padding=1, ceil_mode=True) AdaptiveAvgPool2d(2) Flatten "
    "Linear(10)";

/// Branches of every form.
constexpr const char* kBranches =
    "Conv2d(4, 3, padding=1) BatchNorm2d ReLU Residual[ Conv2d(4, 3, padding=1) BatchNorm2d ] ReLU "
    "Sum[ Conv2d(6, 3, stride=2, padding=1) | Conv2d(6, 1, stride=2) | Sum[ Conv2d(6, 2, "
    "stride=2) ] ] Concat[ | [ Conv2d(2, 1) SiLU ] | MaxPool2d(3, stride=1, padding=1) Dropout ] "
    "AdaptiveAvgPool2d(1) Flatten Concat[ Linear(5) Tanh | ] Linear(10)";

/// Normalisation of each image.
constexpr const char* kNorms =
    "Conv2d(6, 3, stride=2) GroupNorm(3) ReLU Conv2d(8, 3, stride=2) GroupNorm(1, eps=0.01) SiLU "
    "Conv2d(4, 1) LayerNorm ReLU Conv2d(4, 1) GroupNorm(4, affine=False) Flatten Linear(12) "
    "LayerNorm(eps=0.001) ReLU Linear(8) GroupNorm(2) Linear(10)";

/// Squeeze and excite.
constexpr const char* kScaled =
    "Conv2d(6, 3, stride=2) ReLU Scale[ AdaptiveAvgPool2d(1) Conv2d(2, 1) ReLU Conv2d(6, 1) "
    "Sigmoid ] Residual[ Scale[ AdaptiveAvgPool2d(1) Flatten Linear(6) Hardsigmoid ] ] "
    "Scale[ Conv2d(6, 1) Tanh ] Flatten Linear(10)";

/// Slopes that are weights, images made larger.
constexpr const char* kLarger =
    "Conv2d(6, 3, stride=2) PReLU(6) Upsample((2, 3)) Conv2d(4, 3, stride=3) PReLU(init=0.1) "
    "Flatten Linear(12) PReLU(12) Linear(10)";

/// Groups, dilation, zeros on one side.
constexpr const char* kGroups =
    "ZeroPad2d((0, 1, 0, 1)) Conv2d(6, 3, stride=2) BatchNorm2d ReLU Conv2d(6, 3, padding=1, "
    "groups=6) BatchNorm2d ReLU Conv2d(8, 1) Conv2d(12, 2, padding='same', groups=4) Tanh "
    "Conv2d(4, 3, padding=2, dilation=2) ZeroPad2d((2, 0, 0, 1)) ReLU AvgPool2d(2) Flatten "
    "Linear(10)";

/// Biases, scales and running statistics away from 0 and 1.
void shake(Sequential& net, Generator& generator) {
  for (const NamedParameter& p : net.named_parameters()) {
    if (p.info.kind != ParameterInfo::Kind::kWeight) generator.uniform(p.values, 0.5, 1.5);
  }
  for (const NamedParameter& b : net.named_buffers()) generator.uniform(b.values, 0.25, 0.75);
}

std::vector<float> pixels_of(const Dataset& images, const Normalization& n) {
  const std::int64_t size = element_count(images.image_shape());
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(images.size() * size));
  const double mean = n.mean.empty() ? 0 : static_cast<double>(n.mean[0]);
  const double deviation = n.mean.empty() ? 1 : static_cast<double>(n.deviation[0]);
  for (std::int64_t i = 0; i < images.size(); ++i) {
    for (std::int64_t k = 0; k < size; ++k) {
      values.push_back(static_cast<float>((images.image(i)[k] / 255.0 - mean) / deviation));
    }
  }
  return values;
}

void write(const std::filesystem::path& folder, const std::string& name, Sequential net,
           const Dataset& images) {
  Generator generator(7);
  net.build(images.image_shape(), generator);
  save_model(folder / (name + ".seed7.safetensors"), net, {});
  xavier_uniform(net, generator);
  shake(net, generator);
  if (name == "odd") net.set_normalization({{0.286f}, {0.353f}});
  const std::vector<float> logits = forward(net, pixels_of(images, net.normalization()));
  write_file(folder / (name + ".f32"),
             {reinterpret_cast<const char*>(logits.data()), logits.size() * sizeof(float)});
  save_model(folder / (name + ".safetensors"), net, images.class_names());
  const Model model{std::move(net), images.class_names()};
  save_onnx(folder / (name + ".onnx"), model);
  export_pytorch(folder / (name + ".py"), model);
}

}  // namespace
}  // namespace lenet

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  const auto [train, test] = lenet::load_data_fashion_mnist();
  for (const std::string& name : lenet::preset_names()) {
    if (lenet::is_large(name) || name == "mobilenet-025") continue;  // their images are larger
    lenet::write(folder, name, *lenet::make_preset(name), test);
  }
  lenet::write(folder, "odd", lenet::Sequential::parse(lenet::kOdd), test);
  lenet::write(folder, "padded-average", lenet::Sequential::parse(lenet::kPaddedAverage), test);
  lenet::write(folder, "branches", lenet::Sequential::parse(lenet::kBranches), test);
  lenet::write(folder, "norms", lenet::Sequential::parse(lenet::kNorms), test);
  lenet::write(folder, "scaled", lenet::Sequential::parse(lenet::kScaled), test);
  lenet::write(folder, "larger", lenet::Sequential::parse(lenet::kLarger), test);
  lenet::write(folder, "pools", lenet::Sequential::parse(lenet::kPools), test);
  lenet::write(folder, "padded-over-the-edge", lenet::Sequential::parse(lenet::kPaddedOverTheEdge),
               test);
  lenet::write(folder, "groups", lenet::Sequential::parse(lenet::kGroups), test);
  std::puts("written");
}
