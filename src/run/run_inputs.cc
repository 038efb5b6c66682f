#include "run/run_inputs.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <system_error>

#include "base/sha256.h"
#include "lenet/error.h"
#include "run/json_document.h"
#include "run/model_argument.h"
#include "run/model_data.h"
#include "run/run_record.h"
#include "run/start_network.h"

namespace lenet {
namespace {

/// A run that goes on has its weights in its checkpoint; the file that they began with may be gone.
std::string checked_weights(const RunRequest& r) {
  if (r.from) return text_in(r.from->run, kWeightsSha256);
  if (r.options.weights.empty()) return "";
  const std::filesystem::path file = saved_model_file(r.options.weights);
  const std::string digest = sha256_of_file(file);
  if (r.record) require_same_weights(*r.record, kWeightsSha256, file, digest);
  return digest;
}

/// A run that goes on asks its teacher again.
std::string checked_teacher(const RunRequest& r) {
  if (r.options.teacher.empty()) return "";
  const std::filesystem::path file = saved_model_file(r.options.teacher);
  const std::string digest = sha256_of_file(file);
  if (r.record) require_same_weights(*r.record, kTeacherSha256, file, digest);
  return digest;
}

/// Data may be loaded twice, whole and split as in a run, to be compared with the run's: each note
/// once.
LoadSettings loading(const RunRequest& r) {
  const auto said = std::make_shared<std::set<std::string>>();
  return {.threads = r.options.fit.threads,
          .note =
              [said, &r](const std::string& note) {
                if (said->insert(note).second) r.settings.note(note);
              },
          .reading = r.settings.reading,
          .download = r.settings.download};
}

/// Grey images are taken in colour for a network that takes colours, and labels as numbers for a
/// loss that wants them.
LoadOptions way_of(const RunRequest& r) {
  LoadOptions how;
  how.numbers = wants_numbers(r.options.fit.loss);
  how.colour = r.from && text_in(r.from->run, "input_shape").starts_with("3x");
  return how;
}

std::pair<Dataset, Dataset> take_data(const RunRequest& r, const std::optional<Model>& start,
                                      DataOptions& data) {
  const RunOptions& o = r.options;
  if (r.from || o.weights.empty()) return load_data(data, loading(r), way_of(r));
  const ModelOptions model = {.path = o.weights,
                              .network = o.model.value_or(kUsualModel),
                              .input = {},
                              .weights_by = o.weights_by};
  ModelData found =
      load_data_of_model(model, start ? &*start : nullptr, data, loading(r), r.options.fit.loss);
  data = std::move(found.options);
  return std::move(found.sets);
}

/// Of a run that is repeated or goes on, the message says what helps where its data has moved.
std::pair<Dataset, Dataset> find_data(const RunRequest& r, const std::optional<Model>& start,
                                      DataOptions& data) {
  try {
    return take_data(r, start, data);
  } catch (const Error& e) {
    const std::string path = data_path(data);
    std::error_code ignored;
    if (!r.record || path.empty() || std::filesystem::exists(path, ignored)) throw;
    throw Error(e.kind(), fmt::format("{}; if the data of the run has moved, name its place with "
                                      "--data",
                                      e.what()));
  }
}

/// data_sha256(), which has to be that of the record if there is one; "" if that does not say.
std::string checked_data(const RunRequest& r, const std::pair<Dataset, Dataset>& sets) {
  if (r.record && text_in(*r.record, kDataSha256).empty()) return "";
  const std::string digest = data_sha256(sets.first, sets.second);
  if (r.record && !r.other_data) {
    require_same_data(*r.record, r.options, digest,
                      r.from ? "give its folder with --data, or add --allow-change data"
                             : "only the same data can give the same weights");
  }
  return digest;
}

}  // namespace

RunInputs read_inputs(const RunRequest& request, DataOptions& data) {
  RunInputs inputs;
  inputs.weights_sha256 = checked_weights(request);
  if (!request.from) inputs.start = read_start(request.options);
  inputs.sets = find_data(request, inputs.start, data);
  inputs.data_sha256 = checked_data(request, inputs.sets);
  inputs.teacher_sha256 = checked_teacher(request);
  inputs.teacher = read_teacher(request.options, inputs.sets.first);
  return inputs;
}

}  // namespace lenet
