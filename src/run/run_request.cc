// How a run is asked for.
#include "run/run_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "run/option_table.h"
#include "run/run_folder.h"
#include "run/run_options.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

/// What run.json will say of the options has to be read when the run goes on or is repeated: throws
/// Error (kUsage) for a value that is none of an option's.
void require_readable(const RunOptions& options) {
  Json document = run_options(options_document(options));
  if (document["data"] == "") document.erase("data");
  RunOptions again;
  read_options(document, "options of the run", again);
}

}  // namespace

RunSettings complete(RunSettings settings) {
  const auto no = [] { return false; };
  const auto nothing = [](const std::string&) {};
  if (!settings.stop) settings.stop = no;
  if (!settings.save) settings.save = no;
  for (Note* note : {&settings.started, &settings.note, &settings.ended}) {
    if (!*note) *note = nothing;
  }
  return settings;
}

TrainedRun train_run(const RunOptions& options, const RunSettings& settings) {
  require_readable(options);
  return train_run(RunRequest{.options = options, .settings = complete(settings)});
}

TrainedRun resume_run(const std::filesystem::path& folder, const Json& given,
                      const std::vector<std::string>& allow_change, const RunSettings& settings) {
  RunRequest request{.options = {}, .settings = complete(settings)};
  request.settings.out = folder_of_run(folder);
  const Resumption from =
      read_resumption(request.settings.out, given, allow_change, request.settings.note);
  request.options = from.options;
  request.from = &from;
  request.record = &from.run;
  request.other_data = std::ranges::find(allow_change, "data") != allow_change.end();
  return train_run(request);
}

TrainedRun resume_run(const std::filesystem::path& folder, const RunSettings& settings,
                      const OptionTexts& changes) {
  Json given = Json::object();
  std::vector<std::string> names;
  for (const auto& [name, text] : changes) {
    given[option_key(name)] = text;
    names.push_back(option_name(name));
  }
  return resume_run(folder, given, names, settings);
}

}  // namespace lenet
