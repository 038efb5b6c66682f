// C as text: names, strings, numbers, arrays.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lenet {

/// A letter, then letters, digits and underscores: what C leaves to programs.
bool is_c_identifier(std::string_view text);

/// The text as an identifier: what cannot stand in one becomes an underscore, and "model_" stands
/// before what does not begin with a letter.
std::string to_c_identifier(std::string_view text);

/// The text in quotes, to be read back byte by byte whatever the character set of the source;
/// without trigraphs.
std::string c_string(std::string_view text);

/// The shortest decimal constant that is read back as this finite float.
std::string c_float(float value);

/// Values separated by commas, in lines of at most 100 columns, indented by 4.
std::string c_list(const std::vector<std::string>& values);

/// The words of `text` in lines that begin with " *   ", for the inside of a comment.
std::string c_comment_lines(std::string_view text);

/// "static const TYPE NAME[COUNT] = {...};" of values that are constants already.
std::string c_array(std::string_view type, std::string_view name,
                    const std::vector<std::string>& values);

}  // namespace lenet
