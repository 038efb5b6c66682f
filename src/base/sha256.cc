#include "base/sha256.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/file.h"
#include "base/sha256_blocks.h"

namespace lenet {

void Sha256::add(std::span<const std::uint8_t> bytes) {
  const std::size_t held = size_ % rest_.size();
  size_ += bytes.size();
  if (held > 0 || bytes.size() < rest_.size()) {
    const std::size_t taken = std::min(rest_.size() - held, bytes.size());
    std::ranges::copy(bytes.first(taken), rest_.begin() + static_cast<std::ptrdiff_t>(held));
    if (held + taken < rest_.size()) return;
    add_sha256_blocks(rest_, state_);
    bytes = bytes.subspan(taken);
  }
  const std::size_t whole = bytes.size() / rest_.size() * rest_.size();
  add_sha256_blocks(bytes.first(whole), state_);
  std::ranges::copy(bytes.subspan(whole), rest_.begin());
}

std::string Sha256::digest() {
  // A bit of one, zeros up to the last eight bytes of a block, and the number of bits.
  const std::uint64_t bits = size_ * 8;
  std::array<std::uint8_t, 64 + 8> padding = {0x80};
  const std::size_t zeros_end = 1 + (64 + 55 - size_ % 64) % 64;
  for (std::size_t i = 0; i < 8; ++i) {
    padding[zeros_end + i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
  }
  add(std::span(padding).first(zeros_end + 8));
  return fmt::format("{:08x}", fmt::join(state_, ""));
}

std::string sha256(std::span<const std::uint8_t> bytes) {
  Sha256 sum;
  sum.add(bytes);
  return sum.digest();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, std::int64_t{1} << 32);
  return sha256({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace lenet
