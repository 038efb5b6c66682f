// ONNX's own tests of its operators (Debian's libonnx-testdata): each is taken and computes the
// right values, or is refused clearly. Inputs but for the first become constants of the graph.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/errors.h"
#include "base/file.h"
#include "io/onnx_graph.h"
#include "lenet/onnx.h"
#include "lenet/trainer.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = "/usr/share/libonnx-testdata/data/node";

std::string bytes_of(const fs::path& path) { return read_file(path, 1 << 26); }

/// A TensorProto under another name: of a field that comes twice the last counts.
std::string named(std::string tensor, const std::string& name) {
  protozero::pbf_writer(tensor).add_string(onnx::field::tensor::kName, name);
  return tensor;
}

/// The values of a file that holds a TensorProto.
struct Values {
  explicit Values(const fs::path& path) {
    std::string graph, model;
    protozero::pbf_writer(graph).add_message(onnx::field::graph::kInitializer,
                                             named(bytes_of(path), "values"));
    protozero::pbf_writer(model).add_message(onnx::field::model::kGraph, graph);
    const onnx::Graph read = onnx::read_graph(model);
    dims = read.initializers.at(0).dims;
    floats = onnx::read_floats(read.initializers.at(0));
  }

  Shape dims;
  std::vector<float> floats;
};

/// The model of a case with the values of all inputs but the first as initializers.
std::string model_of(const fs::path& dir) {
  const std::string original = bytes_of(dir / "model.onnx");
  const onnx::Graph read = onnx::read_graph(original);
  std::string model;
  protozero::pbf_writer writer(model);
  protozero::pbf_reader fields(original);
  while (fields.next()) {
    if (fields.tag() == onnx::field::model::kGraph) {
      std::string graph(fields.get_view());
      for (std::size_t i = 1; i < read.inputs.size(); ++i) {
        const fs::path file = dir / "test_data_set_0" / ("input_" + std::to_string(i) + ".pb");
        protozero::pbf_writer(graph).add_message(
            onnx::field::graph::kInitializer,
            named(bytes_of(file), std::string(read.inputs[i].name)));
      }
      writer.add_message(onnx::field::model::kGraph, graph);
    } else if (fields.tag() == onnx::field::model::kOpsetImport) {
      writer.add_message(onnx::field::model::kOpsetImport, fields.get_view());
    } else {
      fields.skip();
    }
  }
  return model;
}

/// A model leaves the Softmax at its end out.
void softmax(std::vector<float>& values, std::size_t classes) {
  for (auto row = values.begin(); row != values.end();
       row += static_cast<std::ptrdiff_t>(classes)) {
    const auto end = row + static_cast<std::ptrdiff_t>(classes);
    const float largest = *std::max_element(row, end);
    float sum = 0;
    for (auto v = row; v != end; ++v) sum += * v = std::exp(*v - largest);
    for (auto v = row; v != end; ++v) *v /= sum;
  }
}

/// "" if the case computes what it should.
std::string difference(const fs::path& dir, const Model& model) {
  const Values x(dir / "test_data_set_0/input_0.pb"), want(dir / "test_data_set_0/output_0.pb");
  std::vector<float> got = forward(model.net, x.floats);
  if (dir.filename().string().starts_with("test_softmax")) {
    softmax(got, static_cast<std::size_t>(element_count(model.net.output_shape())));
  }
  if (got.size() != want.floats.size()) {
    return std::to_string(got.size()) + " values, want " + std::to_string(want.floats.size());
  }
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (std::abs(got[i] - want.floats[i]) > 1e-7f + 1e-3f * std::abs(want.floats[i])) {
      return "value " + std::to_string(i) + " is " + std::to_string(got[i]) + ", want " +
             std::to_string(want.floats[i]);
    }
  }
  return "";
}

