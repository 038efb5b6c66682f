// docs/options.md: the table of options as a page.
#pragma once

#include <string>

namespace lenet {

/// In Markdown, in lines of at most 100 characters.
std::string option_page();

}  // namespace lenet
