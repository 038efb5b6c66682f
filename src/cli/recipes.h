// Sets of options with a name.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace lenet::cli {

/// The options of "chapter", "fast" or "best". See docs/recipes.md.
nlohmann::ordered_json recipe(const std::string& name);

}  // namespace lenet::cli
