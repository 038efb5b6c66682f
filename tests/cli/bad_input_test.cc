// Files that are broken or do not fit: the message names them, and nothing is written.
#include <sys/stat.h>

#include <functional>
#include <limits>
#include <ostream>

#include "cli/cli_test.h"
#include "formats/gzip.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr int kUsage = 2, kBadInput = 3, kIo = 5;

const char* const kImages = "train-images-idx3-ubyte";
const char* const kLabels = "train-labels-idx1-ubyte";
const char* const kTestLabels = "t10k-labels-idx1-ubyte";

struct BadData {
  std::string name;
  std::string file;                                      ///< of the data set
  std::function<std::string(const std::string&)> spoil;  ///< its bytes to broken ones
  Words parts;                                           ///< of the message, beside the file's name
};

void PrintTo(const BadData& bad, std::ostream* out) { *out << bad.name; }

class CliRefusesData : public Cli, public testing::WithParamInterface<BadData> {};

TEST_P(CliRefusesData, WithThreeNamesTheFileAndWritesNothing) {
  const BadData& bad = GetParam();
  const fs::path file = data_ / bad.file;
  const std::string broken = bad.spoil(read_file(file, 1 << 24));
  fs::remove(file);
  write_file(is_gzip(broken) ? fs::path(file.string() + ".gz") : file, broken);
  Words parts = bad.parts;
  parts.push_back(bad.file);
  expect_refusal(train("out"), kBadInput, parts);
  expect_refusal(train("out", {"--json"}), kBadInput, parts);
  EXPECT_EQ(entries(), Words{"bands"});
}

std::string with_byte(std::string bytes, std::size_t at, int value) {
  bytes[at] = static_cast<char>(value);
  return bytes;
}

INSTANTIATE_TEST_SUITE_P(
    Idx, CliRefusesData,
    testing::Values(
        BadData{"LabelsInPlaceOfImages",
                kImages,
                [](const std::string&) { return label_file("\1\2"); },
                {"magic 0x00000801", "want 0x00000803", "label file"}},
        BadData{"ImagesInPlaceOfLabels",
                kLabels,
                [](const std::string&) { return image_file(1, 1, 1, "x"); },
                {"magic 0x00000803", "want 0x00000801", "image file"}},
        BadData{"NoIdx",
                kImages,
                [](const std::string&) { return "P5 12 12 255 and so on"; },
                {"magic", "want 0x00000803"}},
        BadData{"EmptyFile",
                kImages,
                [](const std::string&) { return ""; },
                {"0 bytes", "header of 16"}},
        BadData{"CutInTheHeader",
                kImages,
                [](const std::string& b) { return b.substr(0, 10); },
                {"10 bytes", "header of 16"}},
        BadData{"CutInTheImages",
                kImages,
                [](const std::string& b) { return b.substr(0, b.size() - 1); },
                {"promise 43200 bytes", "found 43199"}},
        BadData{"BytesAfterTheEnd",
                kLabels,
                [](const std::string& b) { return b + "xy"; },
                {"2 bytes after"}},
        BadData{
            "SizesThatOverflow",
            kImages,
            [](const std::string&) { return image_file(0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, "x"); },
            {"4294967295x4294967295x4294967295"}},
        BadData{"SizesBeyondTheFile",
                kImages,
                [](const std::string&) { return image_file(60000, 28, 28, "x"); },
                {"promise 47040000 bytes", "found 1"}},
        BadData{"NoImages",
                kImages,
                [](const std::string&) { return image_file(0, 12, 12, ""); },
                {"0x12x12", "at least 1"}},
        BadData{
            "NoLabels", kLabels, [](const std::string&) { return label_file(""); }, {"at least 1"}},
        BadData{"FewerLabelsThanImages",
                kLabels,
                [](const std::string&) { return label_file("\1\2"); },
                {"2 labels", "want 300", kImages}},
        BadData{"TestLabelBeyondTheClasses",
                kTestLabels,
                [](const std::string& b) { return with_byte(b, 8 + 41, 3); },
                {"label 3 at image 41", "at most 2"}},
        BadData{"OtherSizesInTheTestSet",
                "t10k-images-idx3-ubyte",
                [](const std::string&) {
                  return image_file(100, 6, 24, std::string(100 * 6 * 24, 'x'));
                },
                {"1x6x24", "want 1x12x12"}},
        BadData{"BombBehindAnHonestHeader",
                kImages,
                [](const std::string&) {
                  return gzip(image_file(300, 12, 12, std::string(std::size_t{1} << 26, '\0')));
                },
                {"more than the 43216 bytes expected"}},
        BadData{"BombThatItsHeaderPromises",
                kImages,
                [](const std::string&) { return gzip(image_file(60000, 250, 250, "x")); },
                {"promise 3750000000 bytes", "more than"}},
        BadData{"GzipThatIsCut",
                kLabels,
                [](const std::string& b) { return gzip(b).substr(0, 30); },
                {"ends early"}},
        BadData{"GzipWithABrokenSum",
                kLabels,
                [](const std::string& b) {
                  std::string gz = gzip(b);
                  gz[gz.size() - 8] ^= 1;
                  return gz;
                },
                {"broken gzip"}}),
    [](const auto& test) { return test.param.name; });

