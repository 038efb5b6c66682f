// What a word may be that is given for an option.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lenet {

/// Says what is wrong with a word; empty: nothing.
using Check = std::function<std::string(const std::string&)>;

/// The most that --epochs, --max-steps and --batch-size take.
inline constexpr std::uint64_t kMostCount = 1'000'000'000;

/// Accepts decimal digits for a number within these limits: neither 010, which is 8 to some, nor
/// -1, which would be 2^64 - 1.
Check whole_number(std::uint64_t least, std::uint64_t most);

/// Accepts a float above 0 that is finite.
Check positive_float();

/// Accepts a finite number.
Check finite_number();

/// Accepts a part of the whole: 0, for none, to below 1.
Check share();

/// Accepts one of these words.
Check one_of(std::vector<std::string> words);

/// These words in a help, as "sgd, adam or adamw".
std::string choice_of(const std::vector<std::string>& words);

/// Accepts "28x28" and "": a size as --size takes it.
Check image_size();

/// Accepts names between commas, each once, and "".
Check target_names();

/// Accepts a line of UTF-8 of at most so many bytes, without codes that a terminal acts on.
Check short_text(std::size_t most);

/// Refuses "", as of a shell variable that is not set, and an option: "--out= --json" would be the
/// folder "--json".
Check given_path();

}  // namespace lenet
