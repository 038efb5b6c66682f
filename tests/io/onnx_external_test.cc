// ONNX files whose values lie in another file beside them.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>

#include "base/errors.h"
#include "base/file.h"
#include "data/test_files.h"
#include "io/onnx_models.h"
#include "io/onnx_reference.h"
#include "lenet/onnx.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;
using namespace onnx_test;

class OnnxExternal : public TestFolder {
 protected:
  OnnxExternal() { fs::create_directories(dir_ / "model" / "parts"); }

  /// Writes `values` behind four bytes.
  void write(const fs::path& name, const Floats& values) {
    std::string bytes(4 + 4 * values.size(), '?');
    std::memcpy(bytes.data() + 4, values.data(), 4 * values.size());
    write_file(dir_ / name, bytes);
  }

  /// A file with a Linear of this weight.
  fs::path with(const std::string& weight) {
    const fs::path path = dir_ / "model" / "m.onnx";
    write_file(path, model({.nodes = {node("Flatten", {"x"}, {"flat"}),
                                      node("Gemm", {"flat", "w"}, {"y"}, {integer("transB", 1)})},
                            .initializers = {weight}}));
    return path;
  }

  std::string refusal(const Names& entries, const Shape& dims = {2, 72}) {
    const fs::path path = with(external("w", dims, entries));
    return error_of(ErrorKind::kBadInput, [&] { load_onnx(path); });
  }

  Floats parameters(const Names& entries) {
    const Model read = load_onnx(with(external("w", {2, 72}, entries)));
    return {read.net.parameters().begin(), read.net.parameters().end()};
  }

  const Floats values_ = numbers(144);
};

TEST_F(OnnxExternal, ValuesAreRead) {
  write("model/m.onnx.data", values_);
  write("model/parts/w", values_);
  EXPECT_EQ(parameters({"location", "m.onnx.data", "offset", "4", "length", "576"}), values_);
  EXPECT_EQ(parameters({"location", "m.onnx.data", "offset", "4"}), values_);
  EXPECT_EQ(parameters({"location", "parts/w", "offset", "4", "checksum", "unused"}), values_);
  fs::create_symlink("parts/w", dir_ / "model" / "linked");
  EXPECT_EQ(parameters({"location", "linked", "offset", "4"}), values_);
}

TEST_F(OnnxExternal, IntegersAreRead) {
  std::string bytes(16, '\0');
  const std::int64_t shape[] = {-1, 72};
  std::memcpy(bytes.data(), shape, sizeof shape);
  write_file(dir_ / "model" / "s", bytes);
  const fs::path path = dir_ / "model" / "m.onnx";
  write_file(path, model({.nodes = {node("Reshape", {"x", "s"}, {"y"})},
                          .initializers = {external("s", {2}, {"location", "s"}, onnx::kInt64)}}));
  EXPECT_EQ(load_onnx(path).net.text(), "Flatten");
}

TEST_F(OnnxExternal, FilesOutsideTheFolderAreRefused) {
  write("outside", values_);
  fs::create_symlink("../outside", dir_ / "model" / "link");
  fs::create_directory_symlink("..", dir_ / "model" / "up");
  for (const std::string& location :
       {std::string("../outside"), (dir_ / "outside").string(), std::string("parts/../../outside"),
        std::string("link"), std::string("up/outside"), std::string("")}) {
    EXPECT_TRUE(contains(refusal({"location", location}), "want a file in the model's folder"))
        << location;
  }
  EXPECT_TRUE(contains(refusal({"location", "none"}), "which is not there"));
  EXPECT_TRUE(contains(refusal({"location", "parts"}), "cannot read"));
  EXPECT_TRUE(contains(refusal({"offset", "4"}), "want its location"));
  EXPECT_TRUE(contains(refusal({}), "another file, which it does not name"));
}

TEST_F(OnnxExternal, PartsThatAreNotThereAreRefused) {
  write("model/w", values_);
  EXPECT_TRUE(
      contains(refusal({"location", "w", "offset", "8"}),
               "tensor \"w\": 576 bytes from 8 on in \"w\", which has 580 (is it cut off?)"));
  EXPECT_TRUE(contains(refusal({"location", "w", "offset", "9223372036854775807"}), "cut off"));
  EXPECT_TRUE(
      contains(refusal({"location", "w", "offset", "-4"}), "offset is \"-4\", want a whole"));
  EXPECT_TRUE(contains(refusal({"location", "w", "length", "4x"}), "length is \"4x\""));
  EXPECT_TRUE(contains(refusal({"location", "w", "length", "4"}),
                       "4 bytes in \"w\" for shape [2, 72], want 576"));
  EXPECT_TRUE(contains(refusal({"location", "w"}, {1 << 14, 1 << 14}), "1073741824 bytes from 0"));
  EXPECT_TRUE(contains(refusal({"location", "w"}, {1 << 20, 1 << 20}), "2^29 values"));
}

TEST_F(OnnxExternal, BytesAloneHaveNoFilesBesideThem) {
  const fs::path path = with(external("w", {2, 72}, {"location", "m.onnx.data"}));
  const std::string message =
      error_of(ErrorKind::kBadInput, [&] { parse_onnx(read_file(path, 1 << 20), "memory"); });
  EXPECT_TRUE(contains(message, "values are in another file, \"m.onnx.data\", want the model's"));
}

}  // namespace
}  // namespace lenet
