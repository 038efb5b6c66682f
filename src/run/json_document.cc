#include "run/json_document.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "lenet/error.h"

namespace lenet {
namespace {

/// What nlohmann's parser lets pass: it keeps one of two values of a key.
class JsonLimits {
 public:
  using Json = nlohmann::ordered_json;

  /// Throws Error (kBadInput). depth: of the object or list that the event is in.
  void check(int depth, Json::parse_event_t event, const Json& value) {
    constexpr int kDeepest = 64;
    if (depth > kDeepest) {
      throw Error(ErrorKind::kBadInput, fmt::format("nested more than {} deep", kDeepest));
    }
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event != Json::parse_event_t::key) return;
    const auto& key = value.get_ref<const std::string&>();
    constexpr std::size_t kMostKeys = 4096;  // an ordered object looks through all of them
    if (keys_.back().size() == kMostKeys) {
      throw Error(ErrorKind::kBadInput, fmt::format("an object of more than {} keys", kMostKeys));
    }
    if (keys_.back().insert(key).second) return;
    throw Error(ErrorKind::kBadInput, fmt::format("the key \"{:.60}\" twice in one object", key));
  }

 private:
  std::vector<std::set<std::string>> keys_;  ///< of the objects that are open
};

/// Without the name of nlohmann's exception, "[json.exception.parse_error.101] ".
std::string after_bracket(const std::string& what) {
  const std::size_t end = what.find("] ");
  return end == std::string::npos ? what : what.substr(end + 2);
}

}  // namespace

nlohmann::ordered_json parse_json(const std::string& text, std::string* why) {
  using Json = nlohmann::ordered_json;
  JsonLimits limits;
  try {
    return Json::parse(text, [&](int depth, Json::parse_event_t event, const Json& value) {
      limits.check(depth, event, value);
      return true;
    });
  } catch (const Json::exception& e) {  // also of a number beyond double
    if (why) *why = "no JSON, " + after_bracket(e.what());
  } catch (const Error& e) {
    if (why) *why = e.what();
  }
  return Json(Json::value_t::discarded);
}

nlohmann::ordered_json json_of(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

std::string text_in(const nlohmann::ordered_json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string json_line(const nlohmann::ordered_json& document) {
  return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string json_text(const nlohmann::ordered_json& document) {
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace lenet
