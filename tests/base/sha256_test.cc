#include "base/sha256.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/sha256_blocks.h"

namespace lenet {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// FIPS 180-2, appendix B, and the empty message of NIST's SHA256ShortMsg.rsp.
TEST(Sha256, MatchesTheStandardsExamples) {
  EXPECT_EQ(sha256(bytes_of("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(bytes_of(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(sha256({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, DoesNotDependOnThePieces) {
  std::string text;
  for (int i = 0; i < 200; ++i) text.push_back(static_cast<char>(i * 37));
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto whole = bytes_of(text).first(size);
    const std::string want = sha256(whole);
    for (const std::size_t cut : {std::size_t{0}, size / 3, size / 2, size}) {
      Sha256 sum;
      sum.add(whole.first(cut));
      sum.add(whole.subspan(cut));
      EXPECT_EQ(sum.digest(), want) << size << " bytes cut at " << cut;
    }
  }
}

TEST(Sha256, OfTheProcessorsInstructionsIsThePortableOne) {
  std::vector<std::uint8_t> blocks(64 * 5);
  for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i] = static_cast<std::uint8_t>(i * i);
  std::array<std::uint32_t, 8> state = {1, 2, 3, 4, 5, 6, 7, 0xffffffff}, portable = state;
  add_sha256_blocks(blocks, state);
  add_sha256_blocks_portable(blocks, portable);
  EXPECT_EQ(state, portable);
}

}  // namespace
}  // namespace lenet
