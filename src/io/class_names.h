// The names of a model's classes as metadata of a file: a JSON list of strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lenet {

std::string class_names_text(const std::vector<std::string>& names);

/// At most `outputs` names, fit for a terminal. Throws Error (kBadInput).
std::vector<std::string> parse_class_names(std::string_view text, std::int64_t outputs);

}  // namespace lenet
