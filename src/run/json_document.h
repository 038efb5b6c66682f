// JSON as it is printed, stored and read back.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace lenet {

/// The document as it is printed and stored. Bytes of a path that are not UTF-8 become U+FFFD.
std::string json_text(const nlohmann::ordered_json& document);

/// The same in one line, without an end of line.
std::string json_line(const nlohmann::ordered_json& document);

/// The document of a text. One that is no JSON, names a key twice in an object, or is nested so
/// deeply that to copy it could overflow the stack, is discarded: neither object nor list; `why`
/// then says it.
nlohmann::ordered_json parse_json(const std::string& text, std::string* why = nullptr);

/// Null for nothing.
nlohmann::ordered_json json_of(const std::optional<double>& value);

/// The text under this key of an object; "" if there is none.
std::string text_in(const nlohmann::ordered_json& object, const char* key);

}  // namespace lenet
