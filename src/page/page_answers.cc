#include "page/page_answers.h"

#include <algorithm>
#include <cstdint>

#include "page/network_view.h"
#include "page/page_query.h"
#include "run/json_document.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

HttpResponse file_response(std::string bytes) {
  return {.type = "application/octet-stream", .body = std::move(bytes)};
}

HttpResponse of_run(std::size_t id, const Json& document) {
  Json whole = {{"run", id}};
  whole.update(document);
  return json_response(whole);
}

HttpResponse rows_of(const PageTable& table, const char* name, std::size_t id,
                     const PageQuery& asked) {
  constexpr std::int64_t kRows = 4000, kMostRows = 20'000;
  Json rows = {{"table", name}};
  rows.update(table.part(asked.number("from", 0),
                         std::clamp<std::int64_t>(asked.number("max", kRows), 2, kMostRows)));
  return of_run(id, rows);
}

/// What is shown of a network, whatever came after it; of none yet the newest.
std::shared_ptr<const ModelSnapshot> shown_of(PageRun& run) {
  const std::shared_ptr<const ModelSnapshot> last = run.last_snapshot();
  return last ? last : run.snapshot();
}

/// Of a network that classifies.
HttpResponse answer_of_classes(const ModelSnapshot& model, std::size_t id, std::string_view what,
                               const PageQuery& asked) {
  if (model.predicted.empty())
    return error_response(HttpStatus::kNotFound, "the targets are no classes");
  if (what == "evaluation.json") return of_run(id, evaluation_of(model));
  return json_response(cell_of(model, asked.number("true", -1), asked.number("predicted", -1)));
}

/// Of the network that is shown.
HttpResponse answer_of_network(const ModelSnapshot& model, std::size_t id,
                               const RunRequestOfPage& request, const PageQuery& asked) {
  constexpr std::size_t kMostImages = 200;
  if (request.what == "network.json") return of_run(id, network_of(model));
  if (request.what == "parameters") return file_response(parameters_file(model));
  if (request.what == "layers") return file_response(layers_file(model, asked.number("image", 0)));
  if (request.what == "predict") return file_response(prediction_file(model, request.body));
  if (request.what == "images")
    return file_response(images_file(*model.images, asked.numbers("ids", kMostImages)));
  return answer_of_classes(model, id, request.what, asked);
}

}  // namespace

HttpResponse json_response(const Json& document) { return {.body = json_line(document)}; }

HttpResponse error_response(int status, const std::string& what) {
  return {.status = status, .body = json_line({{"error", what}})};
}

HttpResponse answer_of_run(PageRun& run, std::size_t id, const RunRequestOfPage& request) {
  constexpr std::string_view kOfNetwork[] = {
      "evaluation.json", "network.json", "cell.json", "images", "layers", "parameters", "predict"};
  const PageQuery asked(request.query);
  if (request.post != (request.what == "predict"))
    return error_response(HttpStatus::kMethodNotAllowed, "want GET");
  if (request.what == "points.json") return rows_of(run.points(), "points", id, asked);
  if (request.what == "steps.json") return rows_of(run.steps(), "steps", id, asked);
  if (request.what == "weights.json") return of_run(id, run.weights().document());
  if (std::ranges::find(kOfNetwork, request.what) == std::end(kOfNetwork))
    return error_response(HttpStatus::kNotFound, "not found");
  const bool newest = request.what == "evaluation.json" || request.what == "network.json";
  const std::shared_ptr<const ModelSnapshot> model = newest ? run.snapshot() : shown_of(run);
  if (!model) return error_response(HttpStatus::kNotFound, "no evaluation yet");
  return answer_of_network(*model, id, request, asked);
}

}  // namespace lenet
