// In place of ONNX, where LENET_WITH_ONNX is off.
#include "base/left_out.h"
#include "lenet/onnx.h"

namespace lenet {
namespace {

[[noreturn]] void refuse(const std::string& name) {
  throw_left_out(name, "ONNX", "build it with -DLENET_WITH_ONNX=ON");
}

}  // namespace

void save_onnx(const std::filesystem::path& path, const Model&, const OnnxOptions&) {
  refuse(path.string());
}

std::string serialise_onnx(const Model&, const OnnxOptions&) { refuse("the model"); }
Model load_onnx(const std::filesystem::path& path) { refuse(path.string()); }
Model parse_onnx(std::string_view, const std::string& source) { refuse(source); }
void load_onnx_weights(const std::filesystem::path& path, Sequential&) { refuse(path.string()); }

}  // namespace lenet
