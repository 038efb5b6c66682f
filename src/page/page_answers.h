// What the page asks of a run.
#pragma once

#include <cstddef>
#include <string_view>

#include "page/http_response.h"
#include "page/page_run.h"

namespace lenet {

/// A request below "run/ID/".
struct PageRequest {
  std::string_view what;   ///< "points.json"
  std::string_view query;  ///< behind the "?"
  std::string_view body;
  bool post = false;
};

/// run: the id-th of those shown. Throws StillReading, and Error: kUsage for what it may not ask,
/// others for what cannot be read.
HttpResponse answer_of_run(PageRun& run, std::size_t id, const PageRequest& request);

HttpResponse json_response(const nlohmann::ordered_json& document);

/// {"error": what}
HttpResponse error_response(int status, const std::string& what);

}  // namespace lenet
