// Gzip files held in memory, unpacked into buffers of known size.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lenet {

/// What one gzip file may hold here, packed or unpacked: 4 GiB, the reach of zlib's counters.
inline constexpr std::int64_t kMaxGzipBytes = 0xffffffff;

/// Whether `bytes` starts as a gzip file does.
inline bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

/// No gzip file of `bytes` bytes unpacks to more: deflate spends 2 bits on 258 bytes at best.
constexpr std::int64_t max_gunzip_size(std::int64_t bytes) { return bytes * 1032; }

/// Unpacks the first bytes of `gz`, as many as it has, at most out.size(); returns their number.
/// Throws Error (kBadInput), starting with `name`, if the data up to there is broken.
std::int64_t gunzip_prefix(std::string_view gz, std::span<std::uint8_t> out,
                           const std::string& name);

/// Unpacks `gz`, which must be one member that fills `out` exactly, with nothing after it. Throws
/// Error (kBadInput), starting with `name`, if it is not, is cut short or fails its checksum.
void gunzip(std::string_view gz, std::span<std::uint8_t> out, const std::string& name);

}  // namespace lenet
