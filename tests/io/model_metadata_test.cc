// The metadata of a saved model that lenet refuses, and says so.
#include <ostream>

#include "io/model_files.h"

namespace lenet {
namespace {

struct BadRow {
  std::string name, key, value;
  std::vector<std::string> parts;  ///< of the message, beside the key
};

void PrintTo(const BadRow& row, std::ostream* out) { *out << row.name; }

class ModelFileMetadata : public ModelFile, public testing::WithParamInterface<BadRow> {};

TEST_P(ModelFileMetadata, ThatIsBadIsRefusedAndNamed) {
  SafeTensors content = saved();
  content.metadata[GetParam().key] = GetParam().value;
  const std::string message = refusal(content);
  EXPECT_TRUE(contains(message, GetParam().key));
  for (const std::string& part : GetParam().parts) EXPECT_TRUE(contains(message, part));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ModelFileMetadata,
    testing::Values(
        BadRow{"TextThatDoesNotParse", "model", "Conv2d(2, 3) RelU", {"column 14", "RelU"}},
        BadRow{"EmptyText", "model", "", {"no layer"}},
        BadRow{"EmptyShape", "input_shape", "", {"CxHxW"}},
        BadRow{"ShapeOfWords", "input_shape", "one", {"\"one\"", "CxHxW"}},
        BadRow{"ShapeOfTwo", "input_shape", "6x6", {"\"6x6\""}},
        BadRow{"ShapeOfFour", "input_shape", "1x1x6x6", {"\"1x1x6x6\""}},
        BadRow{"ShapeWithARest", "input_shape", "1x6x6x", {"\"1x6x6x\""}},
        BadRow{"ShapeWithAZero", "input_shape", "1x0x6", {"\"1x0x6\""}},
        BadRow{"NegativeShape", "input_shape", "1x-6x-6", {"\"1x-6x-6\""}},
        BadRow{"ShapeBeyond64Bits", "input_shape", "1x6x99999999999999999999", {"CxHxW"}},
        BadRow{"OtherScale", "pixel_scale", "1/127.5", {"\"1/127.5\"", "1/255"}},
        BadRow{"NamesThatAreNoJson", "class_names", "a, b", {"JSON list of strings"}},
        BadRow{"NamesThatAreNoList", "class_names", "{\"a\": \"b\"}", {"JSON list of strings"}},
        BadRow{"NamesThatAreNumbers", "class_names", "[\"a\", 2]", {"JSON list of strings"}},
        BadRow{"NamesForTheTerminal", "class_names", R"(["\u001b[2J"])", {"control characters"}},
        BadRow{"DigestThatIsNone", "data_sha256", "1234", {"64 lower-case hexadecimal digits"}},
        BadRow{"DigestForTheTerminal", "data_sha256", "\x1b[2J" + std::string(60, 'a'), {"64"}},
        BadRow{"MoreNamesThanOutputs", "class_names", R"(["a","b","c","d","e"])", {"5", "4"}}),
    [](const auto& test) { return test.param.name; });

TEST_F(ModelFile, ShapeThatTheTensorsDoNotFitIsRefused) {
  SafeTensors content = saved();
  content.metadata["input_shape"] = "1x7x7";
  EXPECT_TRUE(contains(refusal(content), "3.weight has shape 4x32, want 4x50"));
}

TEST_F(ModelFile, ShapeThatTheLayersDoNotFitIsRefused) {
  for (const char* shape : {"1x2x2", "36", "1x2000000000x2000000000"}) {
    SafeTensors content = saved();
    content.metadata["input_shape"] = shape;
    refusal(content);
  }
}

TEST_F(ModelFile, MissingRowIsNamed) {
  for (const char* key : {"model", "input_shape", "pixel_scale"}) {
    SafeTensors content = saved();
    content.metadata.erase(key);
    const std::string message = refusal(content);
    EXPECT_TRUE(contains(message, key));
    EXPECT_TRUE(contains(message, "not a model that lenet saved"));
  }
}

TEST_F(ModelFile, RefusesANormalizationThatIsNone) {
  Sequential net = normalised_net();
  save_model(file_, net, {});
  const std::string nested = R"({"mean": )" + std::string(1 << 20, '[');
  for (const std::string& text : std::vector<std::string>{
           nested + std::string(1 << 20, ']') + '}', "", "1", "[]", "{}", R"({"mean": [0.5]})",
           R"({"mean": ["a"], "deviation": [1]})", R"({"mean": [0.5], "deviation": [0]})",
           R"({"mean": [0.5, 0.5], "deviation": [1, 1]})", R"({"mean": [1e60], "deviation": [1]})",
           R"({"mean": [0.5], "deviation": [-1]})"}) {
    SafeTensors content = read_safetensors(file_);
    content.metadata["normalization"] = text;
    EXPECT_NE(refusal(content).find("metadata normalization"), std::string::npos)
        << text.substr(0, 99);
    save_model(file_, net, {});
  }
}

}  // namespace
}  // namespace lenet