class CliBadFile : public Cli {
 protected:
  CliBadFile() { EXPECT_EQ(train("good", {"--epochs", "1"}).exit_code, 0); }

  /// `lenet eval` of a file with these bytes.
  Outcome eval_bytes(const std::string& name, const std::string& bytes) const {
    write_file(dir_ / name, bytes);
    return run({"eval", name, "--data", "bands"});
  }
};

TEST_F(CliBadFile, MissingDataFolderIsAnIoErrorThatIsNamed) {
  expect_refusal(run({"train", "--data", "none"}), kIo, {"none", "not found"});
  expect_refusal(run({"eval", "good/model.safetensors", "--data", "none"}), kIo,
                 {"none", "not found"});
}

TEST_F(CliBadFile, MissingDataFileIsAnIoErrorThatIsNamed) {
  fs::remove(data_ / kTestLabels);
  expect_refusal(train("out"), kIo, {"no IDX labels with t10k or test in its name"});
}

TEST_F(CliBadFile, FolderInTheVariableIsNamedAsThat) {
  const Outcome outcome =
      run_program({"train"}, {.folder = dir_, .variables = {{"LENET_DATA", "none"}}});
  expect_refusal(outcome, kIo, {"none", "$LENET_DATA"});
}

TEST_F(CliBadFile, MissingModelIsAnIoError) {
  expect_refusal(run({"eval", "none.safetensors"}), kIo, {"none.safetensors", "No such file"});
}

TEST_F(CliBadFile, FolderWithoutAModelIsAnIoError) {
  expect_refusal(run({"eval", "bands"}), kIo, {"bands/model.safetensors", "not found"});
}

TEST_F(CliBadFile, PipeInPlaceOfAModelIsRefusedAndNotWaitedFor) {
  ASSERT_EQ(::mkfifo((dir_ / "pipe").c_str(), 0600), 0);
  expect_refusal(run({"eval", "pipe"}), kIo, {"pipe", "want a file"});
}

TEST_F(CliBadFile, TextInPlaceOfAModelIsRefused) {
  expect_refusal(eval_bytes("notes.txt", "Dear diary, today I trained a network.\n"), kBadInput,
                 {"notes.txt", "no model's file", "want safetensors"});
  expect_refusal(eval_bytes("empty", ""), kBadInput, {"empty", "0 bytes"});
}

TEST_F(CliBadFile, ModelCutAnywhereIsRefused) {
  const std::string whole = content("good/model.safetensors");
  for (std::size_t size = 0; size < whole.size(); size += whole.size() / 20) {
    expect_refusal(eval_bytes("cut.safetensors", whole.substr(0, size)), kBadInput,
                   {"cut.safetensors"});
  }
}

TEST_F(CliBadFile, TorchFileIsRefusedWithTheWayToConvertIt) {
  for (const char* name : {"net.pt", "net.pth"}) {
    const Words parts = {name, "torch.save", "save_file", "net.safetensors"};
    expect_refusal(eval_bytes(name, "PK\003\004 and so on"), kBadInput, parts);
    expect_refusal(run({"summary", name}), kBadInput, parts);
    expect_refusal(train("out", {"--weights", name}), kBadInput, parts);
  }
}

TEST_F(CliBadFile, WeightsAloneAreNoModelToEvaluate) {
  const std::string weights = LENET_GOLDEN_DIR "/lenet_seed0_init.safetensors";
  expect_refusal(run({"eval", weights, "--data", "bands"}), kBadInput,
                 {weights, "metadata", "--weights"});
}

TEST_F(CliBadFile, WeightsOfAnotherShapeAreRefusedAndNothingIsWritten) {
  write_safetensors(dir_ / "other.safetensors",
                    {{"1.weight", {4, 144}, std::vector<float>(4 * 144)},
                     {"1.bias", {3}, std::vector<float>(3)}});
  expect_refusal(train("out", {"--weights", "other.safetensors"}), kBadInput,
                 {"other.safetensors", "1.weight", "4x144", "want 3x144"});
  EXPECT_FALSE(fs::exists(dir_ / "out"));
}

TEST_F(CliBadFile, WeightsThatAreNoNumbersAreRefusedBeforeTraining) {
  std::vector<float> values(3 * 144);
  values[7] = std::numeric_limits<float>::quiet_NaN();
  write_safetensors(dir_ / "nan.safetensors",
                    {{"1.weight", {3, 144}, values}, {"1.bias", {3}, std::vector<float>(3)}});
  expect_refusal(train("out", {"--weights", "nan.safetensors"}), kBadInput,
                 {"nan.safetensors", "1.weight", "7", "nan"});
}

TEST_F(CliBadFile, MissingWeightsAreAnIoError) {
  expect_refusal(train("out", {"--weights", "none"}), kIo, {"none", "No such file"});
}

TEST_F(CliBadFile, ModelForOtherImagesIsRefusedWithBothShapes) {
  const Outcome outcome = run({"eval", "good/model.safetensors", "--data", "fashion-mnist"});
  expect_refusal(outcome, kUsage, {"1x28x28", "1x12x12"});
}

}  // namespace
}  // namespace lenet
