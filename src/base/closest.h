// What a misspelt word may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lenet {

/// The first of the words that takes the fewest changes, insertions and removals of a letter to
/// make of `word`, capitals aside; empty if that is more than two, or more than a third of the
/// word.
std::string closest(std::string_view word, std::span<const std::string> words);

}  // namespace lenet
