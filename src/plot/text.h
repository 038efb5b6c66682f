// How wide a text is.
#pragma once

#include <string>
#include <string_view>

namespace lenet {

/// Columns in a terminal: one a code point; escape codes that end in 'm' take none.
int terminal_width(std::string_view utf8);

/// The longest beginning of `utf8`, a text without escape codes, of at most `columns` columns.
std::string_view cut_to_width(std::string_view utf8, int columns);

/// An estimate in em for DejaVu Sans and Verdana, which are about alike.
double text_width(std::string_view utf8);

}  // namespace lenet
