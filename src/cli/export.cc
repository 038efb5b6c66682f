#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/require.h"
#include "cli/commands.h"
#include "cli/export_c.h"
#include "cli/options.h"
#include "lenet/error.h"
#include "lenet/onnx.h"
#include "lenet/pytorch.h"
#include "run/model_argument.h"

namespace lenet::cli {
namespace {

struct ExportOptions {
  ModelOptions model;
  std::string out, format;
  bool softmax = false;
  ExportCOptions c;
};

/// --format, or what the file's extension says.
std::string format_of(const ExportOptions& o) {
  if (!o.format.empty()) return o.format;
  const std::string extension = std::filesystem::path(o.out).extension().string();
  if (extension == ".onnx") return "onnx";
  if (extension == ".c") return "c";
  if (extension == ".py") return "pytorch";
  throw Error(
      ErrorKind::kUsage,
      fmt::format("--out {}: want a name that ends in .onnx, .c or .py, or --format", o.out));
}

void run_export(const ExportOptions& o) {
  const std::string format = format_of(o);
  require(format != "c" || !o.softmax, "--softmax: exported C always ends with it");
  require(format == "onnx" || !o.softmax,
          "--softmax: of ONNX alone, want a file that ends in .onnx");
  require(format == "c" || !(o.c.int8 || !o.c.name.empty()),
          "--name, --int8: of exported C alone, want a file that ends in .c");
  const CommonOptions& data = o.c.common;
  require(o.c.int8 || (data.path.empty() && !says_how_to_read(data)),
          "--data and how it is read: of --int8 alone, which takes ranges and accuracy from it");
  require_other_file(o.out, saved_model_file(o.model.path));
  if (format == "c") return export_c_file(o.model, o.out, o.c);
  if (format == "pytorch") return export_pytorch(o.out, open_model(o.model));
  save_onnx(o.out, open_model(o.model), {.softmax = o.softmax});
}

}  // namespace

void add_export(const Command& app) {
  auto options = std::make_shared<ExportOptions>();
  const Command command =
      app.add_command("export", "Write a saved model for other programs: ONNX, C or PyTorch");
  add_model(command, options->model);
  command.option("-o,--out", &options->out, "The file to write: model.onnx, model.c or net.py")
      .required()
      .check(given_path());
  command.option("--format", &options->format, "onnx, c or pytorch. Default: what --out ends in")
      .check(one_of({"onnx", "c", "pytorch"}));
  command.flag("--softmax", options->softmax, "ONNX: end with the softmax, in probabilities");
  add_export_c(command, options->c);
  command.runs([options] { run_export(*options); });
}

}  // namespace lenet::cli
