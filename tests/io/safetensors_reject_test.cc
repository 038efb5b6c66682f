#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "io/safetensors_bytes.h"

namespace lenet {
namespace {

using namespace std::string_literals;

/// A file, and what its refusal must say.
struct Row {
  std::string name;
  std::string bytes;
  std::string message;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class SafeTensorsRejects : public testing::TestWithParam<Row> {};

TEST_P(SafeTensorsRejects, WithItsMessage) {
  EXPECT_EQ(refusal_of(GetParam().bytes), "some/file: " + GetParam().message);
}

std::string name_of(const testing::TestParamInfo<Row>& row) { return row.param.name; }

const std::string kFour(4, '\0');   // the data of one float
const std::string kEight(8, '\0');  // of two

/// A file of one tensor "w" with these members and eight bytes of data.
std::string with_members(const std::string& members) {
  return file_of(R"({"w":{)" + members + "}}", kEight);
}

/// The same with this shape or these offsets, the rest in order.
std::string with_shape(const std::string& shape) {
  return with_members(R"("dtype":"F32","shape":)" + shape + R"(,"data_offsets":[0,8])");
}
std::string with_offsets(const std::string& offsets) {
  return with_members(R"("dtype":"F32","shape":[2],"data_offsets":)" + offsets);
}

/// "[1,1,...]".
std::string ones(int count) {
  std::string shape = "[1";
  for (int i = 1; i < count; ++i) shape += ",1";
  return shape + "]";
}

/// Two tensors of one float each at these offsets.
std::string two_at(const std::string& a, const std::string& b, const std::string& data) {
  return file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)" + a +
                     R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" + b + "}}",
                 data);
}

