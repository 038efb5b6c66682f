// Sets of options with a name.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace lenet {

/// In the order in which docs/recipes.md has them.
const std::vector<std::string>& recipe_names();

/// The options of the recipe of this name. See docs/recipes.md.
nlohmann::ordered_json recipe(const std::string& name);

/// All options with it, as run.json says them, less what is the reader's (the data, and where to
/// run), and the text of its network: a file of options.
nlohmann::ordered_json whole_recipe(const std::string& name);

}  // namespace lenet
