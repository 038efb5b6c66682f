#include "run/recorded_data.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "lenet/error.h"
#include "run/json_document.h"
#include "run/option_checks.h"
#include "run/record_keys.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostRecordBytes =
    std::int64_t{64} * 1024 * 1024;  // of a run of many epochs

/// What this run.json is not; names the file.
[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw Error(ErrorKind::kBadInput,
              fmt::format("{}: {}; want the record of the run as it was written, or name the data, "
                          "as in --data FOLDER",
                          file.string(), what));
}

/// The value under this key as it stands in the file, for a message.
std::string found_text(const Json& document, const char* key) {
  const auto found = document.find(key);
  if (found == document.end()) return "nothing";
  return fmt::format("{:.60}", found->dump(-1, ' ', true, Json::error_handler_t::replace));
}

/// The text under this key; "" if there is none and none has to be.
std::string text_of(const Json& document, const char* key, bool needed,
                    const std::filesystem::path& file) {
  const auto found = document.find(key);
  if (found == document.end() && !needed) return "";
  const bool good = found != document.end() && found->is_string() &&
                    !(needed && found->get_ref<const std::string&>().empty());
  if (!good) refuse(file, fmt::format("{}: found {}, want text", key, found_text(document, key)));
  return found->get<std::string>();
}

/// The --size under "size".
std::string size_of(const Json& document, const std::filesystem::path& file) {
  const std::string size = text_of(document, "size", false, file);
  if (const std::string why = image_size()(size); !why.empty()) refuse(file, "size: " + why);
  return size;
}

/// The --test-split under "test_split"; 0 if there is none.
double split_of(const Json& document, const std::filesystem::path& file) {
  const auto found = document.find("test_split");
  if (found == document.end()) return 0;
  const double split = found->is_number() ? found->get<double>() : -1;
  if (split >= 0 && split < 1) return split;
  refuse(file, fmt::format("test_split: found {}, want a number from 0 to below 1",
                           found_text(document, "test_split")));
}

/// Whether the value under this key says so; false if there is none.
bool flag_of(const Json& document, const char* key, const std::filesystem::path& file) {
  const auto found = document.find(key);
  if (found == document.end()) return false;
  if (found->is_boolean()) return found->get<bool>();
  refuse(file, fmt::format("{}: found {}, want true or false", key, found_text(document, key)));
}

}  // namespace

std::optional<RecordedData> read_recorded_data(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "run.json";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return {};
  std::string why;
  const Json document = parse_json(read_file(file, kMostRecordBytes), &why);
  if (!document.is_object()) {
    refuse(file, fmt::format("found {}, want a JSON object",
                             document.is_discarded() ? why : document.type_name()));
  }
  RecordedData recorded{.file = file,
                        .options = {},
                        .model = text_of(document, "model", true, file),
                        .input_shape = text_of(document, "input_shape", true, file),
                        .data_sha256 = text_of(document, kDataSha256, false, file)};
  recorded.options.path = text_of(document, "data", true, file);
  recorded.options.size = size_of(document, file);
  recorded.options.test_split = split_of(document, file);
  recorded.options.split = text_of(document, "split", false, file);
  recorded.options.transpose = flag_of(document, "transpose", file);
  recorded.options.skip_broken = flag_of(document, "skip_broken", file);
  recorded.options.targets = text_of(document, "targets", false, file);
  recorded.options.floats = flag_of(document, "floats", file);
  return recorded;
}

}  // namespace lenet
