// Sets of options with a name.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace lenet::cli {

/// chapter, fast, best.
const std::vector<std::string>& recipe_names();

/// The options of the recipe of this name. See docs/recipes.md.
nlohmann::ordered_json recipe(const std::string& name);

}  // namespace lenet::cli
