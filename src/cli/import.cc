#include <fmt/format.h>

#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/options.h"
#include "lenet/model_file.h"
#include "lenet/onnx.h"

namespace lenet::cli {
namespace {

struct ImportOptions {
  std::string path, out;
};

void run_import(const ImportOptions& o) {
  require_other_file(o.out, o.path);
  Model model = load_onnx(o.path);
  save_model(o.out, model.net, model.class_names, model.origin);
  fmt::print("{}\n", model.net.text());
}

}  // namespace

void add_import(const Command& app) {
  auto options = std::make_shared<ImportOptions>();
  const Command command =
      app.add_command("import", "Make a saved model of an ONNX file and print its layers");
  command.option("MODEL", &options->path, "ONNX file of layers that lenet has").required();
  command.option("-o,--out", &options->out, "The file to write, as in model.safetensors")
      .required()
      .check(given_path());
  command.runs([options] { run_import(*options); });
}

}  // namespace lenet::cli
