// What a model's file says of its data, as metadata: the names of the classes, a JSON list of
// strings; and the SHA-256 of the data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lenet {

std::string class_names_text(const std::vector<std::string>& names);

/// At most `outputs` names, fit for a terminal. Throws Error (kBadInput).
std::vector<std::string> parse_class_names(std::string_view text, std::int64_t outputs);

/// The digest that data_sha256() gives, or nothing for "". Throws Error (kBadInput) for any other
/// text.
std::string parse_data_sha256(std::string_view text);

}  // namespace lenet
