#include "cli/resume.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/checkpoints.h"
#include "cli/options.h"
#include "cli/run_record.h"
#include "cli/train_config.h"
#include "cli/unread_options.h"
#include "lenet/error.h"

namespace lenet::cli {

using Json = nlohmann::ordered_json;

void add_change(Json& run, const std::string& key) {
  Json& changed = run["changed"];
  if (!changed.is_array()) changed = Json::array();  // not there yet, or no list of lenet's
  if (std::ranges::find(changed, Json(key)) == changed.end()) changed.push_back(key);
}

Resumption read_resumption(const std::filesystem::path& folder, const Command& command,
                           const std::vector<std::string>& allow_change) {
  Checkpoint checkpoint = newest_checkpoint(folder);
  Resumption resumption{{}, parse_json(checkpoint.run), std::move(checkpoint.state)};
  if (!resumption.run.is_object()) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: its checkpoint names no options", folder.string()));
  }
  TrainOptions& options = resumption.options;
  read_options(run_options(resumption.run), "run of " + folder.string(), options);
  const Json before = options_document(options);
  const Json given = given_options(command);
  read_options(given, "command line", options);
  const Json after = options_document(options);
  const bool knows_data = !data_sha256_of(resumption.run).empty();
  for (const auto& [key, value] : given.items()) {
    if (key == "threads" || (key == "data" && knows_data) ||
        before.value(key, Json()) == after.value(key, Json()))
      continue;
    if (std::ranges::find(allow_change, option_name(key)) != allow_change.end()) {
      add_change(resumption.run, key);
      continue;
    }
    throw Error(
        ErrorKind::kUsage,
        fmt::format("--{0}: the run has {1}, and {2} would change its result; leave it out, "
                    "or add --allow-change {0}",
                    option_name(key), before.value(key, Json()).dump(),
                    after.value(key, Json()).dump()));
  }
  require_read(given, options);
  return resumption;
}

}  // namespace lenet::cli
