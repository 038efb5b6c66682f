#include "page/page_answers.h"

#include <algorithm>
#include <cstdint>

#include "lenet/error.h"
#include "page/network_view.h"
#include "page/page_query.h"
#include "run/json_document.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

HttpResponse file_response(std::string bytes) {
  return {.type = "application/octet-stream", .body = std::move(bytes)};
}

HttpResponse rows_response(const PageTable& table, const char* name, std::size_t id,
                           const PageQuery& asked) {
  constexpr std::int64_t kRows = 4000, kMostRows = 20'000;
  return json_response(rows_of(id, name, table, asked.number("from", 0),
                               std::clamp<std::int64_t>(asked.number("max", kRows), 2, kMostRows)));
}

/// What is shown of a network, whatever came after it; of none yet the newest.
std::shared_ptr<const ModelSnapshot> shown_of(PageRun& run) {
  const std::shared_ptr<const ModelSnapshot> last = run.last_snapshot();
  return last ? last : run.snapshot();
}

void require_predicted(const ModelSnapshot& model) {
  if (model.predicted.empty()) throw Error(ErrorKind::kFailed, "the targets are no classes");
}

/// What is answered of a network.
struct NetworkAnswer {
  std::string_view what;
  bool newest;  ///< that network becomes the one that is shown
  HttpResponse (*of)(const ModelSnapshot& model, std::size_t id, const PageRequest& request);
};

constexpr NetworkAnswer kNetworkAnswers[] = {
    {"evaluation.json", true,
     [](const ModelSnapshot& model, std::size_t id, const PageRequest&) {
       require_predicted(model);
       return json_response(with_run(id, evaluation_of(model)));
     }},
    {"network.json", true,
     [](const ModelSnapshot& model, std::size_t id, const PageRequest&) {
       return json_response(with_run(id, network_of(model)));
     }},
    {"cell.json", false,
     [](const ModelSnapshot& model, std::size_t, const PageRequest& request) {
       require_predicted(model);
       const PageQuery asked(request.query);
       return json_response(
           cell_of(model, asked.number("true", -1), asked.number("predicted", -1)));
     }},
    {"images", false,
     [](const ModelSnapshot& model, std::size_t, const PageRequest& request) {
       constexpr std::size_t kMostImages = 200;
       const PageQuery asked(request.query);
       return file_response(images_file(*model.images, asked.numbers("ids", kMostImages)));
     }},
    {"layers", false,
     [](const ModelSnapshot& model, std::size_t, const PageRequest& request) {
       return file_response(layers_file(model, PageQuery(request.query).number("image", 0)));
     }},
    {"parameters", false,
     [](const ModelSnapshot& model, std::size_t, const PageRequest&) {
       return file_response(parameters_file(model));
     }},
    {"predict", false, [](const ModelSnapshot& model, std::size_t, const PageRequest& request) {
       return file_response(prediction_file(model, request.body));
     }}};

}  // namespace

HttpResponse json_response(const Json& document) { return {.body = json_line(document)}; }

HttpResponse error_response(int status, const std::string& what) {
  return {.status = status, .body = json_line({{"error", what}})};
}

HttpResponse answer_of_run(PageRun& run, std::size_t id, const PageRequest& request) {
  if (request.post != (request.what == "predict"))
    return error_response(HttpStatus::kMethodNotAllowed, "want GET");
  const PageQuery asked(request.query);
  if (request.what == "points.json") return rows_response(run.points(), "points", id, asked);
  if (request.what == "steps.json") return rows_response(run.steps(), "steps", id, asked);
  if (request.what == "weights.json") return json_response(with_run(id, run.weights().document()));
  const auto* const answer = std::ranges::find(kNetworkAnswers, request.what, &NetworkAnswer::what);
  if (answer == std::end(kNetworkAnswers))
    return error_response(HttpStatus::kNotFound, "not found");
  const std::shared_ptr<const ModelSnapshot> model =
      answer->newest ? run.snapshot() : shown_of(run);
  if (!model) return error_response(HttpStatus::kNotFound, "no evaluation yet");
  return answer->of(*model, id, request);
}

}  // namespace lenet
