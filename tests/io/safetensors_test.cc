#include "lenet/safetensors.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <filesystem>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "io/safetensors_bytes.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = LENET_GOLDEN_DIR;

void expect_equal(const SafeTensors& found, const std::vector<NamedTensor>& tensors,
                  const Metadata& metadata) {
  EXPECT_EQ(found.metadata, metadata);
  ASSERT_EQ(found.tensors.size(), tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(found.tensors[i].name, tensors[i].name);
    EXPECT_EQ(found.tensors[i].shape, tensors[i].shape);
    EXPECT_EQ(found.tensors[i].values, tensors[i].values);
  }
}

const NamedTensor& tensor_named(const SafeTensors& file, std::string_view name) {
  for (const NamedTensor& tensor : file.tensors) {
    if (tensor.name == name) return tensor;
  }
  throw std::runtime_error("no tensor " + std::string(name));
}

const std::vector<NamedTensor> kTensors = {
    {"7.weight", {2, 3}, {1, -2, 0.5f, std::numeric_limits<float>::infinity(), 1e-45f, 3e38f}},
    {"scalar", {}, {42}},
    {"none", {3, 0, 2}, {}},
    {"\"quoted\"\n\xe5\x8d\xb7", {1}, {-0.0f}}};
const Metadata kMetadata = {{"format", "pt"}, {"model", "Flatten\n\"Linear\"(10) \xe5\x8d\xb7"}};

TEST(SafeTensors, ReadBackWhatWasWritten) {
  const fs::path path =
      fs::temp_directory_path() / ("lenet_io_test_" + std::to_string(getpid()) + ".safetensors");
  write_safetensors(path, kTensors, kMetadata);
  const SafeTensors found = read_safetensors(path);
  fs::remove(path);
  expect_equal(found, kTensors, kMetadata);
}

TEST(SafeTensors, AreTheseBytes) {
  const std::string header =
      R"({"__metadata__":{"a":"1","b":"2"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
      R"("v":{"dtype":"F32","shape":[],"data_offsets":[8,12]}})";
  const std::string padding((8 - header.size() % 8) % 8, ' ');
  const std::string data =
      little_endian(0x3f800000, 4) + little_endian(0xc0000000, 4) + little_endian(0x3f000000, 4);
  EXPECT_EQ(
      serialise_safetensors({{"w", {2}, {1, -2}}, {"v", {}, {0.5f}}}, {{"b", "2"}, {"a", "1"}}),
      file_of(header + padding, data));
}

TEST(SafeTensors, WithoutTensorsAreAnEmptyObject) {
  EXPECT_EQ(serialise_safetensors({}), file_of("{}      "));
  expect_equal(parse_safetensors(file_of("{}"), "f"), {}, {});
}

TEST(SafeTensors, CutAtAnyByteAreRefused) {
  const std::string bytes = serialise_safetensors(kTensors, kMetadata);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(parse_safetensors(bytes.substr(0, size), "cut"), Error) << size;
  }
}

TEST(SafeTensors, WithAnyByteChangedAreReadOrRefused) {
  const std::string bytes = serialise_safetensors(kTensors, kMetadata);
  int read = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const char flip : {'\x01', '\x10', '\x80', '\xff'}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      try {
        read += std::ssize(parse_safetensors(changed, "changed").tensors) == 4;
      } catch (const Error&) {
      }
    }
  }
  EXPECT_GE(read, 4 * 8 * 4);  // a change among the 8 floats goes unseen
}

TEST(SafeTensors, MayLieInAnotherOrderThanTheirNames) {
  const std::string header = R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},)"
                             R"("none":{"dtype":"F32","shape":[0],"data_offsets":[4,4]},)"
                             R"("a":{"data_offsets":[0,4],"shape":[1],"dtype":"I32"}} )";
  const SafeTensors file = parse_safetensors(file_of(header, std::string("\3\0\0\0\1\2", 6)), "f");
  expect_equal(file, {{"b", {2}, {1, 2}}, {"none", {0}, {}}, {"a", {1}, {3}}}, {});
}

TEST(SafeTensors, TellWhichElementDoesNotFit) {
  const std::string header = R"({"y":{"dtype":"I64","shape":[2],"data_offsets":[0,16]}})";
  EXPECT_EQ(refusal_of(file_of(header, little_endian(1, 8) + little_endian(16777217, 8))),
            "some/file: tensor \"y\": element 1 does not fit float32 (integers do up to 2^24, F64 "
            "up to 3.4e38)");
}

