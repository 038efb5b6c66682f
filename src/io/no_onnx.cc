// In place of ONNX and TensorBoard's files, where LENET_WITH_ONNX is off.
#include "base/left_out.h"
#include "io/event_file.h"
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

std::string event_record(std::string_view) {
  throw_left_out("--tensorboard", "TensorBoard's files", "build it with -DLENET_WITH_ONNX=ON");
}
std::string version_event(double) { return ""; }
std::string restart_event(const EventTime&) { return ""; }
std::string scalar_event(const EventTime&, const std::string&, float) { return ""; }
std::string text_event(const EventTime&, const std::string&, const std::string&) { return ""; }
std::string image_event(const EventTime&, const std::string&, const std::string&, std::int64_t,
                        std::int64_t) {
  return "";
}
std::string histogram_event(const EventTime&, const std::string&, std::span<const float>) {
  return "";
}
std::string layout_event(double, const std::vector<Overlay>&) { return ""; }
std::string session_start_event(double, const nlohmann::ordered_json&, const std::string&) {
  return "";
}
std::string session_end_event(double, SessionStatus) { return ""; }

}  // namespace lenet
