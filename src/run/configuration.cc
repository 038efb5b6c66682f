#include "run/configuration.h"

#include <fmt/format.h>

#include <cstdint>

#include "base/file.h"
#include "lenet/error.h"
#include "run/json_document.h"
#include "run/recipes.h"
#include "run/run_options.h"
#include "run/start_network.h"
#include "run/unread_options.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

/// Throws Error: kIo, kBadInput.
Json read_file_of_options(const std::string& path) {
  constexpr std::int64_t kMostBytes =
      std::int64_t{64} * 1024 * 1024;  // the run.json of many epochs
  std::string why = "a JSON list or value";
  Json document = parse_json(read_file(path, kMostBytes), &why);
  if (!document.is_object()) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: {}; want a JSON object of options", path, why));
  }
  return document;
}

/// A record is of all options, most of which nobody gave.
bool is_record(const Json& file) { return file.contains("lenet"); }

}  // namespace

Configuration configured(const std::string& name, const std::string& path, const Json& given) {
  Configuration result{.options = {}, .given = Json::object()};
  RunOptions& o = result.options;
  o.lower_batch_size = !given.contains("batch_size");
  if (!name.empty()) read_options(recipe(name), "recipe " + name, o);
  if (!path.empty()) {
    const Json file = read_file_of_options(path);
    read_options(is_record(file) ? run_options(file) : file, path, o);
    if (!is_record(file)) {
      if (file.contains("batch_size")) o.lower_batch_size = false;
      result.given = unread(file, o);
    }
  }
  read_options(given, "command line", o);
  result.given.update(given);
  return result;
}

TrainedRun train_run(const Configuration& c, const RunSettings& settings) {
  require_read(c.given, c.options);
  if (c.given.contains("normalize") && !c.options.fit.normalize) {
    require_no_normalization(c.options);
  }
  return train_run(c.options, settings);
}

RunOptions recipe_options(const std::string& name) {
  return configured(name, "", Json::object()).options;
}

RunOptions read_run_options(const std::filesystem::path& file) {
  return configured("", file.string(), Json::object()).options;
}

}  // namespace lenet
