#include "lenet/c_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <memory>
#include <new>

#include "base/require.h"
#include "lenet/error.h"
#include "lenet/model_file.h"
#include "lenet/predictor.h"

struct lenet_model {
  explicit lenet_model(lenet::Model loaded) : model(std::move(loaded)), predictor(model.net) {}

  lenet::Model model;
  lenet::Predictor predictor;  // refers to model.net
};

namespace {

using lenet::element_count;
using lenet::require;

// Not a string: it must be set when memory is short.
thread_local std::array<char, 1024> last_error{};

lenet_status fail(lenet_status status, const char* message) noexcept {
  const std::size_t length = std::min(std::strlen(message), last_error.size() - 1);
  *std::copy_n(message, length, last_error.begin()) = '\0';
  return status;
}

lenet_status status_of(lenet::ErrorKind kind) {
  switch (kind) {
    case lenet::ErrorKind::kUsage:
      return LENET_USAGE;
    case lenet::ErrorKind::kBadInput:
      return LENET_BAD_INPUT;
    case lenet::ErrorKind::kIo:
      return LENET_IO;
    case lenet::ErrorKind::kFailed:
    case lenet::ErrorKind::kDiverged:
      break;
  }
  return LENET_FAILED;
}

/// Calls `function` and turns what it throws into a status and a message.
template <class Function>
lenet_status guarded(Function function) noexcept {
  try {
    function();
    return LENET_OK;
  } catch (const lenet::Error& e) {
    return fail(status_of(e.kind()), e.what());
  } catch (const std::bad_alloc&) {
    return fail(LENET_FAILED, "not enough memory");
  } catch (const std::exception& e) {
    return fail(LENET_FAILED, e.what());
  } catch (...) {
    return fail(LENET_FAILED, "unknown exception");
  }
}

void require_count(const char* name, std::int64_t found, std::int64_t wanted) {
  require(found == wanted, fmt::format("{} is {}, want {}", name, found, wanted));
}

void require_pointer(const char* name, const void* pointer) {
  require(pointer != nullptr, fmt::format("{} is a null pointer", name));
}

/// One that lenet_model_predict() takes.
lenet::Model load_classifier(const char* path) {
  lenet::Model model = lenet::load_model(path);
  if (model.origin.tells_classes() && !model.origin.float_images) return model;
  throw lenet::Error(
      lenet::ErrorKind::kBadInput,
      fmt::format("{}: trained on {}; want a model that tells images of bytes apart by classes",
                  path, model.origin.float_images ? "images of floats" : "numbers or labels"));
}

}  // namespace

lenet_status lenet_model_load(const char* path, lenet_model** model) {
  if (model) *model = nullptr;
  return guarded([&] {
    require_pointer("path", path);
    require_pointer("model", model);
    *model = std::make_unique<lenet_model>(load_classifier(path)).release();
  });
}

void lenet_model_free(lenet_model* model) { delete model; }

lenet_shape lenet_model_input_shape(const lenet_model* model) {
  if (!model) return {0, 0, 0};
  const lenet::Shape& shape = model->model.net.input_shape();
  return shape.size() == 3 ? lenet_shape{shape[0], shape[1], shape[2]}
                           : lenet_shape{shape[0], 1, 1};
}

std::int64_t lenet_model_classes(const lenet_model* model) {
  return model ? element_count(model->model.net.output_shape()) : 0;
}

const char* lenet_model_class_name(const lenet_model* model, std::int64_t index) {
  if (!model || index < 0 || index >= std::ssize(model->model.class_names)) return nullptr;
  return model->model.class_names[static_cast<std::size_t>(index)].c_str();
}

lenet_status lenet_model_predict(lenet_model* model, const std::uint8_t* pixels,
                                 std::int64_t pixel_count, float* probabilities,
                                 std::int64_t class_count) {
  return guarded([&] {
    require_pointer("model", model);
    require_pointer("pixels", pixels);
    require_pointer("probabilities", probabilities);
    require_count("pixel_count", pixel_count, element_count(model->model.net.input_shape()));
    require_count("class_count", class_count, lenet_model_classes(model));
    std::ranges::copy(model->predictor.probabilities(pixels), probabilities);
  });
}

const char* lenet_last_error() { return last_error.data(); }

const char* lenet_version() { return LENET_VERSION; }
