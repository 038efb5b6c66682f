// lenet export.
#include "cli/cli_test.h"

namespace lenet {
namespace {

class CliExport : public Cli {
 protected:
  void train_model() const { ASSERT_EQ(train("out", {"--epochs", "2"}).exit_code, 0); }
};

TEST_F(CliExport, WritesCBesideItsHeaderAndSaysNothing) {
  train_model();
  const Outcome outcome = run({"export", "out", "-o", "bands.c"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "");
  EXPECT_TRUE(contains(content("bands.c"), "void bands_predict(const uint8_t *pixels"));
  EXPECT_TRUE(contains(content("bands.h"), "#define BANDS_CLASSES 3"));
}

TEST_F(CliExport, TakesANameAndAFormat) {
  train_model();
  const Outcome outcome =
      run({"export", "out", "--format", "c", "--name", "Third", "-o", "bands.c"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(contains(content("bands.h"), "void Third_predict(const uint8_t *pixels"));
}

TEST_F(CliExport, WritesAModuleOfPyTorch) {
  train_model();
  ASSERT_EQ(run({"export", "out", "-o", "net.py"}).exit_code, 0);
  EXPECT_TRUE(contains(content("net.py"), "net = nn.Sequential(\n"));
  ASSERT_EQ(run({"export", "out", "-o", "net.txt", "--format", "pytorch"}).exit_code, 0);
  EXPECT_EQ(content("net.txt"), content("net.py"));
  expect_refusal(run({"export", "out", "-o", "net.py", "--softmax"}), 2, {"--softmax: of ONNX"});
}

TEST_F(CliExport, DoesNotReplaceWhatItReads) {
  train_model();
  const std::string model_file = "out/model.safetensors", model = content(model_file);
  expect_refusal(run({"export", model_file, "-o", model_file, "--format", "onnx"}), 2,
                 {"the file that is read"});
  EXPECT_EQ(content(model_file), model);
  ASSERT_EQ(run({"export", model_file, "-o", "a.onnx"}).exit_code, 0);
  const std::string graph = content("a.onnx");
  expect_refusal(run({"import", "a.onnx", "-o", "./a.onnx"}), 2, {"the file that is read"});
  EXPECT_EQ(content("a.onnx"), graph);
}

TEST_F(CliExport, OfIntegersPrintsTheAccuracyOfBoth) {
  train_model();
  const Json before = Json::parse(run({"eval", "out", "--data", "bands", "--json"}).out);
  const Outcome outcome =
      run({"export", "out", "-o", "bands.c", "--int8", "--data", "bands", "--calibrate", "50"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string start =
      "calibrated on bands: 50 images; evaluated on 100 test images\naccuracy " +
      before.at("accuracy").dump();
  EXPECT_TRUE(outcome.out.starts_with(start)) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, " int8: 0."));
  EXPECT_TRUE(contains(content("bands.c"), "static const int8_t weight1[432]"));
}

class CliExportRefuses : public CliExport {
 protected:
  void expect_refused(const Words& words, int exit_code, const Words& parts) const {
    train_model();
    const Words before = entries();
    Words all = {"export", "out"};
    all.insert(all.end(), words.begin(), words.end());
    expect_refusal(run(all), exit_code, parts);
    EXPECT_EQ(entries(), before);
  }
};

TEST_F(CliExportRefuses, AnExtensionWithoutAFormat) {
  expect_refused({"-o", "bands.txt"}, 2, {"bands.txt", "--format"});
}

TEST_F(CliExportRefuses, AFormatThatIsNotThere) {
  expect_refused({"-o", "bands.c", "--format", "cobol"}, 2, {"'cobol'"});
}

TEST_F(CliExportRefuses, CInAFileOfAnotherExtension) {
  expect_refused({"-o", "bands.txt", "--format", "c"}, 2, {"bands.txt", ".c"});
}

TEST_F(CliExportRefuses, ANameThatIsNoIdentifier) {
  expect_refused({"-o", "bands.c", "--name", "my-net"}, 2, {"'my-net'", "identifier"});
}

TEST_F(CliExportRefuses, NoOutput) { expect_refused({}, 2, {"--out"}); }

TEST_F(CliExportRefuses, ToCalibrateFloats) {
  expect_refused({"-o", "bands.c", "--calibrate", "9"}, 2, {"--calibrate", "--int8"});
}

TEST_F(CliExportRefuses, ToCalibrateOnNothing) {
  expect_refused({"-o", "bands.c", "--int8", "--calibrate", "0"}, 2, {"--calibrate", "'0'"});
}

TEST_F(CliExportRefuses, AFolderInThePlaceOfOneOfTwoFiles) {
  train_model();
  for (const std::string name : {"bands.c", "bands.h"}) {
    std::filesystem::create_directory(dir_ / name);
    expect_refusal(run({"export", "out", "-o", "bands.c"}), 5, {name + ": a folder"});
    EXPECT_EQ(entries(), (Words{"bands", name, "out"}));
    std::filesystem::remove(dir_ / name);
  }
}

TEST_F(CliExportRefuses, AFolderThatIsNotThere) {
  expect_refused({"-o", "nowhere/bands.c"}, 5, {"nowhere/bands"});
}

}  // namespace
}  // namespace lenet
