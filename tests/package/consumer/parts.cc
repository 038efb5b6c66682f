// With all of LENET_WITH_... off: a model is saved, loaded and predicts, and what was left out says
// so. Exits with 1 if a message is missing. Works in the folder that it is run in.
#include <lenet/lenet.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

#include "formats/fashion_mnist_files.h"

namespace {

using std::string_view_literals::operator""sv;

/// A file of these bytes.
std::filesystem::path file_of(const std::filesystem::path& path, std::string_view bytes) {
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

bool says(const std::string& option, const std::function<void()>& call) {
  try {
    call();
  } catch (const lenet::Error& error) {
    std::printf("%s\n", error.what());
    return std::string(error.what()).find("-D" + option + "=ON") != std::string::npos;
  }
  std::printf("%s: no error\n", option.c_str());
  return false;
}

bool predicts() {
  lenet::Sequential net = lenet::Sequential::parse("Flatten Linear(2)");
  lenet::Generator generator(0);
  net.build({1, 2, 2}, generator);
  lenet::save_model("parts.safetensors", net, {"dark", "bright"});
  const lenet::Model model = lenet::load_model("parts.safetensors");
  lenet::Predictor predict(model.net);
  const std::uint8_t image[4] = {1, 2, 3, 4};
  return predict.probabilities(image).size() == 2 &&
         says("LENET_WITH_ONNX", [&] { lenet::save_onnx("parts.onnx", model); });
}

bool reads_what_needs_no_library() {
  return lenet::read_image(file_of("parts.pgm", "P5 2 1 255 ab")).pixels.size() == 2;
}

}  // namespace

int main() {
  const bool good = predicts() && reads_what_needs_no_library() &&
                    says("LENET_WITH_ONNX", [] { lenet::load_onnx("parts.onnx"); }) &&
                    says("LENET_WITH_IMAGES",
                         [] { lenet::read_image(file_of("parts.png", "\x89PNG\r\n\x1a\n")); }) &&
                    says("LENET_WITH_IMAGES",
                         [] {
                           lenet::write_png("parts.png", {{1, 1, 1}, {0}});
                         }) &&
                    says("LENET_WITH_COMPRESSION",
                         [] {
                           file_of("idx/train-images-idx3-ubyte.gz", "\x1f\x8b");
                           file_of("idx/train-labels-idx1-ubyte.gz", "\x1f\x8b");
                           lenet::load_data("idx", {.test_optional = true});
                         }) &&
                    says("LENET_WITH_COMPRESSION",
                         [] { lenet::load_data(file_of("parts.npz", "PK\x03\x04\0\0\0\0"sv)); }) &&
                    says("LENET_WITH_DOWNLOAD",
                         [] { lenet::find_or_download({.shared = {}, .cache = "cache"}, {}); });
  return good ? 0 : 1;
}