INSTANTIATE_TEST_SUITE_P(
    Frame, SafeTensorsRejects,
    testing::Values(
        Row{"Empty", "", "0 bytes, want at least 8 (is this safetensors?)"},
        Row{"SevenBytes", "1234567", "7 bytes, want at least 8 (is this safetensors?)"},
        Row{"HeaderAbove100MB", little_endian(100'000'001, 8) + "{}",
            "header of 100000001 bytes, want at most 100000000 (is this safetensors?)"},
        Row{"HeaderOf2To64", little_endian(~0ull, 8) + "{}",
            "header of 18446744073709551615 bytes, want at most 100000000 (is this safetensors?)"},
        Row{"PictureInsteadOfAModel", "\x89PNG\r\n\x1a\n" + std::string(20, '\0'),
            R"(no model's file: begins with "\x89PNG\r\n\x1a\n", want safetensors)"},
        Row{"ArraysInsteadOfAModel",
            "PK\003\004" + std::string(22, '\0') + "\x0b\0\0\0x_train.npy"s,
            "no model's file: begins with NumPy's arrays (.npz), want safetensors"},
        Row{"HeaderBeyondTheFile", little_endian(3, 8) + "{}",
            "header of 3 bytes, but only 2 follow (is the file cut off?)"},
        Row{"NoHeader", little_endian(0, 8),
            "header begins with \"\", want '{' (is this safetensors?)"},
        Row{"HeaderAfterASpace", file_of(" {}"),
            "header begins with \" \", want '{' (is this safetensors?)"},
        Row{"ArrayAsHeader", file_of("[]"),
            "header begins with \"[\", want '{' (is this safetensors?)"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Json, SafeTensorsRejects,
    testing::Values(
        Row{"UnfinishedObject", file_of("{"), "the header is not JSON in UTF-8 (its byte 2)"},
        Row{"TrailingComma", file_of(R"({"__metadata__":{},})"),
            "the header is not JSON in UTF-8 (its byte 20)"},
        Row{"TextAfterTheObject", file_of("{}x"), "the header is not JSON in UTF-8 (its byte 3)"},
        Row{"NulAfterTheObject", file_of("{}\0garbage"s),
            "the header is not JSON in UTF-8 (its byte 3)"},
        Row{"InvalidUtf8", file_of("{\"\xff\":1}"), "the header is not JSON in UTF-8 (its byte 3)"},
        Row{"DeepNesting", file_of("{\"a\":" + std::string(1'000'000, '[')),
            "tensor \"a\": found an array, want an object with dtype, shape and data_offsets"},
        Row{"NulInAName",
            file_of(R"({"w\u0000":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})", kFour),
            "tensor \"w\\x00\": a NUL in the name"},
        Row{"NumberForATensor", file_of(R"({"w":1})"),
            "tensor \"w\": found 1, want an object with dtype, shape and data_offsets"},
        Row{"NullForATensor", file_of(R"({"w":null})"),
            "tensor \"w\": found null, want an object with dtype, shape and data_offsets"},
        Row{"LongNameIsCutInTheMessage", file_of("{\"" + std::string(1000, 'n') + "\":true}"),
            "tensor \"" + std::string(60, 'n') +
                "\"...: found true, want an object with dtype, shape and data_offsets"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Duplicates, SafeTensorsRejects,
    testing::Values(
        Row{"Tensor",
            file_of(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                    R"("v":{"dtype":"F32","shape":[0],"data_offsets":[4,4]},)"
                    R"("w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                    kEight),
            "tensor \"w\" is there twice"},
        Row{"TensorSpeltWithAnEscape",
            file_of(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                    R"("\u0077":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                    kEight),
            "tensor \"w\" is there twice"},
        Row{"Metadata", file_of(R"({"__metadata__":{},"__metadata__":{}})"),
            "\"__metadata__\" is there twice"},
        Row{"MetadataKey", file_of(R"({"__metadata__":{"k":"1","k":"1"}})"),
            "__metadata__ key \"k\" is there twice"},
        Row{"Field",
            with_members(R"("dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8])"),
            "tensor \"w\": field dtype is there twice"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Metadata, SafeTensorsRejects,
    testing::Values(Row{"NotAnObject", file_of(R"({"__metadata__":"pt"})"),
                        "__metadata__: found \"pt\", want an object of strings"},
                    Row{"Number", file_of(R"({"__metadata__":{"epochs":10}})"),
                        "__metadata__ key \"epochs\": found 10, want a string"},
                    Row{"Object", file_of(R"({"__metadata__":{"k":{}}})"),
                        "__metadata__ key \"k\": found an object, want a string"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Fields, SafeTensorsRejects,
    testing::Values(
        Row{"NoDtype", with_members(R"("shape":[2],"data_offsets":[0,8])"),
            "tensor \"w\": no dtype"},
        Row{"NoShape", with_members(R"("dtype":"F32","data_offsets":[0,8])"),
            "tensor \"w\": no shape"},
        Row{"NoOffsets", with_members(R"("dtype":"F32","shape":[2])"),
            "tensor \"w\": no data_offsets"},
        Row{"UnknownField",
            with_members(R"("dtype":"F32","shape":[2],"data_offsets":[0,8],"device":"cpu")"),
            "tensor \"w\": field \"device\", want only dtype, shape and data_offsets"},
        Row{"UnknownDtype", with_members(R"("dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8])"),
            "tensor \"w\": dtype \"F8_E4M3\", want one of F64, F32, F16, BF16, I64, I32, I16, I8, "
            "U64, U32, U16, U8"},
        Row{"DtypeNotAString", with_members(R"("dtype":32,"shape":[2],"data_offsets":[0,8])"),
            "tensor \"w\": found 32, want dtype as a string"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Numbers, SafeTensorsRejects,
    testing::Values(
        Row{"NegativeSize", with_shape("[-2]"),
            "tensor \"w\": found -2, want an integer from 0 to 2^63 - 1"},
        Row{"FractionalSize", with_shape("[2.0]"),
            "tensor \"w\": found 2.0, want an integer from 0 to 2^63 - 1"},
        Row{"SizeOf2To63", with_shape("[9223372036854775808]"),
            "tensor \"w\": found 9223372036854775808, want an integer from 0 to 2^63 - 1"},
        Row{"SizeOf2To64", with_shape("[18446744073709551616]"),
            "tensor \"w\": found 18446744073709551616, want an integer from 0 to 2^63 - 1"},
        Row{"SizeBeyondDouble", with_shape("[1e999]"),
            "tensor \"w\": found 1e999, want an integer from 0 to 2^63 - 1"},
        Row{"NegativeOffset", with_offsets("[-8,0]"),
            "tensor \"w\": found -8, want an integer from 0 to 2^63 - 1"},
        Row{"OneOffset", with_offsets("[0]"), "tensor \"w\": data_offsets [0], want two numbers"},
        Row{"ThreeOffsets", with_offsets("[0,8,8]"),
            "tensor \"w\": more than 2 numbers in data_offsets"},
        Row{"OffsetsBackwards", with_offsets("[8,0]"),
            "tensor \"w\": data_offsets [8, 0], want 8 bytes for shape [2]"},
        Row{"StringAsShape", with_shape("\"2\""),
            "tensor \"w\": found \"2\", want shape as an array of integers"},
        Row{"ArrayInShape", with_shape("[[2]]"),
            "tensor \"w\": found an array, want an integer from 0 to 2^63 - 1"},
        Row{"SixtyFiveSizes", with_shape(ones(65)), "tensor \"w\": more than 64 numbers in shape"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Layout, SafeTensorsRejects,
    testing::Values(
        Row{"ShapeThatOverflows", with_shape("[4294967296,4294967296]"),
            "tensor \"w\": shape [4294967296, 4294967296] takes more than 2^63 bytes"},
        Row{"BytesThatOverflow", with_shape("[2305843009213693952]"),
            "tensor \"w\": shape [2305843009213693952] takes more than 2^63 bytes"},
        Row{"ShapeLargerThanItsBytes", with_shape("[3]"),
            "tensor \"w\": data_offsets [0, 8], want 12 bytes for shape [3]"},
        Row{"ShapeSmallerThanItsBytes", with_shape("[]"),
            "tensor \"w\": data_offsets [0, 8], want 4 bytes for shape []"},
        Row{"Overlap", two_at("[0,4]", "[2,6]", kFour + "ab"),
            "tensor \"b\": data begins at 2, inside the data before, which ends at 4"},
        Row{"TheSameBytesTwice", two_at("[0,4]", "[0,4]", kFour),
            "tensor \"b\": data begins at 0, inside the data before, which ends at 4"},
        Row{"Hole", two_at("[0,4]", "[5,9]", kEight + "a"),
            "tensor \"b\": data begins at 5, leaving a hole from 4"},
        Row{"HoleAtTheStart", two_at("[4,8]", "[8,12]", kFour + kEight),
            "tensor \"a\": data begins at 4, leaving a hole from 0"},
        Row{"DataCutOff", two_at("[0,4]", "[4,8]", kFour),
            "the tensors take 8 bytes, the file has 4 after its header (is it cut off?)"},
        Row{"DataLeftOver", two_at("[0,4]", "[4,8]", kEight + "a"),
            "the tensors take 8 bytes, the file has 9 after its header"},
        Row{"DataWithoutTensors", file_of("{}", "a"),
            "the tensors take 0 bytes, the file has 1 after its header"}),
    name_of);

/// What refusals of PyTorch's own files say after the path.
std::string conversion(const std::string& from, const std::string& to) {
  return "looks like a file of torch.save, want safetensors. To convert it:\n"
         "  import torch\n"
         "  from safetensors.torch import save_file\n"
         "  save_file(torch.load(\"" +
         from + "\", map_location=\"cpu\"), \"" + to + "\")";
}

INSTANTIATE_TEST_SUITE_P(
    PyTorch, SafeTensorsRejects,
    testing::Values(Row{"Zip", "PK\003\004\0\0\010\010\0\0\0\0\0\0"s,
                        conversion("some/file", "some/file.safetensors")},
                    Row{"ShortZip", "PK\003\004", conversion("some/file", "some/file.safetensors")},
                    Row{"Pickle", "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20j\xa8P\x19.\x80\x02"s,
                        conversion("some/file", "some/file.safetensors")}),
    name_of);

TEST(SafeTensors, TellHowToConvertAFileNamedPtOrPth) {
  for (const std::string extension : {".pt", ".pth"}) {
    EXPECT_EQ(refusal_of("garbage", "a/b" + extension),
              "a/b" + extension + ": " + conversion("a/b" + extension, "a/b.safetensors"));
  }
}

TEST(SafeTensors, WithAHeaderOf640BytesAreNotTakenForAPickle) {
  std::string header = "{}";
  header.resize(0x280, ' ');  // its length begins 80 02, as a pickle does
  EXPECT_TRUE(parse_safetensors(file_of(header), "f").tensors.empty());
}

}  // namespace
}  // namespace lenet