/// The message with which serialise_safetensors refuses.
std::string write_refusal(const std::vector<NamedTensor>& tensors, const Metadata& metadata = {}) {
  try {
    serialise_safetensors(tensors, metadata);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kUsage);
    return e.what();
  }
  return "";
}

TEST(SafeTensors, AreNotWrittenIfTheyCouldNotBeRead) {
  EXPECT_EQ(write_refusal({{"w", {2}, {1}}}), "tensor \"w\": 1 values for shape [2]");
  EXPECT_EQ(write_refusal({{"w", {-1}, {}}}), "tensor \"w\": 0 values for shape [-1]");
  EXPECT_EQ(write_refusal({{"w", {1LL << 62, 4}, {}}}),
            "tensor \"w\": 0 values for shape [4611686018427387904, 4]");
  EXPECT_EQ(write_refusal({{"w", {}, {1}}, {"v", {}, {1}}, {"w", {}, {1}}}),
            "tensor \"w\" is there twice");
  EXPECT_EQ(write_refusal({{"__metadata__", {}, {1}}}),
            "tensor \"__metadata__\": this name is not allowed");
  EXPECT_EQ(write_refusal({{std::string(1, '\0'), {}, {1}}}),
            "tensor \"\\x00\": this name is not allowed");
  EXPECT_EQ(write_refusal({{"\xff", {}, {1}}}), "\"\\xff\": not UTF-8");
  EXPECT_EQ(write_refusal({}, {{"k", "\xc3"}}), "\"\\xc3\": not UTF-8");
  EXPECT_EQ(write_refusal({}, {{"k", std::string(100'000'000, 'a')}}),
            "header of 100000032 bytes, want at most 100000000");
}

TEST(SafeTensors, OfPyTorchAreWrittenBackByteForByte) {
  const std::string bytes = read_file(kGolden / "lenet_seed0_init.safetensors", 1 << 20);
  const SafeTensors file = parse_safetensors(bytes, "golden");
  EXPECT_EQ(serialise_safetensors(file.tensors, file.metadata), bytes);
}

TEST(SafeTensors, OfPyTorchsLeNetHaveItsNamesShapesAndValues) {
  const SafeTensors file = read_safetensors(kGolden / "lenet_seed0_init.safetensors");
  const std::vector<std::pair<std::string, Shape>> expected = {
      {"0.weight", {6, 1, 5, 5}}, {"0.bias", {6}},   {"3.weight", {16, 6, 5, 5}}, {"3.bias", {16}},
      {"7.weight", {120, 400}},   {"7.bias", {120}}, {"9.weight", {84, 120}},     {"9.bias", {84}},
      {"11.weight", {10, 84}},    {"11.bias", {10}}};
  ASSERT_EQ(file.tensors.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(file.tensors[i].name, expected[i].first);
    EXPECT_EQ(file.tensors[i].shape, expected[i].second);
  }
  // Read from the file with Python's struct.
  EXPECT_EQ(file.tensors.front().values.front(), -0x1.f9ddf4p-6f);
  EXPECT_EQ(file.tensors.back().values.back(), 0x1.80178ep-4f);
}

TEST(SafeTensors, OfPyTorchHoldLabelsAsI64) {
  const SafeTensors file = read_safetensors(kGolden / "lenet_seed0_step1.safetensors");
  const NamedTensor& labels = tensor_named(file, "y");
  EXPECT_EQ(labels.shape, Shape{256});
  EXPECT_EQ(std::vector<float>(labels.values.begin(), labels.values.begin() + 5),
            (std::vector<float>{9, 0, 0, 3, 0}));  // the first training labels of Fashion-MNIST
  EXPECT_EQ(tensor_named(file, "logits").shape, (Shape{256, 10}));
}

/// Names that a reader who compares each with each, or looks for a free place in a table one by
/// one, would need hours for.
std::string million_names(const std::string& last) {
  std::string header = "{";
  for (int i = 0; i < 1'000'000; ++i) {
    header += "\"layer." + std::to_string(i * 7919LL % 1'000'000) +
              R"(":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},)";
  }
  return file_of(header + last + "}");
}

TEST(SafeTensors, OfAMillionNamesAreRead) {
  const std::string bytes =
      million_names(R"("last":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})");
  EXPECT_EQ(parse_safetensors(bytes, "million").tensors.size(), 1'000'001u);
}

TEST(SafeTensors, OfAMillionNamesAndOneTwiceAreRefused) {
  const std::string bytes =
      million_names(R"("layer.0":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})");
  EXPECT_EQ(refusal_of(bytes), "some/file: tensor \"layer.0\" is there twice");
}

}  // namespace
}  // namespace lenet