bool is_of_our_operators(const std::string& name) {
  static const std::vector<std::string> operators = {"add",           "averagepool",
                                                     "batchnorm",     "cast",
                                                     "clip",          "concat_",
                                                     "conv_",         "div",
                                                     "dropout",       "elu",
                                                     "flatten",       "gelu",
                                                     "gemm",          "globalaveragepool",
                                                     "globalmaxpool", "hardsigmoid",
                                                     "hardswish",     "identity",
                                                     "leakyrelu",     "logsoftmax",
                                                     "matmul",        "max_",
                                                     "maxpool",       "min_",
                                                     "mish",          "mul",
                                                     "reduce_max",    "reduce_mean",
                                                     "relu",          "reshape",
                                                     "sigmoid",       "softmax",
                                                     "softplus",      "squeeze",
                                                     "sub",           "sum_",
                                                     "tanh",          "transpose",
                                                     "unsqueeze",     "prelu",
                                                     "instancenorm",  "layer_normalization",
                                                     "resize",        "upsample"};
  return std::ranges::any_of(operators,
                             [&](const std::string& op) { return name.starts_with("test_" + op); });
}

/// The message names the node and its operator, or what of the graph as a whole is not taken.
bool is_clear(const std::string& message) {
  const std::vector<std::string> parts = {"node ", "input \"", "outputs (", "opset ",
                                          "no layer between"};
  return std::ranges::any_of(parts,
                             [&](const std::string& part) { return contains(message, part); });
}

/// The cases that docs/interop.md says to pass.
std::set<std::string> listed() {
  const std::string text = bytes_of(LENET_GOLDEN_DIR "/../../docs/interop.md");
  const std::size_t first = text.find("These pass"), last = text.find("What is refused", first);
  std::set<std::string> names;
  for (std::size_t at = text.find("left out):", first); (at = text.find('`', at)) < last; ++at) {
    const std::size_t end = text.find('`', at + 1);
    names.insert("test_" + text.substr(at + 1, end - at - 1));
    at = end;
  }
  return names;
}

TEST(OnnxNodes, EachPassesOrIsRefusedClearly) {
  if (!fs::exists(kCases)) GTEST_SKIP() << "libonnx-testdata is not installed";
  std::set<std::string> passed, wanted = listed();
  int count = 0;
  for (const auto& entry : fs::directory_iterator(kCases)) {
    const std::string name = entry.path().filename().string();
    if (!is_of_our_operators(name)) continue;
    ++count;
    SCOPED_TRACE(name);
    try {
      const Model model = parse_onnx(model_of(entry.path()), "model");
      EXPECT_EQ(difference(entry.path(), model), "");
      passed.insert(name);
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kBadInput);
      EXPECT_TRUE(is_clear(e.what())) << e.what();
      // ONNX gives a case the newest opset of its operator: 22 for Conv from ONNX 1.17 on.
      if (contains(e.what(), ", want 7 to 21 (")) wanted.erase(name);
    }
  }
  // Gelu is an operator from ONNX 1.15 on.
  std::erase_if(wanted, [](const std::string& name) {
    return name.starts_with("test_gelu") && !fs::exists(kCases / name);
  });
  EXPECT_GE(count, 100);
  EXPECT_GE(passed.size(), 10u);
  for (const std::string& name : passed) {
    EXPECT_EQ(wanted.erase(name), 1u) << name << " passes; docs/interop.md does not list it";
  }
  EXPECT_EQ(wanted, std::set<std::string>()) << "listed in docs/interop.md";
}

/// Networks with a value of 0.02 in the place of all weights, and what they give for an image of
/// i / count (libonnx-testdata from ONNX 1.15 on).
class LightNetworks : public testing::TestWithParam<const char*> {};

TEST_P(LightNetworks, GiveTheirStoredOutputs) {
  const fs::path folder = "/usr/share/libonnx-testdata/data/light";
  const std::string name = std::string("light_") + GetParam();
  if (!fs::exists(folder / (name + ".onnx"))) GTEST_SKIP() << "not of this libonnx-testdata";
  const Model model = load_onnx(folder / (name + ".onnx"));
  std::vector<float> image(static_cast<std::size_t>(element_count(model.net.input_shape())));
  for (std::size_t i = 0; i < image.size(); ++i) {
    image[i] = static_cast<float>(static_cast<double>(i) / static_cast<double>(image.size()));
  }
  std::vector<float> got = forward(model.net, image);
  if (name != "light_densenet121") softmax(got, got.size());
  const Values want(folder / (name + "_output_0.pb"));
  ASSERT_EQ(got.size(), want.floats.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(got[i], want.floats[i], 1e-4f * want.floats[i]) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Onnx, LightNetworks,
                         testing::Values("vgg19", "squeezenet", "resnet50", "densenet121",
                                         "inception_v2"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace lenet
