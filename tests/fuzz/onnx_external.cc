// An ONNX file in a folder with 4096 bytes of values, "values", as tensors may name them.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "base/file.h"
#include "lenet/error.h"
#include "lenet/onnx.h"

namespace {

/// Gone at the end of the program.
struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lenet_fuzz_XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("cannot create " + name);
    path = name;
    lenet::write_file(path / "values", std::string(4096, '\0'));
  }
  ~Folder() { std::filesystem::remove_all(path); }

  std::filesystem::path path;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  try {
    const std::filesystem::path file = folder.path / "model.onnx";
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    lenet::load_onnx(file);
  } catch (const lenet::Error&) {
  }
  return 0;
}
