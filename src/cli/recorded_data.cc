#include "cli/recorded_data.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "lenet/error.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostBytes = std::int64_t{64} * 1024 * 1024;  // of a run of many epochs

/// A document that is no object if the file cannot be read.
Json read_document(const std::filesystem::path& file) {
  try {
    return parse_json(read_file(file, kMostBytes));
  } catch (const Error&) {
    return {};
  }
}

/// The text under this key; "" if there is none.
std::string text_of(const Json& document, const char* key) {
  const auto found = document.find(key);
  return found != document.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::optional<RecordedData> read_recorded_data(const std::filesystem::path& folder) {
  RecordedData recorded{.file = folder / "run.json",
                        .options = {},
                        .model = {},
                        .input_shape = {},
                        .data_sha256 = {}};
  const Json document = read_document(recorded.file);
  if (!document.is_object()) return {};
  recorded.options.data = text_of(document, "data");
  recorded.options.size = text_of(document, "size");
  if (const auto split = document.find("test_split");
      split != document.end() && split->is_number()) {
    recorded.options.test_split = split->get<double>();
  }
  recorded.model = text_of(document, "model");
  recorded.input_shape = text_of(document, "input_shape");
  recorded.data_sha256 = text_of(document, "data_sha256");
  if (recorded.options.data.empty() || recorded.model.empty()) return {};
  return recorded;
}

}  // namespace lenet::cli
