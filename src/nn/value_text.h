// The value of an argument in a model text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "nn/text_scanner.h"

namespace lenet {

using IntegerPair = std::array<std::int64_t, 2>;
using IntegerList = std::vector<std::int64_t>;  ///< of one, or more than two
using ArgumentValue =
    std::variant<std::int64_t, double, bool, IntegerPair, IntegerList, std::string>;

/// What may stand at a place.
struct WantedValue {
  bool words = false;    ///< None too; quoted, as 'same', they may stand anywhere
  bool or_name = false;  ///< name=value too, which an error then says
};

/// Reads a value by model_text.h's grammar. Throws Error (kUsage).
ArgumentValue read_value(TextScanner& at, WantedValue wanted);

}  // namespace lenet
