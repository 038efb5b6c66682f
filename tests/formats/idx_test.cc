#include "formats/idx.h"

#include "data/test_files.h"

namespace lenet {
namespace {

using enum IdxContent;

class IdxFile : public TestFolder {
 protected:
  Idx read(const std::string& bytes, IdxContent content) const {
    write_file(path_, bytes);
    return read_idx(path_, content);
  }

  /// The message for a broken file; it always starts with the file's path.
  std::string refusal(const std::string& bytes, IdxContent content = kImages) const {
    const std::string message = error_of(ErrorKind::kBadInput, [&] { read(bytes, content); });
    EXPECT_TRUE(message.starts_with(path_.string() + ": ")) << message;
    return message;
  }

  const std::filesystem::path path_ = dir_ / "file";
};

std::string payload_of(const Idx& idx) { return {idx.payload().begin(), idx.payload().end()}; }

TEST_F(IdxFile, ReadsImagesPlainAndGzippedWhateverTheirName) {
  const std::string pixels = noise(200'000);
  const std::string bytes = image_file(500, 20, 20, pixels);
  for (const std::string& file : {bytes, gzip(bytes), gzip(bytes, 0), gzip(bytes, 12)}) {
    const Idx idx = read(file, kImages);
    EXPECT_EQ(idx.sizes, (std::vector<std::int64_t>{500, 20, 20}));
    EXPECT_EQ(payload_of(idx), pixels);
  }
}

TEST_F(IdxFile, ReadsLabels) {
  for (const std::string& file : {label_file("\3\1\2"), gzip(label_file("\3\1\2"))}) {
    const Idx idx = read(file, kLabels);
    EXPECT_EQ(idx.sizes, std::vector<std::int64_t>{3});
    EXPECT_EQ(payload_of(idx), "\3\1\2");
  }
}

TEST_F(IdxFile, ReadsLabelsOfInt32InOneColumnOrTheFirstOfSeveral) {
  const std::string seven("\0\0\0\7", 4), minus("\xff\xff\xff\xff", 4), big("\0\1\0\0", 4);
  const std::string column = idx_bytes(0xc01, {3}, seven + minus + big);
  const std::string rows = idx_bytes(0xc02, {2, 3}, seven + big + big + minus + seven + seven);
  for (const bool packed : {false, true}) {
    EXPECT_EQ(idx_labels(read(packed ? gzip(column) : column, kLabels)),
              (std::vector<std::int64_t>{7, -1, 65536}));
    EXPECT_EQ(idx_labels(read(packed ? gzip(rows) : rows, kLabels)),
              (std::vector<std::int64_t>{7, -1}));
  }
  EXPECT_TRUE(
      contains(refusal(column.substr(0, 19), kLabels), "sizes 3 promise 12 bytes, found 11"));
  EXPECT_TRUE(contains(refusal(idx_bytes(0xc02, {1u << 30, 1}, ""), kLabels), "more than 4 GiB"));
}

TEST_F(IdxFile, SaysWhatAnotherTypeOrShapeIs) {
  EXPECT_TRUE(contains(refusal(idx_bytes(0xd03, {1, 1, 1}, "abcd")),
                       "3 dimensions of float32, want images x height x width of uint8"));
  EXPECT_TRUE(contains(refusal(idx_bytes(0x804, {1, 1, 1, 1}, "a")), "4 dimensions of uint8"));
  EXPECT_TRUE(contains(refusal(idx_bytes(0xb01, {1}, "ab"), kLabels),
                       "1 dimensions of int16, want labels of uint8 or int32"));
}

TEST_F(IdxFile, TellsImagesFromLabelsByTheirDimensions) {
  const auto content = [&](const std::string& bytes) {
    write_file(path_, bytes);
    return idx_content(path_);
  };
  EXPECT_EQ(content(image_file(1, 1, 1, "x")), kImages);
  EXPECT_EQ(content(gzip(label_file("x"))), kLabels);
  EXPECT_EQ(content(idx_bytes(0xc02, {1, 8}, "")), kLabels);
  EXPECT_EQ(content(idx_bytes(0xd04, {}, "")), kImages);
  for (const std::uint32_t magic :
       {0x0au << 8 | 1u, 0x7u << 8 | 1u, 0xfu << 8 | 1u, 0x800u, 0x10801u}) {
    EXPECT_EQ(content(idx_bytes(magic, {1}, "")), std::nullopt) << magic;
  }
  EXPECT_EQ(content(""), std::nullopt);
}

TEST_F(IdxFile, NamesBothMagicNumbersAndTheLikelyMistake) {
  const std::string images = image_file(1, 1, 1, "x"), labels = label_file("x");
  EXPECT_TRUE(contains(refusal(labels, kImages),
                       "magic 0x00000801, want 0x00000803 (is this the label file?)"));
  EXPECT_TRUE(contains(refusal(gzip(images), kLabels),
                       "magic 0x00000803, want 0x00000801 (is this the image file?)"));
  EXPECT_TRUE(contains(refusal("<!DOCTYPE html>"), "magic 0x3c21444f"));
}

TEST_F(IdxFile, RefusesAPlainFileCutAnywhere) {
  const std::string bytes = image_file(3, 4, 5, noise(60));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(contains(refusal(bytes.substr(0, size)), "cut short?")) << size;
  }
}

TEST_F(IdxFile, RefusesAGzippedFileCutAnywhere) {
  const std::string small = gzip(image_file(3, 4, 5, noise(60)));
  for (std::size_t size = 0; size < small.size(); ++size) {
    EXPECT_TRUE(contains(refusal(small.substr(0, size)), "cut short?")) << size;
  }
  const std::string large = gzip(image_file(500, 20, 20, noise(200'000)));
  for (std::size_t cut : {1u, 7u, 8u, 9u, 1'000u, 70'000u, 150'000u}) {
    EXPECT_TRUE(contains(refusal(large.substr(0, large.size() - cut)), "cut short?")) << cut;
  }
}

TEST_F(IdxFile, RefusesAGzippedIdxFileThatWasCutBeforeItWasPacked) {
  const std::string bytes = image_file(3, 4, 5, noise(60));
  EXPECT_TRUE(contains(refusal(gzip(bytes.substr(0, 75))), "unpacks to 75 bytes, want 76"));
  for (std::size_t size = 0; size < 16; ++size) {
    EXPECT_TRUE(contains(refusal(gzip(bytes.substr(0, size))),
                         std::to_string(size) + " bytes, want a header of 16"));
  }
}

TEST_F(IdxFile, RefusesBytesAfterThePayload) {
  const std::string bytes = image_file(3, 4, 5, noise(60)) + "!";
  EXPECT_TRUE(contains(refusal(bytes), "1 bytes after the 60 that sizes 3x4x5 promise"));
  EXPECT_TRUE(contains(refusal(gzip(bytes)), "unpacks to more than the 76 bytes expected"));
}

TEST_F(IdxFile, RefusesBytesAndMembersAfterTheGzipMember) {
  const std::string gz = gzip(image_file(3, 4, 5, noise(60)));
  EXPECT_TRUE(contains(refusal(gz + "!!"), "2 bytes after the end of the gzip data"));
  EXPECT_TRUE(contains(refusal(gz + gzip("more")), "several gzip members, want one"));
}

TEST_F(IdxFile, RefusesABomb) {
  const std::string zeros(10'000'000, '\0');
  EXPECT_TRUE(contains(refusal(gzip(image_file(1, 2, 3, zeros))), "more than the 22 bytes"));
}

TEST_F(IdxFile, RefusesSizesThatTheFileCannotHold) {
  // 4 TB: more than is read at all. 4 GB: within that limit, but not in so few bytes of gzip.
  const std::string terabytes = image_file(4'000'000, 1'000, 1'000, "");
  EXPECT_TRUE(contains(refusal(terabytes), "4000000x1000x1000 promise more than 4 GiB"));
  EXPECT_TRUE(contains(refusal(gzip(terabytes)), "4000000x1000x1000 promise more than 4 GiB"));
  const std::string gigabytes = image_file(4'000, 1'000, 1'000, "");
  EXPECT_TRUE(contains(refusal(gigabytes), "promise 4000000000 bytes, found 0"));
  EXPECT_TRUE(contains(refusal(gzip(gigabytes)), "of gzip can hold"));
}

TEST_F(IdxFile, RefusesSizesWhoseProductOverflows) {
  const std::uint32_t most = 0xffffffff;
  EXPECT_TRUE(contains(refusal(image_file(most, most, most, "")), "more than 4 GiB"));
  // The product is 2^64, which 64 bits would take for 0.
  EXPECT_TRUE(contains(refusal(image_file(1u << 31, 1u << 31, 4, "")), "more than 4 GiB"));
}

TEST_F(IdxFile, RefusesAnySizeOfZero) {
  EXPECT_TRUE(contains(refusal(image_file(0, 28, 28, "")), "sizes 0x28x28, want at least 1 each"));
  EXPECT_TRUE(contains(refusal(gzip(image_file(5, 0, 28, ""))), "sizes 5x0x28"));
  EXPECT_TRUE(contains(refusal(label_file(""), kLabels), "sizes 0, want"));
}

TEST_F(IdxFile, RefusesAWrongChecksumAndBrokenData) {
  std::string gz = gzip(image_file(500, 20, 20, noise(200'000)));
  gz[gz.size() - 8] ^= 1;  // first byte of the CRC-32, which is followed by the size
  EXPECT_TRUE(contains(refusal(gz), "incorrect data check"));
  gz[gz.size() - 8] ^= 1;
  gz[gz.size() / 2] ^= 1;
  EXPECT_TRUE(contains(refusal(gz), "broken gzip data"));
}

TEST_F(IdxFile, SaysWhyAFileCannotBeRead) {
  EXPECT_TRUE(contains(error_of(ErrorKind::kIo, [&] { read_idx(dir_ / "none", kImages); }),
                       "No such file"));
  EXPECT_TRUE(
      contains(error_of(ErrorKind::kIo, [&] { read_idx(dir_, kImages); }), "Is a directory"));
}

TEST_F(IdxFile, IsFoundPlainFirstThenGzipped) {
  EXPECT_FALSE(find_idx(dir_, "a"));
  write_file(dir_ / "a.gz", "");
  EXPECT_EQ(find_idx(dir_, "a"), dir_ / "a.gz");
  write_file(dir_ / "a", "");
  EXPECT_EQ(find_idx(dir_, "a"), dir_ / "a");
}

}  // namespace
}  // namespace lenet
