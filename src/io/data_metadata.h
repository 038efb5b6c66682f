// What a model's file says of its data, as metadata: the names of the classes, a JSON list of
// strings; the SHA-256 of the data; the loss; and what its pixels are multiplied by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lenet/loss_function.h"

namespace lenet {

std::string class_names_text(const std::vector<std::string>& names);

/// At most `outputs` names, fit for a terminal. Throws Error (kBadInput).
std::vector<std::string> parse_class_names(std::string_view text, std::int64_t outputs);

/// The digest that data_sha256() gives, or nothing for "". Throws Error (kBadInput) for any other
/// text.
std::string parse_data_sha256(std::string_view text);

/// The loss of this name, or none for "". Throws Error (kBadInput) for any other text.
std::optional<LossFunction> parse_loss(std::string_view text);

/// What the bytes of an image are multiplied by, and what floats are.
inline constexpr std::string_view kByteScale = "1/255", kFloatScale = "1";

/// Whether images are floats. Throws Error (kBadInput) for any other text.
bool is_float_scale(std::string_view text);

}  // namespace lenet
