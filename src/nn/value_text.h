// The value of an argument in a model text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "nn/text_scanner.h"

namespace lenet {

using IntegerPair = std::array<std::int64_t, 2>;
using ArgumentValue = std::variant<std::int64_t, double, bool, IntegerPair, std::string>;

/// What may stand at a place.
struct WantedValue {
  bool words = false;    ///< None, same, 'zeros' too
  bool or_name = false;  ///< name=value too, which an error then says
};

/// Reads a value by model_text.h's grammar. Throws Error (kUsage).
ArgumentValue read_value(TextScanner& at, WantedValue wanted);

}  // namespace lenet
